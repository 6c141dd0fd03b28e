package io.github.resnet4j.datasets.image;

import java.util.Arrays;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;

/**
 * A Huffman code of a JPEG (ITU-T T.81, annexes C and F.2.2.3). Codes of up to {@value #LOOKED_UP} bits are looked up,
 * and where the bits of the number that follows fit into the look-up too, the number comes with them.
 */
final class JpegHuffman {
    static final int LOOKED_UP = 10;

    /** In an entry of {@link #lookUp}: the bits that it takes; 0 if the code is longer than was looked at. */
    static final int LENGTH = 0x3f;
    /** In an entry: whether its highest 16 bits are the number that follows the code. */
    static final int WITH_NUMBER = 0x40;
    /** Where the symbol stands in an entry. */
    static final int SYMBOL_SHIFT = 8;
    /** Where the number stands in an entry. */
    static final int NUMBER_SHIFT = 16;

    /** What libjpeg makes of bits that are no code: it takes 17 of them for symbol 0. */
    private static final int NO_CODE_BITS = 17;

    private static final int LONGEST = 16;

    private final int[] lookUp = new int[1 << LOOKED_UP];
    /** By length: the first number of 16 bits that is beyond the codes of this length. */
    private final int[] end = new int[LONGEST + 1];
    /** By length: the index of its first symbol, less its first code. */
    private final int[] offset = new int[LONGEST + 1];

    private final int[] symbols;

    private JpegHuffman(int[] counts, int[] symbols, ByteReader in) {
        this.symbols = symbols;
        int code = 0;
        int index = 0;
        for (int length = 1; length <= LONGEST; length++) {
            offset[length] = index - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, index++) {
                if (length <= LOOKED_UP) {
                    enter(code, length, symbols[index]);
                }
            }
            if (code > 1 << length) {
                throw in.bad("is a damaged JPEG: a Huffman table has more codes than fit");
            }
            end[length] = code << LONGEST - length;
            code <<= 1;
        }
    }

    static JpegHuffman read(ByteReader in) {
        int[] counts = new int[LONGEST];
        for (int i = 0; i < LONGEST; i++) {
            counts[i] = in.u8();
        }
        int total = Arrays.stream(counts).sum();
        if (total > 256) {
            throw in.bad("is a damaged JPEG: a Huffman table of " + total + " codes");
        }
        int[] symbols = new int[total];
        for (int i = 0; i < total; i++) {
            symbols[i] = in.u8();
        }
        return new JpegHuffman(counts, symbols, in);
    }

    /** The code of annex K, which frames of Motion JPEG leave out. */
    static JpegHuffman standard(JPEGHuffmanTable table, ByteReader in) {
        int[] counts = new int[LONGEST];
        for (int i = 0; i < table.getLengths().length; i++) {
            counts[i] = table.getLengths()[i];
        }
        int[] symbols = new int[table.getValues().length];
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = table.getValues()[i];
        }
        return new JpegHuffman(counts, symbols, in);
    }

    /** The entries by the next {@link #LOOKED_UP} bits. */
    int[] lookUp() {
        return lookUp;
    }

    /** The symbol of a code that is not looked up, and its length as in an entry of the look-up. */
    int longer(int next16) {
        for (int length = LOOKED_UP + 1; length <= LONGEST; length++) {
            if (next16 < end[length]) {
                return symbols[(next16 >> LONGEST - length) + offset[length]] << SYMBOL_SHIFT | length;
            }
        }
        return NO_CODE_BITS;
    }

    /** Whether every symbol is a possible number of bits of a DC difference. */
    boolean isForDc() {
        return Arrays.stream(symbols).allMatch(symbol -> symbol < 16);
    }

    /** The number that the {@code bits} bits {@code value} stand for (F.2.2.1, EXTEND). */
    static int signed(int value, int bits) {
        return value < 1 << bits - 1 ? value - (1 << bits) + 1 : value;
    }

    private void enter(int code, int length, int symbol) {
        int rest = LOOKED_UP - length;
        int bits = symbol & 15;
        for (int i = 0; i < 1 << rest; i++) {
            int at = code << rest | i;
            if (at >= lookUp.length) {
                return; // the constructor refuses the table
            }
            lookUp[at] = bits > 0 && bits <= rest
                    ? signed(i >> rest - bits, bits) << NUMBER_SHIFT
                            | symbol << SYMBOL_SHIFT
                            | WITH_NUMBER
                            | length + bits
                    : symbol << SYMBOL_SHIFT | length;
        }
    }
}
