package io.github.resnet4j.zoo.internal.zip;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A zip archive put together record by record, so that every number in it can lie. As {@link #torch} makes it, it is
 * what {@code torch.save} writes.
 */
public final class ZipParts {
    /** The entries in the order of their bytes and of the directory. */
    public final List<Part> parts = new ArrayList<>();

    /** Bytes in front of the first entry; offsets do not count them. */
    public byte[] prefix = {};

    /** Bytes between the last entry and the directory. */
    public byte[] beforeDirectory = {};

    /** Bytes between the directory and the end records. */
    public byte[] behindDirectory = {};

    /** The comment of the archive. */
    public byte[] comment = {};

    /** Bytes behind the end. */
    public byte[] suffix = {};

    /** Whether to write ZIP64 end records besides the end record. */
    public boolean zip64 = true;

    /** Added to the number of entries in the end records. */
    public long extraCount;

    /** Added to the directory's offset in the end records. */
    public long extraOffset;

    /** Added to the directory's size in the end records. */
    public long extraSize;

    /** Added to the place of the ZIP64 end record. */
    public long extraLocator;

    /** What is said of an entry, twice. */
    public static final class Part {
        /** The name at the entry. */
        public byte[] localName;
        /** The name in the directory. */
        public byte[] name;
        /** Its bytes as they are in the archive. */
        public byte[] data;
        /** Length of its contents. */
        public long size;
        /** The length of {@link #data}. */
        public long compressedSize;
        /** The checksum of its contents. */
        public long crc;
        /** 0: stored, 8: deflated. */
        public int method;
        /** The same at the entry. */
        public int localMethod;
        /** Flags in the directory. */
        public int flags = 0x0808;
        /** Flags at the entry. */
        public int localFlags = 0x0808;
        /** Extra fields in the directory. */
        public byte[] extra = {};
        /** Extra fields at the entry. */
        public byte[] localExtra = {};
        /** Length of the descriptor: 0, 12, 16, 20 or 24. */
        public int descriptor = 16;
        /** Sizes and checksum at the entry. */
        public long localSize;
        /** The same. */
        public long localCompressedSize;
        /** The same. */
        public long localCrc;
        /** A comment. */
        public byte[] comment = {};
        /** Bytes behind the entry that belong to nothing. */
        public byte[] gap = {};
        /** Added to its offset in the directory. */
        public long extraOffset;
        /** Whether its bytes are written; without, only the directory has it. */
        public boolean written = true;

        private Part(String name, byte[] contents, byte[] data) {
            this.name = name.getBytes(StandardCharsets.UTF_8);
            this.localName = this.name;
            this.data = data;
            this.size = contents.length;
            this.compressedSize = data.length;
            CRC32 checksum = new CRC32();
            checksum.update(contents);
            this.crc = checksum.getValue();
        }

        /** The sizes at the entry, and no descriptor: what most writers of files do. */
        public Part plain() {
            flags = 0;
            localFlags = 0;
            descriptor = 0;
            localSize = size;
            localCompressedSize = compressedSize;
            localCrc = crc;
            return this;
        }
    }

    /** Adds a stored entry and gives it to be changed. */
    public Part add(String name, byte[] contents) {
        Part part = new Part(name, contents, contents);
        parts.add(part);
        return part;
    }

    /** Adds a deflated entry. */
    public Part deflated(String name, byte[] contents) {
        Part part = new Part(name, contents, deflate(contents));
        part.method = 8;
        part.localMethod = 8;
        parts.add(part);
        return part;
    }

    /** An archive like PyTorch's: stored, sizes behind the data, data at multiples of 64, ZIP64 end records. */
    public static ZipParts torch(String... names) {
        ZipParts zip = new ZipParts();
        int at = 0;
        for (int i = 0; i < names.length; i++) {
            byte[] contents = new byte[20 + 7 * i];
            for (int b = 0; b < contents.length; b++) {
                contents[b] = (byte) (31 * i + b * b);
            }
            Part part = zip.add(names[i], contents);
            int header = 30 + part.name.length + 4;
            int padding = (64 - (at + header) % 64) % 64;
            part.localExtra = field(0x4246, new byte[padding]);
            at += header + padding + contents.length + 16;
        }
        return zip;
    }

    /** An extra field. */
    public static byte[] field(int kind, byte[] contents) {
        return little(4 + contents.length)
                .putShort((short) kind)
                .putShort((short) contents.length)
                .put(contents)
                .array();
    }

    /** Deflated without a header. */
    public static byte[] deflate(byte[] contents) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(contents);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[1 << 16];
        while (!deflater.finished()) {
            out.write(chunk, 0, deflater.deflate(chunk));
        }
        deflater.end();
        return out.toByteArray();
    }

    /** The archive. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(prefix);
        List<Long> offsets = new ArrayList<>();
        for (Part part : parts) {
            offsets.add((long) out.size() - prefix.length + part.extraOffset);
            if (part.written) {
                out.writeBytes(local(part));
                out.writeBytes(part.data);
                out.writeBytes(descriptor(part));
                out.writeBytes(part.gap);
            }
        }
        out.writeBytes(beforeDirectory);
        int directory = out.size();
        for (int i = 0; i < parts.size(); i++) {
            out.writeBytes(central(parts.get(i), offsets.get(i)));
        }
        long size = out.size() - directory + extraSize;
        out.writeBytes(behindDirectory);
        out.writeBytes(end(parts.size() + extraCount, size, directory - prefix.length + extraOffset, out.size()));
        out.writeBytes(suffix);
        return out.toByteArray();
    }

    private byte[] local(Part part) {
        return little(30 + part.localName.length + part.localExtra.length)
                .putInt(0x04034b50)
                .putShort((short) 0)
                .putShort((short) part.localFlags)
                .putShort((short) part.localMethod)
                .putInt(0)
                .putInt((int) part.localCrc)
                .putInt((int) part.localCompressedSize)
                .putInt((int) part.localSize)
                .putShort((short) part.localName.length)
                .putShort((short) part.localExtra.length)
                .put(part.localName)
                .put(part.localExtra)
                .array();
    }

    private static byte[] descriptor(Part part) {
        ByteBuffer bytes = little(part.descriptor);
        if (part.descriptor == 0) {
            return bytes.array();
        }
        if (part.descriptor % 8 == 0) {
            bytes.putInt(0x08074b50);
        }
        bytes.putInt((int) part.crc);
        if (part.descriptor >= 20) {
            bytes.putLong(part.compressedSize).putLong(part.size);
        } else {
            bytes.putInt((int) part.compressedSize).putInt((int) part.size);
        }
        return bytes.array();
    }

    private static byte[] central(Part part, long offset) {
        return little(46 + part.name.length + part.extra.length + part.comment.length)
                .putInt(0x02014b50)
                .putInt(0)
                .putShort((short) part.flags)
                .putShort((short) part.method)
                .putInt(0)
                .putInt((int) part.crc)
                .putInt((int) part.compressedSize)
                .putInt((int) part.size)
                .putShort((short) part.name.length)
                .putShort((short) part.extra.length)
                .putShort((short) part.comment.length)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt((int) offset)
                .put(part.name)
                .put(part.extra)
                .put(part.comment)
                .array();
    }

    private byte[] end(long count, long size, long offset, long at) {
        ByteBuffer bytes = little((zip64 ? 76 : 0) + 22 + comment.length);
        if (zip64) {
            bytes.putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 0x031E)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0)
                    .putLong(count)
                    .putLong(count)
                    .putLong(size)
                    .putLong(offset);
            bytes.putInt(0x07064b50).putInt(0).putLong(at + extraLocator).putInt(1);
        }
        boolean large = count < 0 || count > 0xFFFF;
        bytes.putInt(0x06054b50)
                .putInt(0)
                .putShort((short) (large ? 0xFFFF : count))
                .putShort((short) (large ? 0xFFFF : count))
                .putInt((int) size)
                .putInt((int) offset)
                .putShort((short) comment.length)
                .put(comment);
        return bytes.array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
