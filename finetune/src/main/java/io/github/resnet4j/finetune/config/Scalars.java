package io.github.resnet4j.finetune.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** The written form of names and values: YAML 1.2 core schema and kebab case. */
final class Scalars {
    static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    static final Pattern TRUE = Pattern.compile("true|True|TRUE");
    static final Pattern FALSE = Pattern.compile("false|False|FALSE");
    static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    static final Pattern NUMBER = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    /** Text that no YAML reader, old or new, in block or flow style, takes for anything else. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*");

    private static final Pattern OTHER_MEANING =
            Pattern.compile("(?i)null|true|false|yes|no|on|off|y|n|\\.inf|\\.nan|\\.+|\\.[0-9].*");

    private Scalars() {}

    /** {@code batchSize}, {@code BatchSize} and {@code BATCH_SIZE} are all {@code batch-size}. */
    static String kebab(String name) {
        return name.equals(name.toUpperCase(Locale.ROOT))
                ? name.toLowerCase(Locale.ROOT).replace('_', '-')
                : name.replaceAll("(?<=.)(?=\\p{Lu})", "-").toLowerCase(Locale.ROOT);
    }

    static String kebab(Enum<?> constant) {
        return kebab(constant.name());
    }

    /** Text as a YAML scalar, quoted where it has to be. */
    static String quoted(String text) {
        if (PLAIN.matcher(text).matches() && !OTHER_MEANING.matcher(text).matches()) {
            return text;
        }
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
            } else if (c == ' ' || (c > ' ' && c < 0x7f) || Character.isLetterOrDigit(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(c <= 0xffff ? String.format("\\u%04X", c) : String.format("\\U%08X", c));
            }
        });
        return out.append('"').toString();
    }
}
