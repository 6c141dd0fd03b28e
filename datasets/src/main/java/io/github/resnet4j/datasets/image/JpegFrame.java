package io.github.resnet4j.datasets.image;

import java.util.ArrayList;
import java.util.List;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;

/** The frame of a JPEG, baseline or progressive: its tables, its scans, and the pixels they make. */
final class JpegFrame {
    /** Each scan costs a pass over the image, whatever its length; encoders write about ten. */
    static final int MAX_SCANS = 500;

    /** One pass over the image for every coefficient of a block, in blocks; unless the image is small. */
    private static final int MOST_PASSES = JpegIdct.SIDE * JpegIdct.SIDE;

    private static final long FEW_BLOCKS = 1 << 24;

    private static final int TABLES = 4;
    private static final int MOST_BLOCKS_OF_UNIT = 10;

    private final byte[] bytes;
    private final ByteReader in;
    private final int width;
    private final int height;
    private final int channels;
    private final Part part;
    private final List<JpegComponent> components = new ArrayList<>();
    private boolean progressive;
    private int horizontal;
    private int vertical;
    private JpegColour colour;

    private final int[][] quantisation = new int[TABLES][];
    private final JpegHuffman[] dc = new JpegHuffman[TABLES];
    private final JpegHuffman[] ac = new JpegHuffman[TABLES];
    private int restartInterval;

    private JpegBits bits;
    private int unitsToRestart;
    private int restarts;
    private long codedBlocks;

    /**
     * What is wanted of the image.
     *
     * @param reduction 1, 2, 4 or 8: the size of the image is divided by it, rounded up
     * @param left of the part, in pixels of the reduced image; the others likewise
     */
    record Part(int reduction, int left, int top, int width, int height) {
        static Part all(ImageHeader header, int reduction) {
            return new Part(
                    reduction,
                    0,
                    0,
                    JpegComponent.ceil(header.width(), reduction),
                    JpegComponent.ceil(header.height(), reduction));
        }
    }

    JpegFrame(byte[] bytes, ByteReader in, ImageHeader header, Part part) {
        this.bytes = bytes;
        this.in = in;
        this.width = header.width();
        this.height = header.height();
        this.channels = header.channels();
        this.part = part;
    }

    /** Reads the frame header's components; {@code in} stands behind its marker. */
    void components(boolean isProgressive) {
        if (hasComponents()) {
            throw in.bad("is a damaged JPEG: it has two frame headers");
        }
        progressive = isProgressive;
        in.skip(8);
        for (int i = 0; i < channels; i++) {
            components.add(new JpegComponent(in));
        }
        if (channels == 1) {
            components.set(0, components.get(0).alone());
        }
        horizontal =
                components.stream().mapToInt(JpegComponent::horizontal).max().orElseThrow();
        vertical = components.stream().mapToInt(JpegComponent::vertical).max().orElseThrow();
        for (JpegComponent component : components) {
            component.want(this, part, in);
        }
    }

    boolean hasComponents() {
        return !components.isEmpty();
    }

    /** Settles how the components are read. */
    void colour(boolean jfif, int adobe) {
        colour = JpegColour.of(
                jfif, adobe, components.stream().mapToInt(JpegComponent::id).toArray());
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** The greatest horizontal sampling factor. */
    int horizontal() {
        return horizontal;
    }

    /** The greatest vertical sampling factor. */
    int vertical() {
        return vertical;
    }

    /** Units of interleaved blocks in a row. */
    int unitsAcross() {
        return JpegComponent.ceil(width, JpegIdct.SIDE * horizontal);
    }

    private int unitsDown() {
        return JpegComponent.ceil(height, JpegIdct.SIDE * vertical);
    }

    /** Reads quantisation tables; {@code in} stands behind their marker. */
    void quantisationTables() {
        int last = in.position() + in.u16();
        while (in.position() < last) {
            int which = in.u8();
            int[] table = new int[JpegIdct.SIDE * JpegIdct.SIDE];
            for (int k = 0; k < table.length; k++) {
                table[JpegBits.NATURAL[k]] = which < 16 ? in.u8() : in.u16();
            }
            if ((which & 15) >= TABLES) {
                throw in.bad("is a damaged JPEG: quantisation table " + (which & 15));
            }
            quantisation[which & 15] = table;
        }
    }

    /** Reads Huffman tables; {@code in} stands behind their marker. */
    void huffmanTables() {
        int last = in.position() + in.u16();
        while (in.position() < last) {
            int which = in.u8();
            if ((which & 15) >= TABLES || which >> 4 > 1) {
                throw in.bad("is a damaged JPEG: Huffman table " + which);
            }
            JpegHuffman table = JpegHuffman.read(in);
            if (which < 16 && !table.isForDc()) {
                throw in.bad("is a damaged JPEG: a Huffman table of impossible differences");
            }
            (which < 16 ? dc : ac)[which & 15] = table;
        }
    }

    void restartInterval() {
        in.skip(2);
        restartInterval = in.u16();
    }

    /** A component's part in a scan; a table is null where the scan does not use it. */
    private record Coded(JpegComponent component, JpegHuffman dc, JpegHuffman ac) {}

    /** The coefficients of a progressive scan, from {@code first} to {@code last}, and their lowest bit now and before. */
    private record Band(int first, int last, int high, int low) {}

    /**
     * Reads a scan; {@code in} stands behind its marker, and in the end behind its data.
     *
     * @param number of the scan, from 1
     * @param end of all scans' data
     * @return whether there is more to read
     */
    boolean scan(int number, int end, byte[] rgb) {
        if (number > MAX_SCANS) {
            throw in.bad("is a JPEG of more than " + MAX_SCANS + " scans, made to waste time");
        }
        in.skip(2);
        int count = in.u8();
        if (count < 1 || count > components.size()) {
            throw in.bad("is a damaged JPEG: a scan of " + count + " components");
        }
        int[] idsAndTables = new int[2 * count];
        for (int i = 0; i < idsAndTables.length; i++) {
            idsAndTables[i] = in.u8();
        }
        int first = in.u8();
        int last = in.u8();
        int approximation = in.u8();
        Band band = new Band(first, last, approximation >> 4, approximation & 15);
        if (progressive) {
            checkBand(band, count);
        }
        List<Coded> coded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            coded.add(coded(idsAndTables[2 * i], idsAndTables[2 * i + 1], band, coded));
        }
        checkWork(coded);
        boolean atOnce = number == 1 && !progressive && count == components.size();
        if (number == 1 && !atOnce) {
            components.forEach(component -> component.keepAll(unitsDown()));
        }
        for (Coded part : coded) {
            part.component.begin(quantisation, in);
            part.component.know(band.first, band.last, band.low);
        }
        bits = new JpegBits(bytes, in.position(), end);
        unitsToRestart = restartInterval;
        restarts = 0;
        if (atOnce) {
            all(coded, rgb);
        } else if (count == 1) {
            alone(coded.get(0), band);
        } else {
            interleaved(coded, band);
        }
        in.seek(bits.position());
        return !atOnce;
    }

    private Coded coded(int id, int tables, Band band, List<Coded> coded) {
        boolean withDc = !progressive || band.first == 0 && band.high == 0;
        boolean withAc = !progressive || band.first > 0;
        for (JpegComponent component : components) {
            if (component.id() == id && coded.stream().noneMatch(c -> c.component == component)) {
                return new Coded(
                        component,
                        withDc ? table(dc, tables >> 4, 0) : null,
                        withAc ? table(ac, tables & 15, 1) : null);
            }
        }
        throw in.bad(
                "is a damaged JPEG: a scan of component " + id + ", which is not in its frame, or twice in the scan");
    }

    private void checkWork(List<Coded> coded) {
        codedBlocks += coded.stream().mapToLong(c -> c.component.blocks()).sum();
        long all = components.stream().mapToLong(JpegComponent::blocks).sum();
        if (codedBlocks > Math.max(FEW_BLOCKS, MOST_PASSES * all)) {
            throw in.bad("is a JPEG of too many scans for its size, made to waste time");
        }
    }

    private JpegHuffman table(JpegHuffman[] tables, int number, int kind) {
        if (number >= TABLES) {
            throw in.bad("is a damaged JPEG: Huffman table " + number);
        }
        if (tables[number] == null) {
            JPEGHuffmanTable standard =
                    switch (number * 2 + kind) {
                        case 0 -> JPEGHuffmanTable.StdDCLuminance;
                        case 1 -> JPEGHuffmanTable.StdACLuminance;
                        case 2 -> JPEGHuffmanTable.StdDCChrominance;
                        case 3 -> JPEGHuffmanTable.StdACChrominance;
                        default -> throw in.bad("is a damaged JPEG: Huffman table " + number + " is missing");
                    };
            tables[number] = JpegHuffman.standard(standard, in);
        }
        return tables[number];
    }

    private void checkBand(Band band, int count) {
        boolean fits = band.first == 0
                ? band.last == 0
                : band.first <= band.last && band.last < JpegIdct.SIDE * JpegIdct.SIDE && count == 1;
        if (!fits || band.low > 13 || band.high != 0 && band.high != band.low + 1) {
            throw in.bad("is a damaged JPEG: a scan of coefficients " + band.first + " to " + band.last + ", bits "
                    + band.high + " to " + band.low);
        }
    }

    /** Reads the only scan, and makes its pixels. */
    private void all(List<Coded> coded, byte[] rgb) {
        checkUnit(coded);
        Pixels pixels = new Pixels(rgb);
        for (int row = 0; row < unitsDown(); row++) {
            for (int unit = 0; unit < unitsAcross(); unit++) {
                unit(coded, unit, row, (c, column, line) -> c.component.read(bits, c.dc, c.ac, column, line));
            }
            checkData();
            pixels.write(row);
        }
    }

    /** Makes the pixels from coefficients that were kept. */
    void finish(byte[] rgb) {
        for (JpegComponent component : components) {
            if (!component.isBegun()) {
                throw in.bad("is a damaged JPEG: component " + component.id() + " has no scan");
            }
        }
        if (progressive
                && components.stream().allMatch(JpegComponent::canBeSmoothed)
                && components.stream().anyMatch(JpegComponent::isCoarse)) {
            components.forEach(component -> component.smooth(unitsDown()));
        }
        Pixels pixels = new Pixels(rgb);
        for (int row = 0; row < unitsDown(); row++) {
            pixels.write(row);
        }
    }

    private void interleaved(List<Coded> coded, Band band) {
        checkUnit(coded);
        for (int row = 0; row < unitsDown(); row++) {
            for (int unit = 0; unit < unitsAcross(); unit++) {
                unit(coded, unit, row, (c, column, line) -> keep(c, band, column, line));
            }
            checkData();
        }
    }

    /** Reads a block of a component. */
    private interface BlockReader {
        void read(Coded coded, int column, int row);
    }

    /** Reads the blocks of a unit, component by component. */
    private void unit(List<Coded> coded, int unit, int unitRow, BlockReader reader) {
        nextUnit(coded);
        for (Coded c : coded) {
            int across = c.component.horizontal();
            int down = c.component.vertical();
            for (int block = 0; block < across * down; block++) {
                reader.read(c, unit * across + block % across, unitRow * down + block / across);
            }
        }
    }

    /** Of a component that stands alone in a scan, blocks that only fill units are not coded. */
    private void alone(Coded coded, Band band) {
        List<Coded> all = List.of(coded);
        for (int row = 0; row < coded.component.rows(); row++) {
            for (int column = 0; column < coded.component.columns(); column++) {
                nextUnit(all);
                keep(coded, band, column, row);
            }
            checkData();
        }
    }

    private void keep(Coded coded, Band band, int column, int row) {
        JpegComponent component = coded.component;
        short[] block = component.coefficients();
        int at = component.block(column, row);
        if (!progressive) {
            block[at] = (short) component.dc(bits.difference(coded.dc));
            bits.acFirst(coded.ac, 1, JpegIdct.SIDE * JpegIdct.SIDE - 1, 0, block, at);
        } else if (band.first == 0) {
            if (band.high == 0) {
                block[at] = (short) (component.dc(bits.difference(coded.dc)) << band.low);
            } else if (bits.bit()) {
                block[at] |= (short) (1 << band.low);
            }
        } else if (band.high == 0) {
            bits.acFirst(coded.ac, band.first, band.last, band.low, block, at);
        } else {
            bits.acMore(coded.ac, band.first, band.last, band.low, block, at);
        }
    }

    private void checkUnit(List<Coded> coded) {
        int blocks = coded.stream()
                .mapToInt(c -> c.component.horizontal() * c.component.vertical())
                .sum();
        if (coded.size() > 1 && blocks > MOST_BLOCKS_OF_UNIT) {
            throw in.bad("is a damaged JPEG: a unit of " + blocks + " blocks");
        }
    }

    private void nextUnit(List<Coded> coded) {
        if (restartInterval == 0) {
            return;
        }
        if (unitsToRestart == 0) {
            checkData();
            in.seek(bits.position());
            JpegDecoder.restart(in, restarts % 8);
            bits.restart(in.position());
            coded.forEach(c -> c.component.restart());
            restarts++;
            unitsToRestart = restartInterval;
        }
        unitsToRestart--;
    }

    private void checkData() {
        if (bits.ranOut()) {
            in.seek(bits.position());
            throw in.bad("is a truncated or damaged JPEG: its data end too early");
        }
    }

    /** Writes pixels as soon as the samples are there. */
    private final class Pixels {
        private final JpegIdct idct = new JpegIdct(unitsAcross() * horizontal);
        private final byte[] rgb;
        private final int[][] line;
        private int y = part.top;

        Pixels(byte[] rgb) {
            this.rgb = rgb;
            this.line = new int[components.size() + 1][part.width];
        }

        /** Transforms the blocks of a row of units, and writes the pixels for which nothing is missing any more. */
        void write(int unitRow) {
            for (JpegComponent component : components) {
                component.transform(unitRow, idct);
            }
            while (y < part.top + part.height && isThere(unitRow + 1)) {
                for (int c = 0; c < components.size(); c++) {
                    components.get(c).write(y, part.left, part.width, line[c]);
                }
                colour.write(line, part.width, rgb, (y - part.top) * part.width * 3);
                y++;
            }
        }

        private boolean isThere(int unitRows) {
            for (JpegComponent component : components) {
                if (!component.reaches(y, unitRows)) {
                    return false;
                }
            }
            return true;
        }
    }
}
