package io.github.resnet4j.zoo.internal.zip;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The records of a zip archive (PKWARE's APPNOTE, 4.3), each compared with the others that say the same. */
final class Structure {
    static final int LOCAL = 0x04034b50;
    static final int END = 0x06054b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int DESCRIPTOR = 0x08074b50;

    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;

    /** Sizes and checksum come behind the data. */
    private static final int FLAG_DESCRIPTOR = 0x0008;

    private static final int FLAG_UTF_8 = 0x0800;

    /** Those two, and how hard the compressor tried. */
    private static final int FLAGS = FLAG_DESCRIPTOR | FLAG_UTF_8 | 0x0006;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private static final int EXTRA_ZIP_64 = 0x0001;
    private static final int EXTRA_OTHER_NAME = 0x7075;

    /** In place of a number that is in the ZIP64 extra field. */
    private static final long ELSEWHERE = 0xFFFF_FFFFL;

    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_DIRECTORY = 1 << 24;
    private static final int MAX_NAME = 1 << 10;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final FileBytes file;
    private final WeightFormat format;

    Structure(FileBytes file, WeightFormat format) {
        this.file = file;
        this.format = format;
    }

    /** What the end record says: where the directory is, and where it must end. */
    private record Directory(long entries, long offset, long bytes, long end) {}

    /** What the directory says of an entry. */
    private record Central(byte[] name, int flags, int method, long crc, long compressedSize, long size, long offset) {}

    /** Whether {@code start} is how {@code signature} begins. */
    static boolean isBeginning(byte[] start, int signature) {
        byte[] whole = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(signature)
                .array();
        return Arrays.mismatch(start, whole) == (start.length == 4 ? -1 : start.length);
    }

    /** All entries, sorted by their place. */
    List<StrictZip.Entry> entries() {
        requireBeginning();
        Directory directory = directory();
        List<Central> headers = headers(directory);
        headers.sort(Comparator.comparingLong(Central::offset));
        long first = headers.isEmpty() ? directory.offset() : headers.get(0).offset();
        if (first > 0) {
            throw bad(
                    Fault.POLYGLOT,
                    0,
                    "has " + first + " bytes in front of its first entry, which may be another file; do not trust it");
        }
        List<StrictZip.Entry> entries = new ArrayList<>(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            boolean last = i + 1 == headers.size();
            entries.add(entry(
                    headers.get(i),
                    last ? directory.offset() : headers.get(i + 1).offset()));
        }
        return entries;
    }

    private void requireBeginning() {
        if (!StrictZip.matches(file)) {
            boolean zip = file.size() >= END_BYTES
                    && file.buffer(file.size() - END_BYTES, 4).getInt(0) == END;
            throw zip
                    ? bad(Fault.POLYGLOT, 0, "starts as something else and ends as a zip archive; do not trust it")
                    : bad(Fault.BAD_MAGIC, 0, "is not a zip archive; name another file");
        }
        if (file.size() < END_BYTES) {
            throw truncated();
        }
    }

    private BadWeightsException truncated() {
        return bad(
                Fault.TRUNCATED, file.size(), "is cut short: it ends without a directory; copy or download it again");
    }

    private Directory directory() {
        long at = file.size() - END_BYTES;
        ByteBuffer end = file.buffer(at, END_BYTES);
        if (end.getInt(0) != END) {
            throw withoutEnd();
        }
        if (end.getShort(20) != 0) { // a comment that is not there
            throw truncated();
        }
        long entries = u16(end, 10);
        long bytes = u32(end, 12);
        long offset = u32(end, 16);
        requireOneDisk(u16(end, 4) == 0 && u16(end, 6) == 0 && u16(end, 8) == entries, at);
        long locator = at - LOCATOR_64_BYTES;
        if (locator >= 0 && file.buffer(locator, 4).getInt(0) == LOCATOR_64) {
            Directory large = directory64(locator);
            if (!agrees(entries, 0xFFFF, large.entries())
                    || !agrees(bytes, ELSEWHERE, large.bytes())
                    || !agrees(offset, ELSEWHERE, large.offset())) {
                throw bad(Fault.ZIP_CORRUPT, at, "has two end records that contradict each other; do not trust it");
            }
            return checked(large);
        }
        return checked(new Directory(entries, offset, bytes, at));
    }

    private Directory directory64(long locator) {
        ByteBuffer pointer = file.buffer(locator, LOCATOR_64_BYTES);
        long at = locator - END_64_BYTES;
        requireOneDisk(pointer.getInt(4) == 0 && pointer.getInt(16) == 1, locator);
        if (at < 0 || pointer.getLong(8) != at) {
            throw bad(Fault.ZIP_CORRUPT, locator, "has its end record elsewhere than it says; download it again");
        }
        ByteBuffer end = file.buffer(at, END_64_BYTES);
        if (end.getInt(0) != END_64 || end.getLong(4) != END_64_BYTES - 12) {
            throw bad(Fault.ZIP_CORRUPT, at, "has no end record where it says; download it again");
        }
        requireOneDisk(end.getLong(16) == 0 && end.getLong(24) == end.getLong(32), at);
        return new Directory(end.getLong(32), end.getLong(48), end.getLong(40), at);
    }

    private static boolean agrees(long small, long elsewhere, long large) {
        return small == large || small == elsewhere;
    }

    private void requireOneDisk(boolean one, long at) {
        if (!one) {
            throw bad(Fault.ZIP_CORRUPT, at, "is a part of a split archive, or damaged; download it again");
        }
    }

    private BadWeightsException withoutEnd() {
        long from = Math.max(0, file.size() - END_BYTES - MAX_COMMENT);
        ByteBuffer tail = file.buffer(from, (int) (file.size() - from));
        for (int at = tail.limit() - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END && u32(tail, at + 12) + u32(tail, at + 16) <= from + at) {
                long end = from + at + END_BYTES;
                return bad(
                        Fault.POLYGLOT,
                        end,
                        "has " + (file.size() - end)
                                + " bytes after its end, which may be another file; do not trust it");
            }
        }
        return truncated();
    }

    /** The claims of the end record, before anything is made of them. */
    private Directory checked(Directory directory) {
        if (directory.entries() < 0 || directory.entries() > MAX_ENTRIES || directory.bytes() > MAX_DIRECTORY) {
            throw bad(
                    Fault.LIMIT_ENTRIES,
                    directory.end(),
                    "has " + Long.toUnsignedString(directory.entries()) + " entries in a directory of "
                            + Long.toUnsignedString(directory.bytes()) + " bytes; the most are " + MAX_ENTRIES + " in "
                            + MAX_DIRECTORY);
        }
        if (directory.offset() < 0
                || directory.bytes() < directory.entries() * CENTRAL_BYTES
                || directory.offset() > directory.end() - directory.bytes()) {
            throw bad(Fault.ZIP_CORRUPT, directory.end(), "has no directory where it says; download it again");
        }
        if (directory.offset() < directory.end() - directory.bytes()) {
            throw gap(directory.offset() + directory.bytes(), directory.end());
        }
        return directory;
    }

    private BadWeightsException gap(long from, long to) {
        return bad(
                Fault.POLYGLOT,
                from,
                "has " + (to - from) + " bytes between its parts that belong to none of them; do not trust it");
    }

    private List<Central> headers(Directory directory) {
        ByteBuffer bytes = file.buffer(directory.offset(), (int) directory.bytes());
        List<Central> headers = new ArrayList<>((int) directory.entries());
        for (long i = 0; i < directory.entries(); i++) {
            headers.add(header(bytes, directory));
        }
        if (bytes.hasRemaining()) {
            throw bad(
                    Fault.ZIP_CORRUPT,
                    directory.offset() + bytes.position(),
                    "has more in its directory than the " + directory.entries() + " entries it declares");
        }
        return headers;
    }

    private Central header(ByteBuffer bytes, Directory directory) {
        int start = bytes.position();
        long at = directory.offset() + start;
        if (bytes.remaining() < CENTRAL_BYTES || bytes.getInt(start) != CENTRAL) {
            throw bad(Fault.ZIP_CORRUPT, at, "has a damaged directory; copy or download it again");
        }
        int nameBytes = u16(bytes, start + 28);
        int extraBytes = u16(bytes, start + 30);
        int commentBytes = u16(bytes, start + 32);
        if (bytes.remaining() < CENTRAL_BYTES + nameBytes + extraBytes + commentBytes) {
            throw bad(Fault.ZIP_CORRUPT, at, "has a damaged directory; copy or download it again");
        }
        if (commentBytes > 0) {
            throw bad(Fault.POLYGLOT, at, "has a comment in its directory, which may hide another file");
        }
        int flags = u16(bytes, start + 8);
        int method = u16(bytes, start + 10);
        requireKnown(flags, method, at);
        byte[] name = new byte[nameBytes];
        bytes.get(start + CENTRAL_BYTES, name);
        ByteBuffer extra = zip64(bytes, start + CENTRAL_BYTES + nameBytes, extraBytes, at);
        long size = number(u32(bytes, start + 24), extra, at);
        long compressedSize = number(u32(bytes, start + 20), extra, at);
        long offset = number(u32(bytes, start + 42), extra, at);
        if (offset > directory.offset()) {
            throw bad(Fault.ZIP_CORRUPT, at, "has an entry after its directory; copy or download it again");
        }
        if (extra.hasRemaining() || u16(bytes, start + 34) != 0) {
            throw bad(Fault.ZIP_CORRUPT, at, "has an entry of a split archive, or a damaged one");
        }
        if (method == STORED && size != compressedSize) {
            throw bad(
                    Fault.ZIP_MISMATCH,
                    at,
                    "has an uncompressed entry with two sizes: " + size + " and " + compressedSize + " bytes");
        }
        bytes.position(start + CENTRAL_BYTES + nameBytes + extraBytes);
        return new Central(name, flags, method, u32(bytes, start + 16), compressedSize, size, offset);
    }

    private void requireKnown(int flags, int method, long at) {
        if ((flags & ~FLAGS) != 0) {
            throw bad(
                    Fault.ZIP_FLAGS,
                    at,
                    String.format("has an encrypted or otherwise special entry (flags %04x); do not trust it", flags));
        }
        if (method != STORED && method != DEFLATED) {
            throw bad(
                    Fault.ZIP_METHOD,
                    at,
                    "has an entry compressed by method " + method + "; pack it again with zip -0");
        }
    }

    /** The numbers of the ZIP64 field among the extra fields, empty without one. */
    private ByteBuffer zip64(ByteBuffer bytes, int from, int length, long at) {
        if (length == 0) {
            return NOTHING;
        }
        ByteBuffer found = null;
        ByteBuffer extra = bytes.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
        while (extra.hasRemaining()) {
            int left = extra.remaining();
            int fieldBytes = left < 4 ? left : u16(extra, extra.position() + 2);
            if (fieldBytes > left - 4) {
                throw bad(Fault.ZIP_CORRUPT, at, "has an entry with a damaged extra field; copy or download it again");
            }
            int kind = u16(extra, extra.position());
            if (kind == EXTRA_OTHER_NAME) {
                throw bad(Fault.ZIP_NAME, at, "has an entry with a second name; do not trust it");
            }
            if (kind == EXTRA_ZIP_64) {
                if (found != null) {
                    throw bad(Fault.ZIP_CORRUPT, at, "has an entry with two ZIP64 fields; do not trust it");
                }
                found = extra.slice(extra.position() + 4, fieldBytes).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + 4 + fieldBytes);
        }
        return found == null ? NOTHING : found;
    }

    private long number(long small, ByteBuffer extra, long at) {
        if (small != ELSEWHERE) {
            return small;
        }
        long large = extra.remaining() < 8 ? -1 : extra.getLong();
        if (large < 0) {
            throw bad(Fault.ZIP_CORRUPT, at, "has an entry of an impossible size or place");
        }
        return large;
    }

    /** An entry that must end at {@code next}, compared with what it says of itself. */
    private StrictZip.Entry entry(Central central, long next) {
        long at = central.offset();
        if (next - at < LOCAL_BYTES) {
            throw overlap(at);
        }
        ByteBuffer header = file.buffer(at, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL) {
            throw bad(Fault.ZIP_CORRUPT, at, "has no entry where its directory says; copy or download it again");
        }
        int flags = u16(header, 6);
        int method = u16(header, 8);
        requireKnown(flags, method, at);
        int nameBytes = u16(header, 26);
        int extraBytes = u16(header, 28);
        long offset = at + LOCAL_BYTES + nameBytes + extraBytes;
        if (offset > next || central.compressedSize() > next - offset) {
            throw overlap(at);
        }
        ByteBuffer variable = file.buffer(at + LOCAL_BYTES, nameBytes + extraBytes);
        String name = name(central, at);
        if (!Arrays.equals(central.name(), 0, central.name().length, variable.array(), 0, nameBytes)) {
            throw mismatch("name", name, at);
        }
        if (flags != central.flags()) {
            throw mismatch("flags", name, at);
        }
        if (method != central.method()) {
            throw mismatch("method", name, at);
        }
        boolean described = (flags & FLAG_DESCRIPTOR) != 0;
        ByteBuffer extra = zip64(variable, nameBytes, extraBytes, at);
        requireSame(described, u32(header, 14), central.crc(), "checksum", name, at);
        // Without a 32-bit size there may be a place in the ZIP64 field all the same; it is not asked for.
        if (u32(header, 22) == ELSEWHERE || u32(header, 18) == ELSEWHERE) {
            requireSame(described, number(u32(header, 22), extra, at), central.size(), "size", name, at);
            requireSame(described, number(u32(header, 18), extra, at), central.compressedSize(), "size", name, at);
        } else {
            requireSame(described, u32(header, 22), central.size(), "size", name, at);
            requireSame(described, u32(header, 18), central.compressedSize(), "size", name, at);
        }
        requireDescriptor(central, described, name, offset + central.compressedSize(), next);
        return new StrictZip.Entry(
                name, method == STORED, central.size(), central.compressedSize(), offset, central.crc());
    }

    private BadWeightsException overlap(long at) {
        return bad(
                Fault.ZIP_OVERLAP, at, "has entries that overlap, as only a decompression bomb has; do not trust it");
    }

    private void requireSame(boolean described, long local, long central, String what, String name, long at) {
        if (local != central && !(described && local == 0)) {
            throw mismatch(what, name, at);
        }
    }

    private BadWeightsException mismatch(String what, String name, long at) {
        return bad(
                Fault.ZIP_MISMATCH,
                at,
                "has an entry " + Printable.brief(name) + " whose " + what
                        + " differs from what the directory says; do not trust it");
    }

    /** Between the data and what comes next is the descriptor, if there is to be one, in one of its four forms. */
    private void requireDescriptor(Central central, boolean described, String name, long from, long to) {
        long length = to - from;
        if (described && length == 0) {
            throw bad(Fault.ZIP_CORRUPT, from, "has no sizes after " + Printable.brief(name) + "; download it again");
        }
        if (!described && length == 0) {
            return;
        }
        if (!described || length != 12 && length != 16 && length != 20 && length != 24) {
            throw gap(from, to);
        }
        ByteBuffer descriptor = file.buffer(from, (int) length);
        boolean signed = length == 16 || length == 24;
        boolean large = length >= 20;
        if (signed && descriptor.getInt() != DESCRIPTOR) {
            throw gap(from, to);
        }
        long crc = descriptor.getInt() & ELSEWHERE;
        long compressedSize = large ? descriptor.getLong() : descriptor.getInt() & ELSEWHERE;
        long size = large ? descriptor.getLong() : descriptor.getInt() & ELSEWHERE;
        if (crc != central.crc()) {
            throw mismatch("checksum", name, from);
        }
        if (compressedSize != central.compressedSize() || size != central.size()) {
            throw mismatch("size", name, from);
        }
    }

    private String name(Central central, long at) {
        byte[] bytes = central.name();
        boolean utf8 = (central.flags() & FLAG_UTF_8) != 0;
        try {
            String name = (utf8 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII)
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (bytes.length <= MAX_NAME && isPlain(name)) {
                return name;
            }
            throw bad(
                    Fault.ZIP_NAME,
                    at,
                    "has an entry \"" + Printable.brief(name)
                            + "\", which is not a plain relative path; do not trust it");
        } catch (CharacterCodingException e) {
            throw bad(Fault.ZIP_NAME, at, "has an entry whose name is not text; pack it again");
        }
    }

    /** Without a substring of any part: there may be many names. */
    private static boolean isPlain(String name) {
        if (name.length() > 1 && name.charAt(1) == ':') { // a drive
            return false;
        }
        int part = 0;
        for (int i = 0; i <= name.length(); i++) {
            char c = i < name.length() ? name.charAt(i) : '/';
            if (Character.isISOControl(c) || c == '\\') {
                return false;
            }
            if (c == '/') {
                int length = i - part;
                if (length == 0 || length <= 2 && name.startsWith("..".substring(0, length), part)) {
                    return false;
                }
                part = i + 1;
            }
        }
        return true;
    }

    private static int u16(ByteBuffer bytes, int at) {
        return bytes.getShort(at) & 0xFFFF;
    }

    private static long u32(ByteBuffer bytes, int at) {
        return bytes.getInt(at) & ELSEWHERE;
    }

    private BadWeightsException bad(Fault fault, long at, String problem) {
        return new BadWeightsException(file.path(), format, fault, new Location.At(at), problem);
    }
}
