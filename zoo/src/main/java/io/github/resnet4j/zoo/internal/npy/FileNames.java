package io.github.resnet4j.zoo.internal.npy;

import io.github.resnet4j.files.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tensors' names as names of files on any system. Letters, digits, dots, dashes and underscores stay; all else becomes
 * {@code %} and two hex digits per byte of UTF-8, as in URLs: separators, control characters and letters
 * that systems spell in several ways. So does a dot at the beginning, the first letter of a name that means a device to
 * Windows ({@code aux.weight}), and all capitals of names that differ in nothing but case. Decoding gives the tensor's
 * name back.
 */
final class FileNames {
    static final String SUFFIX = ".npy";

    /** Bytes of a file's name; systems allow 255, and archives and folders need some of them. */
    private static final int LONGEST = 200;

    private static final String DEVICES = "(?is)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?";

    private FileNames() {}

    /**
     * The name of the file of each tensor, no two equal on a system that ignores case.
     *
     * @throws IllegalArgumentException for a name that is empty, no Unicode, or too long
     */
    static Map<String, String> of(Collection<String> tensors) {
        Map<String, Long> alike = tensors.stream()
                .collect(Collectors.groupingBy(name -> ignoringCase(encoded(name, false)), Collectors.counting()));
        Map<String, String> files = new LinkedHashMap<>();
        for (String name : tensors) {
            String file = encoded(name, false);
            if (alike.get(ignoringCase(file)) > 1) {
                file = encoded(name, true);
            }
            if (file.isEmpty() || file.length() + SUFFIX.length() > LONGEST) {
                throw new IllegalArgumentException("the tensor \"" + Printable.brief(name) + "\" has "
                        + (file.isEmpty() ? "no name" : "too long a name for a file"));
            }
            files.put(name, file + SUFFIX);
        }
        return files;
    }

    private static String ignoringCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String encoded(String name, boolean capitals) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                    "the tensor \"" + Printable.brief(name) + "\" has an unpaired surrogate in its name");
        }
        StringBuilder file = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z' && !capitals
                    || b >= '0' && b <= '9'
                    || b == '_'
                    || b == '-'
                    || b == '.' && !file.isEmpty();
            append(file, b, plain && !(file.isEmpty() && name.matches(DEVICES)));
        }
        return file.toString();
    }

    private static void append(StringBuilder file, byte b, boolean plain) {
        if (plain) {
            file.append((char) b);
        } else {
            file.append(String.format("%%%02X", b & 0xFF));
        }
    }
}
