package io.github.resnet4j.zoo;

import java.util.regex.Pattern;

/** A pattern for names: {@code *} stands for any letters, {@code ?} for one. */
public final class NamePattern {
    private final Pattern regex;

    /** Compiles {@code pattern}. Any text is valid; without wildcards it matches only itself. */
    public NamePattern(String pattern) {
        StringBuilder text = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            text.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        regex = Pattern.compile(text.toString());
    }

    /** Whether the pattern matches all of {@code name}. */
    public boolean matches(String name) {
        return regex.matcher(name).matches();
    }
}
