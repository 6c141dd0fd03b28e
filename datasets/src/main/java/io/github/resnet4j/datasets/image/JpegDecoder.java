package io.github.resnet4j.datasets.image;

import java.nio.file.Path;

/**
 * JPEG, baseline and progressive, with the pixels of libjpeg-turbo and so of Pillow, on every Java runtime; only
 * of damaged files that both decode do some differ. Here are the segments;
 * a {@link JpegFrame} makes pixels of its scans.
 *
 * <p>Application segments are passed over, so that no thumbnail, EXIF directory or colour profile is parsed.
 */
final class JpegDecoder {
    private static final int SOF0 = 0xc0;
    private static final int SOF2 = 0xc2;
    private static final int SOF15 = 0xcf;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;
    private static final int RST0 = 0xd0;
    private static final int RST7 = 0xd7;
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;
    private static final int APP0 = 0xe0;
    private static final int APP14 = 0xee;

    private JpegDecoder() {}

    /** Reads up to the frame header. */
    static ImageHeader header(ByteReader in) {
        in.skip(2);
        while (true) {
            int marker = nextMarker(in);
            if (isFrame(marker)) {
                return frame(in, marker);
            }
            skipSegment(in, marker);
        }
    }

    /** The wanted part of the image, as RGB. */
    static byte[] decode(byte[] bytes, Path name, ImageHeader header, JpegFrame.Part part) {
        ByteReader in = new ByteReader(bytes, name);
        JpegFrame frame = new JpegFrame(bytes, in, header, part);
        byte[] rgb = new byte[Math.multiplyExact(3 * part.width(), part.height())];
        boolean jfif = false;
        int adobe = JpegColour.NO_ADOBE_MARKER;
        boolean progressive = false;
        int end = bytes.length;
        int scans = 0;
        in.skip(2);
        for (int marker = nextMarker(in); marker != EOI; marker = nextMarker(in)) {
            if (marker == SOS && frame.hasComponents()) {
                scans++;
                if (scans == 1) {
                    end = endOfScans(bytes, in, progressive);
                    frame.colour(jfif, adobe);
                }
                if (!frame.scan(scans, end, rgb)) {
                    return rgb;
                }
                continue;
            }
            if (scans > 0 && marker >= RST0 && marker <= RST7) {
                continue;
            }
            int start = in.position();
            skipSegment(in, marker);
            int behind = in.position();
            in.seek(start);
            if (marker == APP0) {
                jfif |= in.u16() >= 16 && in.at("JFIF\0");
            } else if (marker == APP14 && in.u16() >= 14 && in.at("Adobe")) {
                in.skip(11);
                adobe = in.u8();
            } else if (marker == DQT) {
                frame.quantisationTables();
            } else if (marker == DHT) {
                frame.huffmanTables();
            } else if (marker == DRI) {
                frame.restartInterval();
            } else if (isFrame(marker)) {
                progressive = marker == SOF2;
                frame.components(progressive);
            }
            in.seek(behind);
        }
        if (scans == 0) {
            throw in.bad("is a damaged JPEG: marker ffd9 before any image");
        }
        frame.finish(rgb);
        return rgb;
    }

    /**
     * Goes behind restart marker {@code expected}, 0 to 7, or behind another where libjpeg goes on too (jdmarker.c,
     * jpeg_resync_to_restart).
     */
    static void restart(ByteReader in, int expected) {
        while (true) {
            int marker = nextMarker(in);
            if (marker >= RST0 && marker <= RST7) {
                int ahead = marker - RST0 - expected & 7;
                if (ahead == 1 || ahead == 2) {
                    throw in.bad("is a truncated or damaged JPEG: restart marker " + expected + " is missing");
                }
                if (ahead < 6) {
                    return;
                }
            } else if (marker >= SOF0) {
                throw in.bad("is a truncated or damaged JPEG: its data end too early");
            }
        }
    }

    private static ImageHeader frame(ByteReader in, int marker) {
        if (marker > SOF2) {
            String kind = marker == 0xc3 || marker == 0xc7 || marker == 0xcb || marker == SOF15
                    ? "lossless coding"
                    : marker > JPG ? "arithmetic coding" : "hierarchical frames";
            throw in.bad("is a JPEG with " + kind + ", which is not supported: convert it to a baseline JPEG or PNG");
        }
        in.skip(2);
        int bits = in.u8();
        int height = in.u16();
        int width = in.u16();
        int channels = in.u8();
        if (bits != 8) {
            throw in.bad("is a " + bits + "-bit JPEG, which is not supported: convert it to 8 bits");
        }
        if (channels != 1 && channels != 3 && channels != 4) {
            throw in.bad("is a JPEG with " + channels + " components; 1, 3 and 4 are supported");
        }
        return ImageHeader.of(in, ImageFormat.JPEG, width, height, channels, bits);
    }

    private static boolean isFrame(int marker) {
        return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
    }

    /** The next marker's code, past fill bytes and, as libjpeg does it, past stray bytes between segments. */
    private static int nextMarker(ByteReader in) {
        int code = 0;
        while (code == 0) {
            while (in.u8() != 0xff) {}
            do {
                code = in.u8();
            } while (code == 0xff);
        }
        return code;
    }

    private static void skipSegment(ByteReader in, int marker) {
        if (marker == EOI || marker == SOI || marker == SOS) {
            throw in.bad("is a damaged JPEG: marker ff" + Integer.toHexString(marker) + " before any image");
        }
        if (marker >= RST0 && marker <= RST7 || marker == 1) {
            throw in.bad("is a damaged JPEG: marker ff" + Integer.toHexString(marker) + " between segments");
        }
        int length = in.u16();
        if (length < 2) {
            throw in.bad("is a damaged JPEG: a segment of length " + length);
        }
        in.skip(length - 2);
    }

    /**
     * Where the entropy-coded data ends that begins here, without the end-of-image marker; what follows is not looked at.
     *
     * <p>Some writers leave the marker out and pad the file with zeros, which Pillow reads. The zeros are no data;
     * whether all of it came libjpeg says. A file that just stops is refused, as by Pillow, and so is a progressive
     * one: the number of later scans is unknown.
     */
    private static int endOfScans(byte[] bytes, ByteReader in, boolean progressive) {
        int start = in.position();
        if (endsWithMarker(bytes)) {
            return bytes.length - 2;
        }
        try {
            skipScans(in);
            return in.position() - 2;
        } catch (TruncatedException e) {
            int end = bytes.length;
            while (end > start && bytes[end - 1] == 0) {
                end--;
            }
            if (progressive || end == bytes.length || end == start) {
                in.seek(bytes.length);
                throw in.bad("is a truncated JPEG: it stops before its end-of-image marker");
            }
            // ff 00 is how data says ff.
            return bytes[end - 1] == (byte) 0xff ? end + 1 : end;
        } finally {
            in.seek(start);
        }
    }

    /** Whether the end-of-image marker is there, not looking at what is coded before it. */
    static boolean ends(byte[] bytes, Path name) {
        if (endsWithMarker(bytes)) {
            return true;
        }
        ByteReader in = new ByteReader(bytes, name);
        in.skip(2);
        for (int marker = nextMarker(in); marker != SOS; marker = nextMarker(in)) {
            skipSegment(in, marker);
        }
        try {
            skipScans(in);
            return true;
        } catch (TruncatedException e) {
            return false;
        }
    }

    private static boolean endsWithMarker(byte[] bytes) {
        int last = bytes.length - 2;
        return last >= 0 && bytes[last] == (byte) 0xff && bytes[last + 1] == (byte) EOI;
    }

    /** From behind the first scan's marker to behind the end-of-image marker. */
    private static void skipScans(ByteReader in) throws TruncatedException {
        int scans = 0;
        try {
            for (int marker = SOS; marker != EOI && scans <= JpegFrame.MAX_SCANS; marker = nextMarker(in)) {
                boolean segment = marker >= SOF0 && (marker < RST0 || marker > SOI);
                if (segment) {
                    in.skip(Math.max(0, in.u16() - 2));
                }
                scans += marker == SOS ? 1 : 0;
            }
        } catch (BadImageException e) {
            throw new TruncatedException(e);
        }
        if (scans > JpegFrame.MAX_SCANS) {
            throw in.bad("is a JPEG of more than " + JpegFrame.MAX_SCANS + " scans, made to waste time");
        }
    }

    /** The bytes end before the marker. */
    private static final class TruncatedException extends Exception {
        private static final long serialVersionUID = 1L;

        TruncatedException(BadImageException cause) {
            super(cause);
        }
    }
}
