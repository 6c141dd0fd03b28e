package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** As many entries as an archive may have, to no good end: what is kept of each must be little. */
class ManyEntriesTest {
    private static final int ENTRIES = 65_000;

    @Test
    void costLittleBeforeThePickleIsRefused() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "archive/data.pkl", "\u0080\u0002cos\nsystem\n.".getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < ENTRIES; i++) {
                add(zip, "archive/data/" + i, new byte[4]);
            }
        }
        byte[] file = bytes.toByteArray();
        Hostile.rejected(
                Fault.PKL_GLOBAL,
                file.length,
                () -> WeightFile.open(FileBytes.of(Path.of("many.pth"), file), WeightSet.TRAINED));
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }
}
