package io.github.resnet4j.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The entropy-coded bits of a JPEG, and the blocks that they code (ITU-T T.81, annexes F.2.2 and G.2).
 *
 * <p>Bits end at a marker or with the bytes. Behind their end zeros are read, as by libjpeg; {@link #ranOut} tells.
 */
final class JpegBits {
    /** Places of coefficients in the order in which they are coded; a damaged file's further ones fall on the last place. */
    static final int[] NATURAL = natural();

    private static final int BLOCK = 64;
    private static final int SIDE = JpegIdct.SIDE;

    /** Bits that a code and its number take at most. */
    private static final int ENOUGH = 32;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int bytesEnd;
    /** Where the bits end, as far as known: no byte from here on is fetched. */
    private int end;

    private int position;
    /** The next bits, from the highest on. */
    private long bits;

    private int count;
    /** How many of them are zeros from behind the end. */
    private int invented;
    /** Blocks still without further coefficients, in a progressive scan. */
    private int emptyBlocks;

    /**
     * @param position where the bits begin
     * @param bytesEnd where the bytes end
     */
    JpegBits(byte[] bytes, int position, int bytesEnd) {
        this.bytes = bytes;
        this.position = position;
        this.bytesEnd = bytesEnd;
        this.end = bytesEnd;
    }

    /** Whether more bits were read than there are. */
    boolean ranOut() {
        return invented > count;
    }

    /** Goes on at {@code to}, with nothing left of the bits before. */
    void restart(int to) {
        position = to;
        end = bytesEnd;
        bits = 0;
        count = 0;
        invented = 0;
        emptyBlocks = 0;
    }

    /** Behind the bytes that were fetched; the next marker is not before it. */
    int position() {
        return position;
    }

    /** The difference of a block's DC coefficient from the last one's. */
    int difference(JpegHuffman dc) {
        need();
        int symbol = symbol(dc) >> JpegHuffman.SYMBOL_SHIFT & 0xff;
        return symbol == 0 ? 0 : JpegHuffman.signed(take(symbol), symbol);
    }

    /**
     * Reads the AC coefficients of a sequential block into {@code rows}, whose row r holds row r of the block from
     * {@code at} on; zeros are not written.
     *
     * @param scale what to multiply them with, in natural order
     */
    void ac(JpegHuffman table, int[] scale, int[][] rows, int at) {
        int[] lookUp = table.lookUp();
        long bits = this.bits;
        int count = this.count;
        for (int k = 1; k < BLOCK; k++) {
            if (count < ENOUGH) {
                this.bits = bits;
                this.count = count;
                fetch();
                bits = this.bits;
                count = this.count;
            }
            int entry = lookUp[(int) (bits >>> Long.SIZE - JpegHuffman.LOOKED_UP)];
            if (entry == 0) {
                entry = table.longer((int) (bits >>> Long.SIZE - 16));
            }
            int length = entry & JpegHuffman.LENGTH;
            bits <<= length;
            count -= length;
            int number = entry >> JpegHuffman.NUMBER_SHIFT;
            int size = entry >> JpegHuffman.SYMBOL_SHIFT & 15;
            int run = entry >> JpegHuffman.SYMBOL_SHIFT + 4 & 15;
            k += run;
            if ((entry & JpegHuffman.WITH_NUMBER) == 0) {
                if (size == 0) {
                    if (run != 15) {
                        break;
                    }
                    continue;
                }
                number = JpegHuffman.signed((int) (bits >>> Long.SIZE - size), size);
                bits <<= size;
                count -= size;
            }
            int place = NATURAL[k];
            rows[place >> 3][at + (place & 7)] = number * scale[place];
        }
        this.bits = bits;
        this.count = count;
    }

    /** As {@link #ac}, for coefficients {@code first} to {@code last} of a progressive block, first scan of them. */
    void acFirst(JpegHuffman table, int first, int last, int low, short[] block, int at) {
        if (emptyBlocks > 0) {
            emptyBlocks--;
            return;
        }
        for (int k = first; k <= last; k++) {
            need();
            int symbol = symbol(table) >> JpegHuffman.SYMBOL_SHIFT & 0xff;
            int run = symbol >> 4;
            int size = symbol & 15;
            if (size > 0) {
                k += run;
                block[at + NATURAL[k]] = (short) (JpegHuffman.signed(take(size), size) << low);
            } else if (run == 15) {
                k += run;
            } else {
                emptyBlocks = (1 << run) - 1 + take(run);
                return;
            }
        }
    }

    /** Reads one more bit of the coefficients {@code first} to {@code last} of a progressive block. */
    void acMore(JpegHuffman table, int first, int last, int low, short[] block, int at) {
        int k = first;
        if (emptyBlocks == 0) {
            for (; k <= last; k++) {
                need();
                int symbol = symbol(table) >> JpegHuffman.SYMBOL_SHIFT & 0xff;
                int run = symbol >> 4;
                int number = 0;
                if ((symbol & 15) != 0) {
                    number = bit() ? 1 << low : -1 << low;
                } else if (run != 15) {
                    emptyBlocks = (1 << run) + take(run);
                    break;
                }
                for (; k <= last; k++) {
                    int place = at + NATURAL[k];
                    if (block[place] != 0) {
                        refine(block, place, low);
                    } else if (run-- == 0) {
                        break;
                    }
                }
                if (number != 0) {
                    block[at + NATURAL[k]] = (short) number;
                }
            }
        }
        if (emptyBlocks > 0) {
            for (; k <= last; k++) {
                int place = at + NATURAL[k];
                if (block[place] != 0) {
                    refine(block, place, low);
                }
            }
            emptyBlocks--;
        }
    }

    private void refine(short[] block, int place, int low) {
        if (bit() && (block[place] & 1 << low) == 0) {
            block[place] += (short) (block[place] >= 0 ? 1 << low : -1 << low);
        }
    }

    /** The next bit. */
    boolean bit() {
        need();
        return take(1) != 0;
    }

    private void need() {
        if (count < ENOUGH) {
            fetch();
        }
    }

    /** The entry of the next code, without a number that comes with it. */
    private int symbol(JpegHuffman table) {
        int entry = table.lookUp()[(int) (bits >>> Long.SIZE - JpegHuffman.LOOKED_UP)];
        if (entry == 0) {
            entry = table.longer((int) (bits >>> Long.SIZE - 16));
        }
        int length = entry & JpegHuffman.LENGTH;
        if ((entry & JpegHuffman.WITH_NUMBER) != 0) {
            length -= entry >> JpegHuffman.SYMBOL_SHIFT & 15;
        }
        take(length);
        return entry;
    }

    private int take(int length) {
        int value = length == 0 ? 0 : (int) (bits >>> Long.SIZE - length);
        bits <<= length;
        count -= length;
        return value;
    }

    private void fetch() {
        if (position + Integer.BYTES <= end) {
            int four = (int) INT.get(bytes, position);
            // No byte is ff.
            if ((~four - 0x01010101 & four & 0x80808080) == 0) {
                bits |= (four & 0xffffffffL) << ENOUGH - count;
                count += Integer.SIZE;
                position += Integer.BYTES;
                return;
            }
        }
        while (count <= Long.SIZE - Byte.SIZE) {
            bits |= (long) next() << Long.SIZE - Byte.SIZE - count;
            count += Byte.SIZE;
        }
    }

    private int next() {
        if (position < end && bytes[position] != (byte) 0xff) {
            return bytes[position++] & 0xff;
        }
        int after = position;
        while (after < end && bytes[after] == (byte) 0xff) {
            after++;
        }
        if (after < end && bytes[after] == 0) {
            position = after + 1;
            return 0xff;
        }
        // A marker may have any number of fill bytes before it: they are passed over once.
        end = position;
        invented += Byte.SIZE;
        return 0;
    }

    private static int[] natural() {
        int[] places = new int[BLOCK + 16];
        Arrays.fill(places, BLOCK - 1);
        int k = 0;
        for (int diagonal = 0; diagonal < 2 * SIDE - 1; diagonal++) {
            for (int i = 0; i < SIDE; i++) {
                int row = diagonal % 2 == 0 ? diagonal - i : i;
                int column = diagonal - row;
                if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) {
                    places[k++] = row * SIDE + column;
                }
            }
        }
        return places;
    }
}
