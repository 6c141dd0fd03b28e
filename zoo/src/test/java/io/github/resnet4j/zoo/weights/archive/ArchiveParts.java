package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The entries of an archive, to be changed and put together again. */
final class ArchiveParts {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    /** Takes an archive apart. */
    static ArchiveParts of(byte[] archive) {
        StrictZip zip = StrictZip.open(FileBytes.of(Path.of("model.zip"), archive), WeightFormat.ARCHIVE);
        ArchiveParts parts = new ArchiveParts();
        zip.entries().forEach(entry -> parts.entries.put(entry.name(), zip.read(entry, 1 << 28, 200)));
        return parts;
    }

    /** The archive of a network as it begins. */
    static byte[] archive(ModelCard card) {
        try {
            Path file = Files.createTempFile("model", ".zip");
            ModelArchive.write(file, card, NetworkGraph.create(card.network(), NetworkGraph.Options.seeded(1)));
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] get(String name) {
        return entries.get(name);
    }

    String text(String name) {
        return new String(get(name), StandardCharsets.UTF_8);
    }

    /** The same with another entry, or one more. */
    ArchiveParts with(String name, byte[] contents) {
        ArchiveParts parts = new ArchiveParts();
        parts.entries.putAll(entries);
        parts.entries.put(name, contents);
        return parts;
    }

    ArchiveParts with(String name, String contents) {
        return with(name, contents.getBytes(StandardCharsets.UTF_8));
    }

    ArchiveParts without(String name) {
        ArchiveParts parts = new ArchiveParts();
        parts.entries.putAll(entries);
        parts.entries.remove(name);
        return parts;
    }

    /** As a zip, all stored. */
    ZipParts zip() {
        ZipParts zip = new ZipParts();
        zip.zip64 = false;
        entries.forEach((name, contents) -> zip.add(name, contents).plain());
        return zip;
    }

    byte[] bytes() {
        return zip().bytes();
    }
}
