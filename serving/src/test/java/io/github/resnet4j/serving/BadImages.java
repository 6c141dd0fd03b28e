package io.github.resnet4j.serving;

import static io.github.resnet4j.serving.MalformedRequests.bytes;
import static io.github.resnet4j.serving.MalformedRequests.join;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Files that are no whole images of a supported format, and some that claim to be very large. */
final class BadImages {
    private BadImages() {}

    static Map<String, byte[]> all() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        byte[] png = TinyModel.image(1);
        byte[] jpeg = TinyModel.encode(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "jpg");
        all.put("one byte", new byte[1]);
        all.put("text", bytes("hello"));
        all.put("HTML", bytes("<!doctype html><title>404</title>"));
        all.put("SVG", bytes("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"));
        all.put("TIFF", join(bytes("II*\0"), new byte[100]));
        all.put("WebP", join(bytes("RIFF\0\0\0\0WEBPVP8L"), new byte[100]));
        all.put("HEIC", join(new byte[] {0, 0, 0, 24}, bytes("ftypheic"), new byte[100]));
        for (int percent : List.of(25, 50, 90)) { // behind that only the end marker is missing, which Pillow forgives
            all.put("PNG cut at " + percent + " %", Arrays.copyOf(png, png.length * percent / 100));
            all.put("JPEG cut at " + percent + " %", Arrays.copyOf(jpeg, jpeg.length * percent / 100));
        }
        all.put("JPEG of 0×0", sized(jpeg, 0, 0));
        all.put("JPEG that claims 65,535×65,535", sized(jpeg, 65_535, 65_535));
        all.put("PNG that claims 2^31-1 squared", png(Integer.MAX_VALUE, Integer.MAX_VALUE, new byte[10]));
        all.put("PNG of 15,000×15,000 of nothing", png(15_000, 15_000, new byte[3 * 15_000 * 100]));
        all.put("PNG with a wrong checksum", flip(png, 29));
        all.put("GIF without frames", join(bytes("GIF89a"), new byte[] {10, 0, 10, 0, 0, 0, 0, ';'}));
        all.put(
                "BMP that claims too much",
                join(
                        bytes("BM"),
                        new byte[12],
                        new byte[] {40, 0, 0, 0, -1, -1, -1, 127, -1, -1, -1, 127, 1, 0, 24, 0},
                        new byte[40]));
        all.put("random bytes behind a JPEG's first", join(Arrays.copyOf(jpeg, 30), new byte[1000]));
        return all;
    }

    private static byte[] flip(byte[] file, int at) {
        byte[] other = file.clone();
        other[at] ^= 0x55;
        return other;
    }

    /** A JPEG with another size in its frame header. */
    private static byte[] sized(byte[] jpeg, int width, int height) {
        byte[] other = jpeg.clone();
        for (int i = 0; i + 9 < other.length; i++) {
            if (other[i] == (byte) 0xff && other[i + 1] == (byte) 0xc0) {
                ByteBuffer.wrap(other).putShort(i + 5, (short) height).putShort(i + 7, (short) width);
                return other;
            }
        }
        throw new AssertionError("no frame");
    }

    private static byte[] png(int width, int height, byte[] raw) {
        Deflater deflater = new Deflater();
        deflater.setInput(raw);
        deflater.finish();
        byte[] data = new byte[raw.length + 100];
        int length = deflater.deflate(data);
        deflater.end();
        ByteBuffer head = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        return join(
                new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                chunk("IHDR", head.array()),
                chunk("IDAT", Arrays.copyOf(data, length)),
                chunk("IEND", new byte[0]));
    }

    private static byte[] chunk(String name, byte[] data) {
        byte[] named = join(bytes(name), data);
        CRC32 crc = new CRC32();
        crc.update(named);
        return join(
                ByteBuffer.allocate(4).putInt(data.length).array(),
                named,
                ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
