package io.github.resnet4j.finetune.internal.report;

/** HTML in the making. Text gets in by placeholders only, and every one of them is escaped. */
public final class Html {
    private final StringBuilder out = new StringBuilder();

    /** Markup that is known to be safe: a resource of this program, or base64. */
    public static Html trusted(String markup) {
        Html html = new Html();
        html.out.append(markup);
        return html;
    }

    /**
     * Appends {@code template} with each <code>{}</code> replaced by the next value: {@link Html} as it is, anything else
     * as escaped text, good for element content and for quoted attributes.
     */
    public Html add(String template, Object... values) {
        int at = 0;
        for (Object value : values) {
            int hole = template.indexOf("{}", at);
            if (hole < 0) {
                throw new IllegalArgumentException("more values than places in: " + template);
            }
            out.append(template, at, hole);
            if (value instanceof Html html) {
                out.append(html.out);
            } else {
                escape(String.valueOf(value));
            }
            at = hole + 2;
        }
        if (template.indexOf("{}", at) >= 0) {
            throw new IllegalArgumentException("fewer values than places in: " + template);
        }
        out.append(template, at, template.length());
        return this;
    }

    private void escape(String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.append((char) c);
                default -> out.appendCodePoint(allowed(c) ? c : 0xfffd);
            }
        });
    }

    /** HTML has no way to write control characters, and UTF-8 none for half a surrogate pair. */
    private static boolean allowed(int c) {
        return !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
