package io.github.resnet4j.finetune.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A page in the making, and what all pages have: one file with no scripts and no external resources. It follows the
 * reader's light or dark setting, fits a phone and prints.
 */
final class Page {
    private final Html html = new Html();

    /** A page with its head, up to the beginning of its body. */
    Page(String title) {
        html.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // A second lock behind the escaping: the page may neither run nor load anything, whatever got into it.
        html.add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                + "style-src 'unsafe-inline'\">\n");
        html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.add("<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n", title);
        html.add("<style>\n{}</style>\n</head>\n<body>\n", Html.trusted(styleSheet()));
    }

    /** What is there so far; add to it. */
    Html html() {
        return html;
    }

    /** All of it, if its {@code main} is open. */
    String finished() {
        html.add("</main>\n<footer>Written by resnet4j. This file is self-contained.</footer>\n</body>\n</html>\n");
        return html.toString();
    }

    void tile(String name, String value, String remark) {
        html.add(
                "<div class=\"tile\"><div class=\"label\">{}</div><div class=\"value\">{}</div><div>{}</div></div>\n",
                name,
                value,
                remark);
    }

    void warnings(List<String> warnings) {
        if (warnings.isEmpty()) {
            return;
        }
        html.add(
                "<aside class=\"warnings\" aria-label=\"Warnings\">\n<h2><span aria-hidden=\"true\">⚠ </span>{}</h2>\n<ul>\n",
                Numbers.count(warnings.size(), "warning", "warnings"));
        warnings.forEach(warning -> html.add("<li>{}</li>\n", warning));
        html.add("</ul>\n</aside>\n");
    }

    void section(String id, String title) {
        html.add("<section id=\"{}\">\n<h2>{}</h2>\n", id, title);
    }

    void card(String title, Map<String, String> facts) {
        html.add("<div class=\"card\"><h3>{}</h3>\n<dl>\n", title);
        facts.forEach((name, value) -> html.add("<dt>{}</dt><dd>{}</dd>\n", name, value));
        html.add("</dl></div>\n");
    }

    void openTable(String label, String... style) {
        // Focusable, so that a table wider than the screen scrolls by keyboard too.
        html.add("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">", label);
        html.add("<table class=\"{}\">\n", String.join(" ", style));
    }

    static Html pngUri(byte[] png) {
        return Html.trusted("data:image/png;base64," + Base64.getEncoder().encodeToString(png));
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
