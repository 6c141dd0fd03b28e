package io.github.resnet4j.datasets.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One component of a JPEG: its blocks as they are decoded, and its samples as they are needed for pixels, a row of blocks
 * at a time. Coarser components are made finer as libjpeg does it by default (jdsample.c): where pixels are twice as
 * dense, each takes a quarter of the next nearest sample ("fancy upsampling").
 */
final class JpegComponent {
    private static final int SIDE = JpegIdct.SIDE;
    private static final int BLOCK = SIDE * SIDE;

    private final int id;
    private final int horizontal;
    private final int vertical;
    private final int quantisation;

    /** What coefficients are multiplied with, in natural order; null until the component's first scan. */
    private int[] scale;
    /** The last DC coefficient. */
    private int dc;
    /** All coefficients, block after block in natural order; null where each row of blocks is transformed at once. */
    private short[] coefficients;
    /** The lowest bit that is known of each of the first coefficients, in a progressive file. */
    private final int[] lowestBits = new int[JpegSmoothing.COEFFICIENTS];
    /** Null where every coefficient is taken as it is. */
    private JpegSmoothing smoothing;

    private final short[] smoothed = new short[BLOCK];

    /** Columns and rows of blocks that hold the image, and columns with those that fill the last unit. */
    private int columns;

    private int rows;
    private int filledColumns;

    /** Samples of a side of a transformed block, and of the whole component. */
    private int size;

    private int width;
    private int height;
    /** Pixels for each sample. */
    private int across;

    private int down;
    private boolean smoothAcross;
    private boolean smoothDown;

    /** The blocks that are wanted. */
    private int firstColumn;

    private int endColumn;
    private int firstRow;
    private int endRow;

    /** The wanted blocks of one row of units, side by side, and room for one that nobody wants. */
    private int[][][] lanes;
    /** The latest rows of samples; row y is at y modulo their number, and begins with the first wanted block. */
    private int[][] samples;

    private int[] line;

    /** As the frame's header has it. */
    JpegComponent(ByteReader in) {
        id = in.u8();
        int factors = in.u8();
        horizontal = factors >> 4;
        vertical = factors & 15;
        quantisation = in.u8();
        if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4 || quantisation > 3) {
            throw in.bad("is a damaged JPEG: sampling factors " + horizontal + "x" + vertical + ", quantisation table "
                    + quantisation);
        }
        Arrays.fill(lowestBits, JpegSmoothing.UNKNOWN);
    }

    private JpegComponent(int id, int quantisation) {
        this.id = id;
        this.horizontal = 1;
        this.vertical = 1;
        this.quantisation = quantisation;
        Arrays.fill(lowestBits, JpegSmoothing.UNKNOWN);
    }

    /** The same where it is the only one: then its sampling factors mean nothing. */
    JpegComponent alone() {
        return new JpegComponent(id, quantisation);
    }

    int id() {
        return id;
    }

    int horizontal() {
        return horizontal;
    }

    int vertical() {
        return vertical;
    }

    int columns() {
        return columns;
    }

    int rows() {
        return rows;
    }

    /** Blocks that hold the image. */
    long blocks() {
        return (long) columns * rows;
    }

    /** Takes the quantisation table in force at the component's first scan. */
    void begin(int[][] tables, ByteReader in) {
        if (scale == null) {
            scale = tables[quantisation];
            if (scale == null) {
                throw in.bad("is a damaged JPEG: quantisation table " + quantisation + " is missing");
            }
        }
        dc = 0;
    }

    /** Whether a scan of it was begun. */
    boolean isBegun() {
        return scale != null;
    }

    void restart() {
        dc = 0;
    }

    /** Sets what part of the frame's pixels is wanted. */
    void want(JpegFrame frame, JpegFrame.Part part, ByteReader in) {
        int fewest = SIDE / part.reduction();
        // A component that is sampled more coarsely is reduced less, as far as it goes.
        size = fewest;
        while (size < SIDE
                && frame.horizontal() * fewest % (horizontal * size * 2) == 0
                && frame.vertical() * fewest % (vertical * size * 2) == 0) {
            size *= 2;
        }
        if (frame.horizontal() * fewest % (horizontal * size) != 0
                || frame.vertical() * fewest % (vertical * size) != 0) {
            throw in.bad("is a JPEG with sampling factors " + horizontal + "x" + vertical + " of " + frame.horizontal()
                    + "x" + frame.vertical() + ", which is not supported: convert it to a baseline JPEG or PNG");
        }
        across = frame.horizontal() * fewest / (horizontal * size);
        down = frame.vertical() * fewest / (vertical * size);
        width = ceil((long) frame.width() * horizontal * size, frame.horizontal() * SIDE);
        height = ceil((long) frame.height() * vertical * size, frame.vertical() * SIDE);
        boolean smooth = fewest > 1;
        smoothAcross = smooth && across == 2 && down <= 2 && width > 2;
        smoothDown = smooth && down == 2 && (across == 1 || smoothAcross);
        columns = ceil((long) frame.width() * horizontal, frame.horizontal() * SIDE);
        rows = ceil((long) frame.height() * vertical, frame.vertical() * SIDE);
        filledColumns = frame.unitsAcross() * horizontal;
        firstColumn = Math.max(0, part.left() / across - 1) / size;
        endColumn = Math.min(columns, ((part.left() + part.width() - 1) / across + 1) / size + 1);
        firstRow = Math.max(0, part.top() / down - 1) / size;
        endRow = Math.min(rows, ((part.top() + part.height() - 1) / down + 1) / size + 1);
        int wanted = endColumn - firstColumn;
        lanes = new int[vertical][SIDE][(wanted + 1) * SIDE];
        samples = new int[vertical * size + 2][wanted * size];
        line = new int[Math.max(wanted * size * across, part.width())];
    }

    /** Makes room for all coefficients: they come in several scans. */
    void keepAll(int unitsDown) {
        coefficients = new short[Math.multiplyExact(Math.multiplyExact(filledColumns, unitsDown * vertical), BLOCK)];
    }

    /** Notes that a progressive scan brings coefficients {@code first} to {@code last} down to bit {@code low}. */
    void know(int first, int last, int low) {
        for (int k = first; k <= last && k < lowestBits.length; k++) {
            lowestBits[k] = low;
        }
    }

    /** Whether AC coefficients can be estimated from the DC coefficients. */
    boolean canBeSmoothed() {
        return lowestBits[0] != JpegSmoothing.UNKNOWN
                && IntStream.range(0, lowestBits.length).allMatch(k -> scale[JpegBits.NATURAL[k]] != 0);
    }

    /** Whether the first AC coefficients are not all exact. */
    boolean isCoarse() {
        return Arrays.stream(lowestBits).skip(1).anyMatch(bit -> bit != 0);
    }

    void smooth(int unitsDown) {
        smoothing = new JpegSmoothing(this, unitsDown, lowestBits, scale);
    }

    boolean keepsAll() {
        return coefficients != null;
    }

    short[] coefficients() {
        return coefficients;
    }

    /** Where in {@link #coefficients} a block begins. */
    int block(int column, int row) {
        return (row * filledColumns + column) * BLOCK;
    }

    /** Adds a difference to the DC coefficient, and returns it. */
    int dc(int difference) {
        dc += difference;
        return dc;
    }

    /** Reads a sequential block to be transformed. */
    void read(JpegBits bits, JpegHuffman dcTable, JpegHuffman acTable, int column, int row) {
        boolean wanted = column >= firstColumn && column < endColumn && row >= firstRow && row < endRow;
        int at = (wanted ? column - firstColumn : endColumn - firstColumn) * SIDE;
        int[][] block = lanes[row % vertical];
        block[0][at] = dc(bits.difference(dcTable)) * scale[0];
        bits.ac(acTable, scale, block, at);
    }

    /** Transforms the blocks of a row of units. */
    void transform(int unitRow, JpegIdct idct) {
        for (int v = 0; v < vertical; v++) {
            int row = unitRow * vertical + v;
            if (row < firstRow || row >= endRow) {
                continue;
            }
            int[][] blocks = lanes[v];
            if (coefficients != null) {
                load(row, blocks);
            }
            int[][] out = new int[size][];
            for (int r = 0; r < size; r++) {
                out[r] = row(row * size + r);
            }
            int count = endColumn - firstColumn;
            idct.transform(blocks, count, size, out);
            for (int[] lane : blocks) {
                Arrays.fill(lane, 0, count * SIDE, 0);
            }
        }
    }

    private void load(int row, int[][] blocks) {
        for (int column = firstColumn; column < endColumn; column++) {
            short[] block = coefficients;
            int from = block(column, row);
            if (smoothing != null) {
                System.arraycopy(coefficients, from, smoothed, 0, BLOCK);
                smoothing.estimate(column, row, smoothed);
                block = smoothed;
                from = 0;
            }
            int to = (column - firstColumn) * SIDE;
            for (int i = 0; i < BLOCK; i++) {
                blocks[i >> 3][to + (i & 7)] = block[from + i] * scale[i];
            }
        }
    }

    /** Whether the samples for row {@code y} of pixels are there, once those of {@code unitRows} rows of units are. */
    boolean reaches(int y, int unitRows) {
        int last = y / down + (smoothDown && y % 2 == 1 ? 1 : 0);
        return Math.min(last, height - 1) < unitRows * vertical * size;
    }

    /** Writes the samples of pixels {@code left} to {@code left + count - 1} of row {@code y}. */
    void write(int y, int left, int count, int[] out) {
        int origin = firstColumn * size;
        int[] near = row(y / down);
        if (smoothDown) {
            int next = y / 2 + (y % 2 == 0 ? -1 : 1);
            int[] other = row(Math.max(0, Math.min(height - 1, next)));
            if (smoothAcross) {
                both(near, other, origin, left, count, out);
            } else {
                int bias = y % 2 == 0 ? 1 : 2;
                for (int i = 0; i < count; i++) {
                    int x = left - origin + i;
                    out[i] = 3 * near[x] + other[x] + bias >> 2;
                }
            }
        } else if (smoothAcross) {
            across(near, origin, left, count, 1, 2, 2, out);
        } else if (across == 1) {
            System.arraycopy(near, left - origin, out, 0, count);
        } else {
            for (int i = 0; i < count; i++) {
                out[i] = near[(left + i) / across - origin];
            }
        }
    }

    private void both(int[] near, int[] other, int origin, int left, int count, int[] out) {
        int length = near.length;
        for (int i = 0; i < length; i++) {
            line[i] = 3 * near[i] + other[i];
        }
        across(line, origin, left, count, 8, 7, 4, out);
    }

    /**
     * Three quarters of the sample at a pixel, one of the pixel's other neighbour.
     *
     * @param even what is added to even pixels before they are shifted by {@code shift}
     */
    private void across(int[] in, int origin, int left, int count, int even, int odd, int shift, int[] out) {
        for (int i = 0; i < count; i++) {
            int x = left + i;
            int at = x >> 1;
            int other = (x & 1) == 0 ? Math.max(0, at - 1) : Math.min(width - 1, at + 1);
            out[i] = 3 * in[at - origin] + in[other - origin] + ((x & 1) == 0 ? even : odd) >> shift;
        }
    }

    private int[] row(int y) {
        return samples[y % samples.length];
    }

    static int ceil(long numerator, int denominator) {
        return (int) ((numerator + denominator - 1) / denominator);
    }
}
