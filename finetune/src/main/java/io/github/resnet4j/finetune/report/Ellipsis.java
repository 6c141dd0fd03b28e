package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.Printable;
import java.util.function.ToIntFunction;

/** Text cut to the room there is. */
public final class Ellipsis {
    private Ellipsis() {}

    /** {@code text} on one line, its end replaced by an ellipsis where {@code width} of it exceeds {@code room}. */
    public static String fit(String text, ToIntFunction<String> width, int room) {
        String line = Printable.line(text);
        if (width.applyAsInt(line) <= room) {
            return line;
        }
        // Characters are at least a pixel wide: this bounds the work for absurdly long names.
        int length = Math.min(line.length(), Math.max(room, 0));
        if (length < line.length() && Character.isLowSurrogate(line.charAt(length))) {
            length--;
        }
        while (length > 0 && width.applyAsInt(line.substring(0, length) + "…") > room) {
            length = line.offsetByCodePoints(length, -1);
        }
        return line.substring(0, length) + "…";
    }
}
