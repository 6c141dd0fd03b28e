package io.github.resnet4j.zoo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorTest {
    @ParameterizedTest
    @CsvSource({
        "F16, 0000, 0.0",
        "F16, 8000, -0.0",
        "F16, 3C00, 1.0",
        "F16, C000, -2.0",
        "F16, 0001, 5.9604645E-8",
        "F16, 83FF, -6.097555E-5",
        "F16, 0400, 6.1035156E-5",
        "F16, 7BFF, 65504.0",
        "F16, 7C00, Infinity",
        "F16, FC00, -Infinity",
        "F16, 7E00, NaN",
        "F16, 3555, 0.33325195",
        "BF16, 3F80, 1.0",
        "BF16, C049, -3.140625",
        "BF16, 7F80, Infinity",
        "BF16, 0001, 9.18355E-41",
        "I8, FF, -1.0",
        "U8, FF, 255.0",
        "BOOL, 00, 0.0",
        "BOOL, 02, 1.0",
        "I16, 8000, -32768.0",
        "I32, FFFFFFFE, -2.0",
        "I32, 01000001, 1.6777216E7",
        "I64, FFFFFFFFFFFFFFFD, -3.0",
        "F64, 3FB999999999999A, 0.1",
        "F64, 47EFFFFFF0000000, Infinity",
        "F32, 3DCCCCCD, 0.1"
    })
    void convertsToFloats(DType type, String bigEndianHex, float value) {
        long bits = Long.parseUnsignedLong(bigEndianHex, 16);
        Tensor tensor = Tensor.of(type, List.of(1L), (from, into) -> {
            for (int b = 0; b < type.bytes(); b++) {
                into.put((byte) (bits >> 8 * b));
            }
        });
        assertThat(tensor.floats()).containsExactly(value);
    }

    @Test
    void partsReadTheSameElements() {
        float[] values = new float[2 * 6 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Tensor whole = Tensor.of(List.of(2L, 6L, 3L), values);

        assertThat(whole.part(0, 1, 2).floats()).containsExactly(Arrays.copyOfRange(values, 18, 36));
        assertThat(whole.part(1, 2, 3).shape()).containsExactly(2L, 2L, 3L);
        assertThat(whole.part(1, 2, 3).floats()).containsExactly(12, 13, 14, 15, 16, 17, 30, 31, 32, 33, 34, 35);
        assertThat(whole.part(2, 0, 3).part(1, 5, 6).floats()).containsExactly(15, 33);
        assertThat(whole.part(1, 0, 1).floats()).containsExactly(values);
    }

    /** More elements than are read at once. */
    @Test
    void partsOfLargeTensorsAreRead() {
        float[] values = new float[3 * 50_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 1000;
        }

        assertThat(Tensor.of(List.of(3L, 50_000L), values).part(1, 1, 2).floats())
                .hasSize(75_000)
                .startsWith(values[25_000], values[25_001])
                .endsWith(values[149_999]);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 3", "1, 3, 3", "1, -1, 3", "1, 0, 0"})
    void refusesPartsThatAreNone(int axis, int index, int parts) {
        assertThatThrownBy(() -> Tensor.of(List.of(2L, 3L), new float[6]).part(axis, index, parts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no part " + index + " of " + parts + " along dimension " + axis + " of [2, 3]");
    }

    @Test
    void everyHalfEqualsItsDefinition() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 0x1F;
            double fraction = (bits & 0x3FF) / 1024.0;
            double magnitude = exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
            float expected = exponent == 0x1F ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN : (float) magnitude;
            float found = DType.half((short) bits);
            assertThat(bits < 0x8000 ? found : -found).as("%04x", bits).isEqualTo(Float.valueOf(expected));
        }
    }

    @Test
    void keepsTheBitsOfNaNs() throws IOException {
        int payload = 0x7FA1_2345; // a signalling NaN
        Tensor tensor = Tensor.of(DType.F32, List.of(), (from, into) -> into.putInt(payload));
        FloatBuffer direct =
                ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).asFloatBuffer();
        tensor.read(direct);
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        tensor.write(raw);
        assertThat(ByteBuffer.wrap(raw.toByteArray())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt())
                .isEqualTo(payload);
    }

    @Test
    void readsInPieces() throws IOException {
        int count = 100_003; // more than a chunk, and no multiple of one
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 0.5f;
        }
        Tensor tensor = Tensor.of(List.of(1L, (long) count), values);
        assertThat(tensor.floats()).isEqualTo(values);
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        tensor.write(raw);
        ByteBuffer bytes = ByteBuffer.wrap(raw.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(4 * count).isEqualTo((int) tensor.bytes());
        assertThat(bytes.getFloat(4 * (count - 1))).isEqualTo(values[count - 1]);
    }

    @Test
    void countsScalarsAndEmptyTensors() {
        assertThat(Tensor.of(List.of(), new float[] {7}).floats()).containsExactly(7);
        assertThat(Tensor.of(List.of(3L, 0L), new float[0]).floats()).isEmpty();
    }

    @Test
    void refusesRoomOfAnotherSizeAndImpossibleShapes() {
        Tensor tensor = Tensor.of(List.of(2L), new float[2]);
        assertThatThrownBy(() -> tensor.read(FloatBuffer.allocate(3))).hasMessageContaining("holds 3 elements");
        assertThatThrownBy(() -> Tensor.of(List.of(3L), new float[2])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.of(DType.U8, List.of(-1L), (from, into) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.of(DType.F64, List.of(1L << 61), (from, into) -> {}))
                .isInstanceOf(ArithmeticException.class);
    }
}
