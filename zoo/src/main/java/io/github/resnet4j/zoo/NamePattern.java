package io.github.resnet4j.zoo;

import java.util.regex.Pattern;

/** A pattern for names: {@code *} stands for any letters, {@code ?} for one. */
public final class NamePattern {
    private final Pattern regex;

    /** The names that look like {@code pattern}; every pattern is one, and without wildcards it is a name. */
    public NamePattern(String pattern) {
        StringBuilder text = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            text.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        regex = Pattern.compile(text.toString());
    }

    /** Whether the whole of {@code name} looks like it. */
    public boolean matches(String name) {
        return regex.matcher(name).matches();
    }
}
