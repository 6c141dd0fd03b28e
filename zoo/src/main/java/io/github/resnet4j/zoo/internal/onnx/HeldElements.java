package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.internal.onnx.Message.Piece;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/** Elements that do not lie in the file as they are: held in memory from the first that is read to the last. */
final class HeldElements implements Tensor.Elements {
    /** As for arrays in NumPy's archives. */
    private static final long MOST = 1L << 30;

    private final Supplier<byte[]> make;
    private final int bytes;
    private final int width;
    private byte[] contents;

    private HeldElements(int width, int bytes, Supplier<byte[]> make) {
        this.width = width;
        this.bytes = bytes;
        this.make = make;
    }

    @Override
    public synchronized void copy(long from, ByteBuffer into) {
        if (contents == null) {
            contents = make.get();
        }
        int begin = Math.toIntExact(from * width);
        int length = into.remaining();
        into.put(contents, begin, length);
        if (begin + length == bytes) {
            contents = null;
        }
    }

    /**
     * Halves as {@code int32_data}: the bits of each as a number of one to three bytes.
     *
     * @param count of the numbers, which is checked here
     */
    static Tensor.Elements ofVarints(Limits limits, Stored tensor, DType type, Piece piece, long count) {
        // As many as there are bytes that end one, each of 16 bits: then memory is at most twice the piece.
        if (type.bytes() != Short.BYTES || count > piece.length() || piece.length() > MOST / 2) {
            throw limits.bad(
                    Fault.SIZE,
                    tensor.place(),
                    "has " + piece.length() + " bytes of whole numbers for " + count + " of type " + type
                            + "; save the model again with raw_data");
        }
        requireHalves(limits, tensor, piece, count);
        return new HeldElements(
                Short.BYTES, (int) count * Short.BYTES, () -> halves(limits.file(), piece, (int) count));
    }

    private static void requireHalves(Limits limits, Stored tensor, Piece piece, long count) {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(piece.length(), 1 << 16));
        long ends = 0;
        int length = 0;
        for (long done = 0; done < piece.length(); done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), piece.length() - done));
            limits.file().copy(piece.offset() + done, chunk);
            chunk.flip();
            while (chunk.hasRemaining()) {
                byte bits = chunk.get();
                length++;
                boolean last = bits >= 0;
                if (length > 3 || length == 3 && (!last || bits > 3)) {
                    throw limits.bad(
                            Fault.SIZE, tensor.place(), "has numbers of more than 16 bits; copy or download it again");
                }
                length = last ? 0 : length;
                ends += last ? 1 : 0;
            }
        }
        if (length != 0 || ends != count) {
            throw limits.bad(
                    Fault.SIZE,
                    tensor.place(),
                    "has " + ends + " numbers for a tensor of " + count + "; copy or download it again");
        }
    }

    private static byte[] halves(FileBytes file, Piece piece, int count) {
        ByteBuffer from = file.buffer(piece.offset(), (int) piece.length());
        ByteBuffer into = ByteBuffer.allocate(count * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (into.hasRemaining() && from.hasRemaining()) {
            int number = 0;
            for (int shift = 0; ; shift += 7) {
                byte bits = from.get();
                number |= (bits & 0x7F) << shift;
                if (bits >= 0 || !from.hasRemaining()) {
                    break;
                }
            }
            into.putShort((short) number);
        }
        file.requireUnchanged();
        return into.array();
    }

    /** A matrix with rows and columns exchanged. */
    static Tensor transposed(Limits limits, Stored tensor, Tensor matrix) {
        if (matrix.bytes() > MOST) {
            throw limits.bad(
                    Fault.LIMIT,
                    tensor.place(),
                    "has a matrix of " + matrix.bytes() + " bytes to be transposed, too many to be held in memory");
        }
        long rows = matrix.shape().get(0);
        long columns = matrix.shape().get(1);
        int width = matrix.type().bytes();
        return Tensor.of(
                matrix.type(),
                List.of(columns, rows),
                new HeldElements(width, (int) matrix.bytes(), () -> transposed(matrix, (int) rows, (int) columns)));
    }

    private static byte[] transposed(Tensor matrix, int rows, int columns) {
        int width = matrix.type().bytes();
        byte[] from = bytes(matrix);
        byte[] into = new byte[from.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(from, (row * columns + column) * width, into, (column * rows + row) * width, width);
            }
        }
        return into;
    }

    private static byte[] bytes(Tensor matrix) {
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) matrix.bytes());
        try {
            matrix.write(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory has none
        }
        return all.toByteArray();
    }
}
