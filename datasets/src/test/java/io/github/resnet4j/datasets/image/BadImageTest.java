package io.github.resnet4j.datasets.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file is untrusted: each of these is refused, and the refusal says what it is. */
class BadImageTest {
    private static final Path NAME = Path.of("data/cat.jpg");

    static Stream<Arguments> foreignFiles() {
        return Stream.of(
                arguments(new byte[0], "is empty (0 bytes)"),
                arguments(new byte[] {(byte) 0xff}, "is truncated: 1 byte"),
                arguments(new byte[] {(byte) 0xff, (byte) 0xd8}, "is truncated: 2 bytes"),
                arguments("not an image\n".getBytes(UTF_8), "is text, not an image"),
                arguments("кот".getBytes(UTF_8), "is text, not an image"),
                arguments("\n <!DOCTYPE html><p>404".getBytes(UTF_8), "is an HTML page, not an image"),
                arguments("<html><svg>".getBytes(UTF_8), "is an HTML page, not an image"),
                arguments("<?xml version='1.0'?>\n<svg/>".getBytes(UTF_8), "SVG is not supported: convert it to JPEG"),
                arguments("<?xml version='1.0'?>\n<a/>".getBytes(UTF_8), "is an XML document, not an image"),
                arguments("version https://git-lfs.github.com/spec/v1\n".getBytes(UTF_8), "is a git-lfs pointer"),
                arguments("RIFF\0\0\0\0WEBPVP8L".getBytes(ISO_8859_1), "WebP is not supported: convert it to JPEG"),
                arguments("II*\0\10\0\0\0".getBytes(ISO_8859_1), "TIFF is not supported"),
                arguments("\0\0\0\30ftypheic".getBytes(ISO_8859_1), "HEIC is not supported"),
                arguments("\0\0\0\34ftypavif".getBytes(ISO_8859_1), "AVIF is not supported"),
                arguments("\0\0\0\14jP  \r\n".getBytes(ISO_8859_1), "JPEG 2000 is not supported"),
                arguments("%PDF-1.7".getBytes(ISO_8859_1), "is a PDF document"),
                arguments("PK\3\4\24\0".getBytes(ISO_8859_1), "is a zip archive"),
                arguments("\0\1\2\3\4\5".getBytes(ISO_8859_1), "is not an image (JPEG, PNG, BMP or GIF)"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("foreignFiles")
    void saysWhatAForeignFileIs(byte[] bytes, String says) {
        refuses(bytes, says);
    }

    static List<String> images() {
        return Golden.names("image", ".jpg", ".png", ".gif", ".bmp");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void refusesTruncatedFiles(String file) {
        byte[] bytes = Golden.bytes("image/" + file);
        // What follows the image itself may be missing: an animation's later frames, a tail, zeros, a PNG's last chunk.
        boolean more = file.startsWith("animated") || file.startsWith("tail") || file.startsWith("no-end");
        int end = file.endsWith(".png") ? 13 : 4;
        for (int percent : more ? new int[] {25} : new int[] {25, 50, 99}) {
            byte[] part = Arrays.copyOf(bytes, Math.min(bytes.length * percent / 100, bytes.length - end));
            assertThatThrownBy(() -> ImageDecoder.decode(part, NAME))
                    .as(percent + " %")
                    .isInstanceOf(BadImageException.class)
                    .hasMessageStartingWith("data/cat.jpg: ")
                    .hasMessageMatching("(?s).*(truncated|damaged).*");
        }
    }

    /** An image, or one exception: whatever single bytes are changed, removed or repeated. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void damageGivesAnImageOrOneException(String file) {
        byte[] bytes = Golden.bytes("image/" + file);
        Random random = new Random(file.hashCode());
        int trials = Boolean.getBoolean("faults.full") ? 40_000 : 150;
        for (int trial = 0; trial < trials; trial++) {
            byte[] damaged = bytes.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                // The headers are where it hurts.
                int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 80));
                damaged[at] = (byte) random.nextInt(256);
            }
            if (file.endsWith(".png")) {
                repairChecksums(damaged);
            }
            try {
                assertThat(ImageDecoder.decode(damaged, NAME).width()).isPositive();
            } catch (BadImageException e) {
                assertThat(e).hasMessageStartingWith("data/cat.jpg: ").hasMessageNotContaining("\n");
            }
        }
        System.out.println("trials: " + trials);
    }

    @Test
    void refusesJpegWithoutEndMarker() {
        byte[] bytes = Golden.bytes("image/420.jpg");
        refuses(Arrays.copyOf(bytes, bytes.length - 2), "is a truncated JPEG: it stops before its end-of-image marker");
    }

    @Test
    void refusesJpegWhoseDataEndsEarly() {
        byte[] bytes = Arrays.copyOf(Golden.bytes("image/420.jpg"), 1100);
        bytes[1098] = (byte) 0xff;
        bytes[1099] = (byte) 0xd9;
        refuses(bytes, "is a truncated or damaged JPEG");
    }

    @Test
    void refusesHeaderBombs() {
        refuses(jpegOfSize(65535, 65535), "is too large: 65535x65535 pixels");
        refuses(jpegOfSize(9000, 9000), "bytes cannot hold 9000x9000 pixels");
        refuses(jpegOfSize(0, 10), "without pixels");
        refuses(png(Integer.MAX_VALUE, Integer.MAX_VALUE, new byte[0]), "is too large: 2147483647x2147483647 pixels");
        refuses(png(-1, 1, new byte[0]), "is too large: 4294967295x1 pixels");
        refuses(png(0, 0, new byte[0]), "without pixels");
        byte[] gif = Golden.bytes("image/rows.gif");
        ByteBuffer.wrap(gif)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(6, (short) 65535)
                .putShort(8, (short) 65535);
        refuses(gif, "is too large: 65535x65535 pixels");
        byte[] bmp = Golden.bytes("image/rle8.bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 9000).putInt(22, Integer.MIN_VALUE);
        refuses(bmp, "is too large: 9000x2147483648 pixels");
    }

    @Test
    void refusesPngDataBombByItsHeader() {
        // 20 KB of zeros' zeros would be 225 megapixels.
        refuses(png(15000, 15000, deflated(20 << 20)), "is too large: 15000x15000 pixels");
        refuses(png(9000, 9000, deflated(1000)), "bytes cannot hold 9000x9000 pixels");
    }

    @Test
    void ignoresSurplusPngData() {
        assertThat(ImageDecoder.decode(png(3, 2, deflated(20 << 20)), NAME).pixels())
                .containsOnly(0)
                .hasSize(18);
    }

    @Test
    void neverInflatesPngTextChunks() {
        byte[] whole = Golden.bytes("image/rgb8.png");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(whole, 0, 33);
        out.writeBytes(chunk("zTXt", concat("bomb\0\0".getBytes(UTF_8), deflated(60 << 20))));
        out.write(whole, 33, whole.length - 33);
        assertThat(ImageDecoder.decode(out.toByteArray(), NAME))
                .extracting(image -> Golden.sha(image.pixels()))
                .isEqualTo(Golden.sha(ImageDecoder.decode(whole, NAME).pixels()));
    }

    @Test
    void refusesWrongPngChecksums() {
        byte[] bytes = Golden.bytes("image/rgb8.png");
        bytes[60] ^= 1;
        refuses(bytes, "is a damaged PNG: the checksum of chunk IDAT is wrong");
    }

    @Test
    void refusesPngDataThatEndsEarly() {
        refuses(png(2, 2, deflated(13)), "is a truncated or damaged PNG");
        refuses(png(2, 2, new byte[0]), "is a truncated or damaged PNG: 0 bytes of data cannot hold its rows");
        // Much of the file, little of it data.
        byte[] stuffed = png(4000, 4000, deflated(100));
        stuffed = concat(
                concat(Arrays.copyOf(stuffed, 33), chunk("tEXt", new byte[1 << 20])),
                Arrays.copyOfRange(stuffed, 33, stuffed.length));
        refuses(stuffed, "bytes of data cannot hold its rows");
    }

    @Test
    void refusesPngWithoutPalette() {
        byte[] bytes = png(2, 2, deflated(10));
        bytes[25] = 3;
        repairChecksums(bytes);
        refuses(bytes, "is a damaged PNG: it has no palette");
    }

    @Test
    void refusesGifWithoutFrame() {
        byte[] bytes = Arrays.copyOf(Golden.bytes("image/rows.gif"), 14);
        bytes[10] = 0;
        bytes[13] = ';';
        refuses(bytes, "is a GIF without a frame");
    }

    /** A column of three rows; 80 hex clears the code table, 81 ends the data, 82 is the first to be defined. */
    @ParameterizedTest
    @MethodSource("gifCodes")
    void refusesGifCodesThatAreNoImage(byte[] codes, String says) {
        refuses(gif(codes), says);
    }

    static Stream<Arguments> gifCodes() {
        byte clear = (byte) 0x80;
        return Stream.of(
                arguments(new byte[] {clear, 1, 2, (byte) 0x81}, "is a truncated or damaged GIF: its data ends before"),
                arguments(new byte[] {clear, 1, 2}, "is a truncated or damaged GIF"),
                arguments(new byte[] {clear, 1}, "is a truncated or damaged GIF"),
                arguments(new byte[0], "is a truncated or damaged GIF"),
                arguments(new byte[] {clear, 1, (byte) 0x90, 3, (byte) 0x81}, "is a truncated or damaged GIF"));
    }

    @Test
    void ignoresSurplusGifData() {
        byte[] codes = new byte[200];
        Arrays.fill(codes, (byte) 7);
        codes[0] = (byte) 0x80;
        assertThat(ImageDecoder.decode(gif(codes), NAME).pixels())
                .containsOnly(7)
                .hasSize(9);
        byte[] withoutEnd = {(byte) 0x80, 7, 7, 7};
        assertThat(ImageDecoder.decode(gif(withoutEnd), NAME).pixels()).containsOnly(7);
    }

    @Test
    void refusesGifDataWithoutItsEnd() {
        byte[] whole = gif(new byte[] {(byte) 0x80, 7, 7, 7, (byte) 0x81});
        refuses(Arrays.copyOf(whole, whole.length - 2), "is truncated: 1 more bytes are needed, 0 are there");
    }

    @Test
    void refusesBmpRowsThatAreTooLong() {
        byte[] bytes = Golden.bytes("image/rle8.bmp");
        int data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(10);
        bytes[data] = 0;
        bytes[data + 1] = (byte) 200;
        refuses(bytes, "is a damaged BMP: a row is longer than the image is wide");
    }

    /** Zeros behind data that stops early are no data, however many they are. */
    @ParameterizedTest
    @ValueSource(strings = {"420.jpg", "grey.jpg", "coarse.jpg", "progressive.jpg", "no-end-zeros.jpg"})
    void refusesTruncatedJpegsPaddedWithZeros(String file) {
        byte[] bytes = Golden.bytes("image/" + file);
        int data = indexOf(bytes, 0xff, 0xda);
        int end = bytes.length;
        while (bytes[end - 1] == 0 || bytes[end - 1] == (byte) 0xd9 || bytes[end - 1] == (byte) 0xff) {
            end--;
        }
        for (int missing : new int[] {4, 20, (end - data) / 2}) {
            byte[] padded = Arrays.copyOf(Arrays.copyOf(bytes, end - missing), bytes.length + 100_000);
            assertThatThrownBy(() -> ImageDecoder.decode(padded, NAME))
                    .as("%d bytes", missing)
                    .isInstanceOf(BadImageException.class)
                    .hasMessageMatching("(?s).*(truncated|damaged) (or damaged )?JPEG.*");
        }
    }

    @Test
    void refusesProgressiveJpegsPaddedWithZeros() {
        byte[] bytes = Golden.bytes("image/progressive.jpg");
        refuses(
                Arrays.copyOf(Arrays.copyOf(bytes, bytes.length - 2), bytes.length + 64),
                "is a truncated JPEG: it stops before its end-of-image marker");
    }

    /** What follows the last data chunk may be missing, but no data chunk. */
    @Test
    void refusesPngsThatEndBetweenTheirDataChunks() {
        byte[] bytes = Golden.bytes("image/rgb8.png");
        int first = indexOf(bytes, 'I', 'D') - 4;
        int length = ByteBuffer.wrap(bytes).getInt(first);
        refuses(Arrays.copyOf(bytes, first + 12 + length), "is a truncated or damaged PNG");
        refuses(Arrays.copyOf(bytes, first), "is truncated");
    }

    @Test
    void noMessageNamesAJavaClass() {
        for (String file : images()) {
            byte[] bytes = Golden.bytes("image/" + file);
            byte[] part = Arrays.copyOf(bytes, bytes.length * 3 / 4);
            try {
                ImageDecoder.decode(part, NAME);
            } catch (BadImageException e) {
                assertThat(e.getMessage()).doesNotContain("java", "Exception");
            }
        }
    }

    @Test
    void theLimitOfPixelsIsTheCallers(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("large.png"), png(9500, 9500, deflated(9500 * (3 * 9500 + 1))));
        assertThatThrownBy(() -> ImageDecoder.decode(file))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("is too large: 9500x9500 pixels; at most 89478485 are decoded")
                .hasMessageContaining("max-pixels");
        assertThat(ImageDecoder.decode(file, 9500 * 9500).width()).isEqualTo(9500);
        Path small = Golden.file("image/rgb8.png");
        assertThat(ImageDecoder.decode(small, 23 * 17).width()).isEqualTo(23);
        assertThatThrownBy(() -> ImageDecoder.decode(small, 23 * 17 - 1))
                .hasMessageContaining("at most 390 are decoded");
        for (long limit : new long[] {0, -1, ImageDecoder.MOST_PIXELS + 1}) {
            assertThatThrownBy(() -> ImageDecoder.decode(small, limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 500000000");
        }
    }

    @ParameterizedTest
    @MethodSource("unsupportedFrames")
    void refusesUnsupportedJpegProcesses(int marker, int bits, int components, String says) {
        byte[] bytes = Golden.bytes("image/444.jpg");
        int frame = indexOf(bytes, 0xff, 0xc0);
        bytes[frame + 1] = (byte) marker;
        bytes[frame + 4] = (byte) bits;
        bytes[frame + 9] = (byte) components;
        refuses(bytes, says);
    }

    static Stream<Arguments> unsupportedFrames() {
        return Stream.of(
                arguments(0xc1, 12, 3, "is a 12-bit JPEG"),
                arguments(0xc3, 8, 3, "is a JPEG with lossless coding"),
                arguments(0xc5, 8, 3, "is a JPEG with hierarchical frames"),
                arguments(0xc9, 8, 3, "is a JPEG with arithmetic coding"),
                arguments(0xc0, 8, 2, "is a JPEG with 2 components"));
    }

    /** Segments between scans may hold the bytes of markers. */
    @Test
    void readsJpegWithMarkersInsideItsSegments() {
        byte[] bytes = Golden.bytes("image/progressive.jpg");
        int second = indexOf(bytes, 0xff, 0xda) + 20;
        while ((bytes[second] & 0xff) != 0xff || bytes[second + 1] == 0) {
            second++;
        }
        byte[] comment = {(byte) 0xff, (byte) 0xfe, 0, 6, (byte) 0xff, (byte) 0xd9, (byte) 0xff, (byte) 0xda};
        byte[] with =
                concat(concat(Arrays.copyOf(bytes, second), comment), Arrays.copyOfRange(bytes, second, bytes.length));
        assertThat(ImageDecoder.decode(with, NAME).pixels())
                .isEqualTo(ImageDecoder.decode(bytes, NAME).pixels());
    }

    @Test
    void refusesJpegOfThousandsOfScans() {
        byte[] bytes = Golden.bytes("image/three-scans.jpg");
        int scan = indexOf(bytes, 0xff, 0xda);
        int next = scan + 2 + indexOf(Arrays.copyOfRange(bytes, scan + 2, bytes.length), 0xff, 0xda);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, scan);
        for (int i = 0; i < 10_000; i++) {
            out.write(bytes, scan, next - scan);
        }
        out.write(bytes, scan, bytes.length - scan);
        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> refuses(out.toByteArray(), "is a JPEG of more than 500 scans"));
    }

    /** Fill bytes may stand before a marker; looking past them must not be repeated for every bit. */
    @Test
    void refusesJpegOfFillBytesAtOnce() {
        byte[] whole = Golden.bytes("image/420.jpg");
        int scan = indexOf(whole, 0xff, 0xda);
        byte[] bytes = Arrays.copyOf(whole, scan + 14 + 2_000_000);
        Arrays.fill(bytes, scan + 14, bytes.length, (byte) 0xff);
        bytes[bytes.length - 1] = (byte) 0xd9;
        int frame = indexOf(bytes, 0xff, 0xc0);
        ByteBuffer.wrap(bytes).putShort(frame + 5, (short) 1000).putShort(frame + 7, (short) 65535);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> refuses(bytes, "its data end too early"));
    }

    /** Each scan says in a few bytes that nothing is added to it. */
    @Test
    void refusesJpegOfManyScansOverALargeImage() {
        int blocks = 250 * 250;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("ffd8" + "ffdb004300" + "01".repeat(64)));
        // Codes of one bit: no difference; a run of at least 16384 empty blocks, its lower bits behind the code.
        String table = "01" + "00".repeat(15);
        out.writeBytes(HexFormat.of()
                .parseHex("ffc2000b0807d007d001011100" + "ffc4001400" + table + "00" + "ffc4001410" + table + "e0"));
        out.writeBytes(HexFormat.of().parseHex("ffda0008010100000000"));
        out.writeBytes(new byte[blocks / 8 + 1]);
        for (int scan = 0; scan < 400; scan++) {
            out.writeBytes(HexFormat.of().parseHex("ffda00080101" + "00010110"));
            out.writeBytes(new byte[2 * (blocks >> 14) + 2]);
        }
        out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd9});
        assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> refuses(out.toByteArray(), "too many scans for its size"));
    }

    @Test
    void refusesWhatIsNoRegularFile(@TempDir Path folder) throws Exception {
        Path directory = Files.createDirectory(folder.resolve("folder.jpg"));
        assertThatThrownBy(() -> ImageDecoder.decode(directory))
                .isInstanceOf(BadImageException.class)
                .hasMessage(directory + ": is a directory, not an image");
        Path missing = folder.resolve("missing.jpg");
        assertThatThrownBy(() -> ImageDecoder.decode(missing))
                .isInstanceOf(BadImageException.class)
                .hasMessage(missing + ": does not exist");
    }

    @Test
    void refusesPipesWithoutOpeningThem(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe.jpg");
        Assumptions.assumeTrue(makesPipe(pipe), "no mkfifo here");
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThatThrownBy(() -> ImageDecoder.decode(pipe))
                .isInstanceOf(BadImageException.class)
                .hasMessageEndingWith("is a pipe, socket or device, not an image"));
    }

    @Test
    void refusesUnreadableFiles(@TempDir Path folder) throws Exception {
        Path file = Files.copy(Golden.file("image/rgb8.png"), folder.resolve("secret.png"));
        Assumptions.assumeTrue(Files.getFileStore(file).supportsFileAttributeView("posix"), "no POSIX permissions");
        Files.setPosixFilePermissions(file, Set.<PosixFilePermission>of());
        Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");
        assertThatThrownBy(() -> ImageDecoder.decode(file))
                .isInstanceOf(BadImageException.class)
                .hasMessageEndingWith("cannot be read: permission denied");
    }

    @Test
    void refusesLargeFilesUnread(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("large.jpg");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(5L << 30);
        }
        assertThatThrownBy(() -> ImageDecoder.decode(file))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("is too large: 5368709120 bytes; at most 67108864");
    }

    private static void refuses(byte[] bytes, String says) {
        assertThatThrownBy(() -> ImageDecoder.decode(bytes, NAME))
                .isInstanceOf(BadImageException.class)
                .hasMessageStartingWith("data/cat.jpg: ")
                .hasMessageContaining(says);
    }

    @Test
    void aTransparentColourOfAnotherKindIsNone(@TempDir Path folder) throws IOException {
        byte[] bytes = png(3, 2, deflated(20));
        byte[] grey = concat(
                concat(Arrays.copyOf(bytes, 33), chunk("tRNS", new byte[2])),
                Arrays.copyOfRange(bytes, 33, bytes.length));
        Path file = Files.write(folder.resolve("grey.png"), grey);
        assertThat(ImageDecoder.decode(file).width()).isEqualTo(3);
        assertThat(ImageDecoder.opacity(file, 1000)).isEmpty();
    }

    private static boolean makesPipe(Path pipe) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] jpegOfSize(int width, int height) {
        byte[] bytes = Golden.bytes("image/444.jpg");
        int frame = indexOf(bytes, 0xff, 0xc0);
        ByteBuffer.wrap(bytes).putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);
        return bytes;
    }

    private static int indexOf(byte[] bytes, int first, int second) {
        for (int i = 0; i < bytes.length - 1; i++) {
            if ((bytes[i] & 0xff) == first && (bytes[i + 1] & 0xff) == second) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    /** A PNG of 8-bit RGB with this compressed data. */
    private static byte[] png(int width, int height, byte[] data) {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        return concat(
                concat("\u0089PNG\r\n\u001a\n".getBytes(ISO_8859_1), chunk("IHDR", header.array())),
                concat(chunk("IDAT", data), chunk("IEND", new byte[0])));
    }

    /** A GIF of one column and three rows without a palette; the codes have 8 bits up to 127 pixels. */
    private static byte[] gif(byte[] codes) {
        byte[] start = "GIF89a\1\0\3\0\0\0\0,\0\0\0\0\1\0\3\0\0\7".getBytes(ISO_8859_1);
        byte[] blocks = codes.length == 0 ? codes : concat(new byte[] {(byte) codes.length}, codes);
        return concat(concat(start, blocks), new byte[] {0, ';'});
    }

    private static byte[] chunk(String type, byte[] content) {
        byte[] named = concat(type.getBytes(ISO_8859_1), content);
        CRC32 crc = new CRC32();
        crc.update(named);
        return ByteBuffer.allocate(named.length + 8)
                .putInt(content.length)
                .put(named)
                .putInt((int) crc.getValue())
                .array();
    }

    private static void repairChecksums(byte[] png) {
        ByteBuffer buffer = ByteBuffer.wrap(png);
        for (long at = 8; at + 12 <= png.length; ) {
            long length = Integer.toUnsignedLong(buffer.getInt((int) at));
            if (at + 12 + length > png.length) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, (int) at + 4, (int) length + 4);
            buffer.putInt((int) (at + 8 + length), (int) crc.getValue());
            at += 12 + length;
        }
    }

    private static byte[] deflated(int zeros) {
        Deflater deflater = new Deflater(9);
        deflater.setInput(new byte[zeros]);
        deflater.finish();
        byte[] out = new byte[zeros / 500 + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
