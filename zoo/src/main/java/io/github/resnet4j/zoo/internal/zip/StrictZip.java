package io.github.resnet4j.zoo.internal.zip;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zip archive in which every byte is accounted for: entries follow one another from the first byte of the file to the
 * directory, the directory reaches to the end record, and the end record ends the file. Each entry says of itself what
 * the directory says of it. So no two programs can see different things in it, and nothing can hide between entries,
 * before or behind them.
 *
 * <p>{@code java.util.zip} will not do: its stream refuses stored entries whose sizes come behind the data, which is how
 * {@code torch.save} writes, and its file reader never looks at what an entry says of itself. Files by {@code torch.save},
 * Python's {@code zipfile}, Info-ZIP and {@link java.util.zip.ZipOutputStream} pass; entries are stored or deflated, and
 * never folders, encrypted, split, or commented.
 */
public final class StrictZip {
    private static final int CHUNK = 1 << 16;

    private final FileBytes file;
    private final WeightFormat format;
    private final Map<String, Entry> entries;

    private StrictZip(FileBytes file, WeightFormat format, Map<String, Entry> entries) {
        this.file = file;
        this.format = format;
        this.entries = entries;
    }

    /**
     * A file in the archive.
     *
     * @param name its path: parts joined by {@code /}, none of them empty, {@code .} or {@code ..}
     * @param stored whether its bytes are in the archive as they are; otherwise they are deflated
     * @param size its bytes
     * @param compressedSize the bytes it takes in the archive
     * @param offset of those, from the beginning of the archive
     * @param crc checksum of its bytes
     */
    public record Entry(String name, boolean stored, long size, long compressedSize, long offset, long crc) {}

    /** Whether the file begins as zip archives do, as far as it goes. */
    public static boolean matches(FileBytes file) {
        int length = (int) Math.min(4, file.size());
        byte[] start = file.read(0, length);
        return Structure.isBeginning(start, Structure.LOCAL) || Structure.isBeginning(start, Structure.END);
    }

    /**
     * Checks the whole structure, and none of the contents; once for a file, however often it is asked.
     *
     * @param format what the archive is, for messages
     * @throws BadWeightsException if it is anything but a sound archive
     */
    public static StrictZip open(FileBytes file, WeightFormat format) {
        return file.once(StrictZip.class, () -> checked(file, format));
    }

    private static StrictZip checked(FileBytes file, WeightFormat format) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Entry entry : new Structure(file, format).entries()) {
            if (entries.put(entry.name(), entry) != null) {
                throw new BadWeightsException(
                        file.path(),
                        format,
                        Fault.ZIP_DUP,
                        new Location.Named(entry.name()),
                        "has two entries named " + Printable.brief(entry.name())
                                + "; programs disagree about which one to use; do not trust it");
            }
        }
        return new StrictZip(file, format, Collections.unmodifiableMap(entries));
    }

    /** All files, in the order of their bytes. */
    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** The file of this name. */
    public Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /**
     * The contents of an entry, checked.
     *
     * @param maxBytes an entry may have at most
     * @param maxRatio a deflated entry may not be so many times as large as what it takes in the archive, or more; not
     *     asked of the first 64 KiB
     * @throws BadWeightsException with {@link Fault#LIMIT} if it is larger, with {@link Fault#ZIP_RATIO} if it is
     *     suspiciously small in the archive, with {@link Fault#ZIP_CRC} or {@link Fault#ZIP_CORRUPT} if it is damaged
     */
    public byte[] read(Entry entry, int maxBytes, int maxRatio) {
        if (entry.size() > maxBytes) {
            throw bad(entry, Fault.LIMIT, "has " + entry.size() + " bytes, more than the " + maxBytes + " allowed");
        }
        if (entry.size() > CHUNK && entry.size() / maxRatio >= entry.compressedSize()) {
            throw bad(
                    entry,
                    Fault.ZIP_RATIO,
                    "unpacks to " + entry.size() + " bytes from " + entry.compressedSize()
                            + ", as only a decompression bomb does; do not trust it");
        }
        byte[] contents =
                entry.stored() ? file.read(entry.offset(), (int) entry.size()) : inflated(entry, (int) entry.size());
        CRC32 crc = new CRC32();
        crc.update(contents);
        requireCrc(entry, crc);
        return contents;
    }

    /**
     * Compares the checksum of a stored entry of any size.
     *
     * @throws IllegalArgumentException if it is not stored
     * @throws BadWeightsException with {@link Fault#ZIP_CRC} if it is damaged
     */
    public void verify(Entry entry) {
        if (!entry.stored()) {
            throw new IllegalArgumentException(entry.name() + " is compressed");
        }
        CRC32 crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, entry.size()));
        for (long done = 0; done < entry.size(); done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, entry.size() - done));
            file.copy(entry.offset() + done, chunk);
            crc.update(chunk.flip());
        }
        requireCrc(entry, crc);
    }

    private byte[] inflated(Entry entry, int size) {
        byte[] contents = new byte[size];
        byte[] more = new byte[1];
        Inflater inflater = new Inflater(true);
        try {
            int written = 0;
            long taken = 0;
            while (!inflater.finished()) {
                if (inflater.needsInput()) {
                    int length = (int) Math.min(CHUNK, entry.compressedSize() - taken);
                    if (length == 0) {
                        throw wrongSize(entry);
                    }
                    inflater.setInput(file.read(entry.offset() + taken, length));
                    taken += length;
                }
                if (written < size) {
                    written += inflater.inflate(contents, written, size - written);
                } else if (inflater.inflate(more) > 0) {
                    throw wrongSize(entry);
                }
                if (inflater.needsDictionary()) {
                    throw wrongSize(entry);
                }
            }
            if (written < size || inflater.getBytesRead() != entry.compressedSize()) {
                throw wrongSize(entry);
            }
            return contents;
        } catch (DataFormatException e) {
            throw wrongSize(entry);
        } finally {
            inflater.end();
        }
    }

    private BadWeightsException wrongSize(Entry entry) {
        return bad(
                entry,
                Fault.ZIP_CORRUPT,
                "does not unpack to the " + entry.size() + " bytes declared; copy or download it again");
    }

    private void requireCrc(Entry entry, CRC32 crc) {
        if (crc.getValue() != entry.crc()) {
            throw bad(entry, Fault.ZIP_CRC, "is damaged (its checksum is wrong); copy or download it again");
        }
    }

    private BadWeightsException bad(Entry entry, Fault fault, String problem) {
        return new BadWeightsException(
                file.path(),
                format,
                fault,
                new Location.Entry(entry.name(), 0),
                "has an entry " + Printable.brief(entry.name()) + " that " + problem);
    }
}
