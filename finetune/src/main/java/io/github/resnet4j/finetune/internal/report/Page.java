package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * An HTML page in the making, with what all reports share: the style sheet is embedded, and there are no scripts and no
 * external resources, so that it can be mailed and still opens in ten years. It follows the reader's light or dark
 * setting, fits a phone and prints.
 */
public final class Page {
    private final Html html = new Html();

    /** Begins the page, up to its body. */
    public Page(String title) {
        html.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // A second lock behind the escaping: the page may neither run nor load anything, whatever got into it.
        html.add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                + "style-src 'unsafe-inline'\">\n");
        html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.add("<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n", title);
        html.add("<style>\n{}</style>\n</head>\n<body>\n", Html.trusted(styleSheet()));
    }

    /** Ends the page and gives all of it. */
    public String end() {
        html.add("</main>\n<footer>Written by resnet4j. This file is self-contained.</footer>\n</body>\n</html>\n");
        return html.toString();
    }

    /** Appends to the page; see {@link Html#add}. */
    public Page add(String template, Object... values) {
        html.add(template, values);
        return this;
    }

    /** The heading, and the tiles that {@code headline} adds. */
    public Page openHeader(String title) {
        return add("<header>\n<h1>{}</h1>\n<div class=\"tiles\">\n", title);
    }

    /** The heading, what the page comes to, and the tiles that {@code headline} adds. */
    public Page openHeader(String title, String verdict) {
        add("<header>\n<h1>{}</h1>\n<p class=\"bottom-line\">{}</p>\n", title, verdict);
        return add("<div class=\"tiles\">\n");
    }

    public Page tile(String name, String value, String remark) {
        return add(
                "<div class=\"tile\"><div class=\"label\">{}</div><div class=\"value\">{}</div><div>{}</div></div>\n",
                name,
                value,
                remark);
    }

    /** Ends the heading with links to sections, names by id, and begins the sections. */
    public Page closeHeader(Map<String, String> sections) {
        add("</div>\n<nav aria-label=\"Sections\">");
        sections.forEach((id, name) -> add("<a href=\"#{}\">{}</a>", id, name));
        return add("</nav>\n</header>\n<main>\n");
    }

    /** What the reader must know before trusting the numbers; nothing if there is nothing. */
    public Page warnings(List<String> warnings) {
        if (warnings.isEmpty()) {
            return this;
        }
        add(
                "<aside class=\"warnings\" aria-label=\"Warnings\">\n<h2><span aria-hidden=\"true\">⚠ </span>{}</h2>\n<ul>\n",
                Numbers.count(warnings.size(), "warning", "warnings"));
        warnings.forEach(warning -> add("<li>{}</li>\n", warning));
        return add("</ul>\n</aside>\n");
    }

    public Page openSection(String id, String title) {
        return add("<section id=\"{}\">\n<h2>{}</h2>\n", id, title);
    }

    public Page closeSection() {
        return add("</section>\n");
    }

    /** Focusable, so that a table wider than the screen scrolls by keyboard too. */
    public Page openTable(String label, String... style) {
        add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">", label);
        return add("<table class=\"{}\">\n", String.join(" ", style));
    }

    public Page closeTable() {
        return add("</tbody></table></div>\n");
    }

    /** Names and values in a card of their own. */
    public Page card(String title, Map<String, String> facts) {
        add("<div class=\"card\"><h3>{}</h3>\n<dl>\n", title);
        facts.forEach((name, value) -> add("<dt>{}</dt><dd>{}</dd>\n", name, value));
        return add("</dl></div>\n");
    }

    /** The name of a file and of its folder: more does not fit below a small image. */
    public static String tail(String file) {
        String path = file.replace('\\', '/');
        return path.substring(path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1);
    }

    private static String styleSheet() {
        try (InputStream css = Page.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("report.css is missing from the program");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
