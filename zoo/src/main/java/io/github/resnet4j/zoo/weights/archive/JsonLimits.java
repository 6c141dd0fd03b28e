package io.github.resnet4j.zoo.weights.archive;

import java.util.Optional;

/** What makes JSON slow or deep, looked for before a parser sees it: DL4J's Jackson has no limits of its own. */
final class JsonLimits {
    private static final int MAX_NUMBER = 40;

    private JsonLimits() {}

    /**
     * The first thing that is too much.
     *
     * @param at its byte
     * @param what "nested deeper than 4"
     */
    record Excess(int at, String what) {
        /** Its line in the text, counted from 1. */
        int line(byte[] json) {
            int line = 1;
            for (int i = 0; i < at; i++) {
                line += json[i] == '\n' ? 1 : 0;
            }
            return line;
        }
    }

    /**
     * Scans UTF-8 text; whether it is JSON at all is left to the parser.
     *
     * @param maxDepth of objects and lists in one another
     * @param maxText bytes of a string, escapes as they are written
     */
    static Optional<Excess> find(byte[] json, int maxDepth, int maxText) {
        int depth = 0;
        for (int at = 0; at < json.length; at++) {
            byte b = json[at];
            if (b == '"') {
                int end = endOfText(json, at + 1);
                if (end - at - 1 > maxText) {
                    return Optional.of(new Excess(at, "a text of " + (end - at - 1) + " bytes"));
                }
                at = end;
            } else if (b == '-' || isDigit(b)) {
                int end = endOfNumber(json, at + 1);
                if (end - at > MAX_NUMBER) {
                    return Optional.of(new Excess(at, "a number of " + (end - at) + " digits"));
                }
                at = end - 1;
            } else if (b == '{' || b == '[') {
                if (++depth > maxDepth) {
                    return Optional.of(new Excess(at, "nested deeper than " + maxDepth));
                }
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        return Optional.empty();
    }

    private static int endOfText(byte[] json, int from) {
        int at = from;
        while (at < json.length && json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return Math.min(at, json.length);
    }

    private static int endOfNumber(byte[] json, int from) {
        int at = from;
        while (at < json.length && (isDigit(json[at]) || "+-.eE".indexOf(json[at]) >= 0)) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
