package io.github.resnet4j.datasets.image;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** Identifies files that are in none of the formats decoded here, so that the message says what they are. */
final class ForeignImage {
    /** Enough for a doctype behind a comment; text is judged by no more. */
    private static final int LOOK = 1024;

    private static final String CONVERT = " is not supported: convert it to JPEG or PNG";

    private ForeignImage() {}

    /** What {@code bytes} are, worded to follow the file's name. */
    static String describe(byte[] bytes) {
        if (bytes.length == 0) {
            return "is empty (0 bytes)";
        }
        String start = new String(bytes, 0, Math.min(bytes.length, LOOK), StandardCharsets.ISO_8859_1);
        if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return "WebP" + CONVERT;
        }
        if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
            return "TIFF" + CONVERT;
        }
        if (start.startsWith("ftypavif", 4) || start.startsWith("ftypavis", 4)) {
            return "AVIF" + CONVERT;
        }
        if (start.startsWith("ftyphei", 4) || start.startsWith("ftypmif1", 4) || start.startsWith("ftyphev", 4)) {
            return "HEIC" + CONVERT;
        }
        if (start.startsWith("\0\0\0\fjP  ") || start.startsWith("\u00ff\u004f\u00ff\u0051")) {
            return "JPEG 2000" + CONVERT;
        }
        if (start.startsWith("\0\0\0\fJXL ") || start.startsWith("\u00ff\n")) {
            return "JPEG XL" + CONVERT;
        }
        if (start.startsWith("8BPS")) {
            return "Photoshop's format" + CONVERT;
        }
        if (start.startsWith("\0\0\1\0")) {
            return "the icon format" + CONVERT;
        }
        if (start.startsWith("%PDF")) {
            return "is a PDF document, not an image";
        }
        if (start.startsWith("PK\3\4")) {
            return "is a zip archive, not an image: extract it first";
        }
        if (start.startsWith("\u001f\u008b")) {
            return "is gzip data, not an image: extract it first";
        }
        if (start.startsWith("version https://git-lfs")) {
            return "is a git-lfs pointer, not an image: run 'git lfs pull'";
        }
        if (isText(start)) {
            return describeText(start);
        }
        if (bytes.length < 4) {
            return "is truncated: " + bytes.length + (bytes.length == 1 ? " byte" : " bytes");
        }
        return "is not an image (JPEG, PNG, BMP or GIF): it begins with bytes "
                + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(8, bytes.length));
    }

    private static String describeText(String start) {
        String text = start.toLowerCase(Locale.ROOT);
        if (text.contains("<!doctype html") || text.contains("<html")) {
            return "is an HTML page, not an image: the download failed or needs a login";
        }
        if (text.contains("<svg")) {
            return "SVG" + CONVERT;
        }
        if (text.contains("<?xml")) {
            return "is an XML document, not an image";
        }
        return "is text, not an image";
    }

    /** Printable ASCII, white space and whatever UTF-8 uses above it (its lead and continuation bytes). */
    private static boolean isText(String start) {
        return start.chars()
                .allMatch(c -> c >= ' ' && c != 0x7f && c < 0xf8 && c != 0xc0 && c != 0xc1
                        || c == '\t'
                        || c == '\n'
                        || c == '\r'
                        || c == '\f');
    }
}
