package io.github.resnet4j.datasets.audio;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** Identifies files that are in none of the formats decoded here, so that the message says what they are. */
final class ForeignSound {
    static final String CONVERT = ", which is not supported: convert it to 16-bit WAV or FLAC";

    private static final int LOOK = 512;

    private ForeignSound() {}

    static boolean begins(byte[] bytes, String text, int at) {
        if (bytes.length < at + text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[at + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** What {@code bytes} are, worded to follow the file's name. */
    static String describe(byte[] bytes) {
        if (bytes.length == 0) {
            return "is empty (0 bytes)";
        }
        if (begins(bytes, "ID3", 0) || isMpegFrame(bytes)) {
            return "is MP3" + CONVERT;
        }
        if (begins(bytes, "OggS", 0)) {
            return "is Ogg (Vorbis, Opus or FLAC in Ogg)" + CONVERT;
        }
        if (begins(bytes, "ftyp", 4)) {
            return "is MPEG-4 (M4A)" + CONVERT;
        }
        if (begins(bytes, "FORM", 0)) {
            return "is AIFF" + CONVERT;
        }
        if (begins(bytes, ".snd", 0)) {
            return "is AU" + CONVERT;
        }
        if (begins(bytes, "NIST_1A", 0)) {
            return "is NIST SPHERE" + CONVERT;
        }
        if (begins(bytes, "caff", 0)) {
            return "is CAF" + CONVERT;
        }
        if (begins(bytes, "RF64", 0) || begins(bytes, "BW64", 0) || begins(bytes, "RIFX", 0)) {
            return "is a WAV file of another kind (" + new String(bytes, 0, 4, StandardCharsets.ISO_8859_1) + ")"
                    + CONVERT;
        }
        if (begins(bytes, "RIFF", 0)) {
            return bytes.length < 12
                    ? "is truncated: " + bytes.length + " bytes"
                    : "is a RIFF file without sound, not WAV";
        }
        if (begins(bytes, "PK\3\4", 0)) {
            return "is a zip archive, not a sound: unpack it";
        }
        if (begins(bytes, "version https://git-lfs", 0)) {
            return "is a git-lfs pointer, not the sound itself: run `git lfs pull` in its repository";
        }
        String start = new String(bytes, 0, Math.min(bytes.length, LOOK), StandardCharsets.ISO_8859_1);
        String text = start.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doctype") || text.startsWith("<html")) {
            return "is an HTML page, not a sound: download it again";
        }
        if (start.matches("[\\t\\n\\r -~\\x80-\\xff]+")) {
            return "is text, not a sound";
        }
        return "is not a sound (WAV or FLAC); it begins with "
                + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(bytes.length, 8));
    }

    /** Whether the first bytes are the header of a frame of MPEG audio, with no value that is forbidden. */
    private static boolean isMpegFrame(byte[] bytes) {
        return bytes.length >= 4
                && (bytes[0] & 0xff) == 0xff
                && (bytes[1] & 0xe0) == 0xe0
                && (bytes[1] & 0x18) != 0x08
                && (bytes[1] & 0x06) != 0
                && (bytes[2] & 0xf0) != 0xf0
                && (bytes[2] & 0x0c) != 0x0c;
    }
}
