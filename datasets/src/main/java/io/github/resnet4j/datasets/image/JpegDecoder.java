package io.github.resnet4j.datasets.image;

import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.IIOException;

/**
 * JPEG, baseline and progressive: the JDK's libjpeg undoes the entropy coding and the cosine transform, the colour
 * conversion is done here.
 *
 * <p>The JDK is asked for the raw components, since for images it guesses colour spaces by rules of its own and
 * refuses CMYK; and it is given the file without its application segments, so that no thumbnail, EXIF directory or
 * colour profile is parsed. The colour space follows libjpeg's rules (jdapimin.c, default_decompress_parms), the
 * conversions its fixed-point tables (jdcolor.c), and CMYK to RGB Pillow's (Convert.c, cmyk2rgb).
 */
final class JpegDecoder {
    /** Each scan costs a pass over the whole image, whatever its length; encoders write about ten. */
    private static final int MAX_SCANS = 500;

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
    private static final int APP0 = 0xe0;
    private static final int APP14 = 0xee;
    private static final int APP15 = 0xef;
    private static final int COM = 0xfe;

    private static final int NO_ADOBE_MARKER = -1;

    private JpegDecoder() {}

    /** How the components of a pixel are to be read. */
    private enum Colour {
        GREY,
        RGB,
        YCC,
        CMYK,
        YCCK
    }

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

    static byte[] decode(byte[] bytes, Path name, ImageHeader header) {
        ByteReader in = new ByteReader(bytes, name);
        ByteArrayOutputStream bare = new ByteArrayOutputStream(bytes.length);
        bare.write(bytes, 0, 2);
        boolean jfif = false;
        int adobe = NO_ADOBE_MARKER;
        int[] ids = {};
        boolean progressive = false;
        in.skip(2);
        for (int marker = nextMarker(in); marker != SOS; marker = nextMarker(in)) {
            int start = in.position();
            skipSegment(in, marker);
            int end = in.position();
            in.seek(start);
            if (marker == APP0) {
                jfif |= in.u16() >= 14 && in.at("JFIF\0");
            } else if (marker == APP14 && in.u16() >= 14 && in.at("Adobe")) {
                in.skip(11);
                adobe = in.u8();
            } else if (isFrame(marker)) {
                ids = componentIds(in, header.channels());
                progressive = marker == SOF2;
            }
            in.seek(end);
            if (marker != COM && (marker < APP0 || marker > APP15)) {
                bare.write(0xff);
                bare.write(marker);
                bare.write(bytes, start, end - start);
            }
        }
        int scans = in.position() - 2;
        int end = endOfScans(bytes, in, progressive);
        bare.write(bytes, scans, end - scans);
        bare.write(0xff);
        bare.write(EOI);
        byte[] samples = samples(bare.toByteArray(), name, header);
        return toRgb(samples, colour(header.channels(), jfif, adobe, ids), header);
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

    private static int[] componentIds(ByteReader in, int channels) {
        in.skip(8);
        int[] ids = new int[channels];
        for (int i = 0; i < channels; i++) {
            ids[i] = in.u8();
            in.skip(2);
        }
        return ids;
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
        try {
            skipScans(in);
            return in.position() - 2;
        } catch (TruncatedException e) {
            int end = bytes.length;
            while (end > start && bytes[end - 1] == 0) {
                end--;
            }
            if (progressive || end == bytes.length || end == start) {
                throw in.bad("is a truncated JPEG: it stops before its end-of-image marker");
            }
            // ff 00 is how data says ff.
            return bytes[end - 1] == (byte) 0xff ? end + 1 : end;
        }
    }

    /** Whether the end-of-image marker is there, not looking at what is coded before it. */
    static boolean ends(byte[] bytes, Path name) {
        int last = bytes.length - 2;
        if (last >= 0 && bytes[last] == (byte) 0xff && bytes[last + 1] == (byte) EOI) {
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

    /** From behind the first scan's marker to behind the end-of-image marker. */
    private static void skipScans(ByteReader in) throws TruncatedException {
        int scans = 0;
        try {
            for (int marker = SOS; marker != EOI && scans <= MAX_SCANS; marker = nextMarker(in)) {
                boolean segment = marker >= SOF0 && (marker < RST0 || marker > SOI);
                if (segment) {
                    in.skip(Math.max(0, in.u16() - 2));
                }
                scans += marker == SOS ? 1 : 0;
            }
        } catch (BadImageException e) {
            throw new TruncatedException(e);
        }
        if (scans > MAX_SCANS) {
            throw in.bad("is a JPEG of more than " + MAX_SCANS + " scans, made to waste time");
        }
    }

    /** The bytes end before the marker. */
    private static final class TruncatedException extends Exception {
        private static final long serialVersionUID = 1L;

        TruncatedException(BadImageException cause) {
            super(cause);
        }
    }

    private static Colour colour(int channels, boolean jfif, int adobe, int[] ids) {
        if (channels == 1) {
            return Colour.GREY;
        }
        if (channels == 4) {
            return adobe == NO_ADOBE_MARKER || adobe == 0 ? Colour.CMYK : Colour.YCCK;
        }
        if (jfif) {
            return Colour.YCC;
        }
        if (adobe != NO_ADOBE_MARKER) {
            return adobe == 0 ? Colour.RGB : Colour.YCC;
        }
        return Arrays.equals(ids, new int[] {'R', 'G', 'B'}) ? Colour.RGB : Colour.YCC;
    }

    /** The samples as coded, interleaved. */
    private static byte[] samples(byte[] bare, Path name, ImageHeader header) {
        return JdkReader.read(ImageFormat.JPEG, bare, name, reader -> {
            AtomicReference<String> missing = new AtomicReference<>();
            // libjpeg fills what it misses with grey and only warns; other warnings (stray bytes) are harmless.
            reader.addIIOReadWarningListener((source, warning) -> {
                if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
                    missing.set(warning);
                }
            });
            Raster raster = reader.readRaster(0, null);
            if (missing.get() != null) {
                throw new IIOException(missing.get());
            }
            return samples(raster, header);
        });
    }

    private static byte[] samples(Raster raster, ImageHeader header) {
        int channels = header.channels();
        byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
        ComponentSampleModel model = (ComponentSampleModel) raster.getSampleModel();
        boolean interleaved = model.getPixelStride() == channels
                && model.getScanlineStride() == header.width() * channels
                && samples.length == header.pixels() * channels;
        for (int c = 0; c < channels; c++) {
            interleaved &= model.getBandOffsets()[c] == c;
        }
        if (!interleaved) {
            throw new IllegalStateException("unexpected raster " + raster);
        }
        return samples;
    }

    private static byte[] toRgb(byte[] samples, Colour colour, ImageHeader header) {
        return switch (colour) {
            case RGB -> samples;
            case YCC -> {
                yccToRgb(samples, 3);
                yield samples;
            }
            case GREY -> {
                byte[] rgb = header.allocate();
                for (int i = 0, o = 0; i < samples.length; i++, o += 3) {
                    rgb[o] = samples[i];
                    rgb[o + 1] = samples[i];
                    rgb[o + 2] = samples[i];
                }
                yield rgb;
            }
            case CMYK -> cmykToRgb(samples, header);
            case YCCK -> {
                // YCC codes the RGB that is the complement of CMY.
                yccToRgb(samples, 4);
                for (int i = 0; i < samples.length; i += 4) {
                    samples[i] = (byte) ~samples[i];
                    samples[i + 1] = (byte) ~samples[i + 1];
                    samples[i + 2] = (byte) ~samples[i + 2];
                }
                yield cmykToRgb(samples, header);
            }
        };
    }

    private static void yccToRgb(byte[] p, int stride) {
        for (int i = 0; i < p.length; i += stride) {
            int y = p[i] & 0xff;
            int cb = p[i + 1] & 0xff;
            int cr = p[i + 2] & 0xff;
            p[i] = clamp(y + Ycc.RED[cr]);
            p[i + 1] = clamp(y + ((Ycc.GREEN_BLUE[cb] + Ycc.GREEN_RED[cr]) >> 16));
            p[i + 2] = clamp(y + Ycc.BLUE[cb]);
        }
    }

    /** From samples as stored, which are the complements of ink: each colour is its ink's complement, times black's. */
    private static byte[] cmykToRgb(byte[] p, ImageHeader header) {
        byte[] rgb = header.allocate();
        for (int i = 0, o = 0; i < p.length; i += 4, o += 3) {
            int light = p[i + 3] & 0xff;
            for (int c = 0; c < 3; c++) {
                int ink = 255 - (p[i + c] & 0xff);
                int product = ink * light + 128;
                rgb[o + c] = clamp(light - ((product >> 8) + product >> 8));
            }
        }
        return rgb;
    }

    private static byte clamp(int v) {
        return (byte) (v < 0 ? 0 : Math.min(v, 255));
    }

    /** libjpeg's tables of ITU-R BT.601 full range: 16 fraction bits, rounded to nearest. */
    private static final class Ycc {
        static final int[] RED = new int[256];
        static final int[] BLUE = new int[256];
        static final int[] GREEN_RED = new int[256];
        static final int[] GREEN_BLUE = new int[256];

        static {
            int half = 1 << 15;
            for (int i = 0; i < 256; i++) {
                int x = i - 128;
                RED[i] = fixed(1.40200) * x + half >> 16;
                BLUE[i] = fixed(1.77200) * x + half >> 16;
                GREEN_RED[i] = -fixed(0.71414) * x;
                GREEN_BLUE[i] = -fixed(0.34414) * x + half;
            }
        }

        private static int fixed(double v) {
            return (int) (v * 65536 + 0.5);
        }
    }
}
