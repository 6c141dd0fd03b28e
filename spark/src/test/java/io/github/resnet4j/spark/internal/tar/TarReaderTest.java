package io.github.resnet4j.spark.internal.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    private static final int MOST = 1 << 20;

    private static byte[] written() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarWriter tar = new TarWriter(bytes)) {
            tar.add("000000.png", new byte[1000]);
            tar.add("000000.cls", "7".getBytes(StandardCharsets.US_ASCII));
            tar.add("000001.png", new byte[512]);
            tar.add("empty", new byte[0]);
            tar.finish();
        }
        return bytes.toByteArray();
    }

    private static List<String> read(byte[] bytes) throws IOException {
        List<String> entries = new ArrayList<>();
        try (TarReader tar = new TarReader(new ByteArrayInputStream(bytes))) {
            for (Optional<TarReader.Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
                TarReader.Entry entry = next.get();
                entries.add((entry.isFile() ? "" : "not a file: ") + entry.name() + ":" + tar.content(MOST).length);
            }
        }
        return entries;
    }

    @Test
    void readsWhatTheWriterWrites() throws IOException {
        assertThat(read(written())).containsExactly("000000.png:1000", "000000.cls:1", "000001.png:512", "empty:0");
    }

    @Test
    void othersReadWhatTheWriterWrites() throws IOException {
        assertThat(written().length % 10240).isZero();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(written()))) {
            assertThat(tar.getNextEntry().getName()).isEqualTo("000000.png");
            assertThat(tar.readAllBytes()).hasSize(1000);
            assertThat(tar.getNextEntry().getName()).isEqualTo("000000.cls");
            assertThat(tar.getNextEntry().getName()).isEqualTo("000001.png");
            assertThat(tar.getNextEntry().getSize()).isZero();
            assertThat(tar.getNextEntry()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
    void readsLongNames(int format) throws IOException {
        String name = "folder/".repeat(40) + "ünicode.png";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(format);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.putArchiveEntry(new TarArchiveEntry("folder/"));
            tar.closeArchiveEntry();
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(5);
            tar.putArchiveEntry(entry);
            tar.write(new byte[5]);
            tar.closeArchiveEntry();
            TarArchiveEntry link = new TarArchiveEntry("link.png", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        assertThat(read(bytes.toByteArray()))
                .containsExactly("not a file: folder/:0", name + ":5", "not a file: link.png:0");
    }

    /** Wherever it is cut, also between two entries and within the end mark's first block. */
    @Test
    void everyCutIsNoticed() throws IOException {
        byte[] whole = written();
        int end = 512 + 1024 + 512 + 512 + 512 + 512 + 512;
        for (int length = 0; length < end + 512; length += length % 512 < 2 || length % 512 > 509 ? 1 : 101) {
            byte[] cut = Arrays.copyOf(whole, length);
            int at = length;
            assertThatExceptionOfType(BadTarException.class)
                    .as("cut at %d", length)
                    .isThrownBy(() -> read(cut))
                    .withMessageStartingWith("is cut: it ends at byte " + at);
        }
        assertThat(read(Arrays.copyOf(whole, end + 512))).hasSize(4);
    }

    @Test
    void saysWhatIsNoTarFile() {
        assertThatExceptionOfType(BadTarException.class)
                .isThrownBy(() -> read("<html>".repeat(200).getBytes(StandardCharsets.US_ASCII)))
                .withMessage("is not a tar file: it does not begin with a header");
    }

    @Test
    void saysWhereItIsDamaged() throws IOException {
        byte[] bytes = written();
        bytes[512 + 1024 + 3] ^= 1; // in the second header
        assertThatExceptionOfType(BadTarException.class)
                .isThrownBy(() -> read(bytes))
                .withMessage("is damaged at byte 1536: there is no header where one must be");
    }

    @Test
    void refusesToHoldMoreThanIsAllowed() throws IOException {
        try (TarReader tar = new TarReader(new ByteArrayInputStream(written()))) {
            tar.next();
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> tar.content(999));
        }
    }

    /** Whatever the bytes, it ends with entries or one exception, and holds no more than a file has. */
    @Test
    void anyBytesEndWell() throws IOException {
        byte[] valid = written();
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = valid.clone();
            for (int change = random.nextInt(8); change >= 0; change--) {
                int header = 512 * random.nextInt(7);
                bytes[header + random.nextInt(512)] = (byte) random.nextInt(256);
            }
            if (random.nextBoolean()) {
                repairChecksums(bytes);
            }
            try {
                read(bytes);
            } catch (BadTarException | IllegalArgumentException e) {
                assertThat(e).hasMessageNotContainingAny("\n", "null");
            }
        }
    }

    private static void repairChecksums(byte[] bytes) {
        for (int header = 0; header + 512 <= 4096; header += 512) {
            int sum = 8 * ' ';
            for (int i = 0; i < 512; i++) {
                sum += i >= 148 && i < 156 ? 0 : bytes[header + i] & 0xff;
            }
            byte[] text = String.format("%06o", sum).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, bytes, header + 148, 6);
            bytes[header + 154] = 0;
        }
    }

    @Test
    void refusesNamesThatDoNotFit() throws IOException {
        try (TarWriter tar = new TarWriter(OutputStream.nullOutputStream())) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> tar.add("x".repeat(101), new byte[0]));
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> tar.add("ü", new byte[0]));
        }
    }
}
