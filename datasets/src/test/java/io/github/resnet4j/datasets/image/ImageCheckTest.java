package io.github.resnet4j.datasets.image;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link ImageDecoder#check} finds without decoding. */
class ImageCheckTest {
    private static final long LIMIT = ImageDecoder.DEFAULT_MAX_PIXELS;

    @TempDir
    private Path folder;

    static List<String> images() {
        return Golden.names("image", ".jpg", ".png", ".gif", ".bmp");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void passesWhatCanBeDecoded(String file) {
        assertThatCode(() -> ImageDecoder.check(Golden.file("image/" + file), LIMIT))
                .doesNotThrowAnyException();
    }

    /** Beyond the beginning that is looked at first: a long segment before the size, a long tail behind the end. */
    @Test
    void passesImagesWithLongSegments() throws IOException {
        byte[] jpeg = Golden.bytes("image/420.jpg");
        byte[] comment = new byte[65_002];
        System.arraycopy(new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xfd, (byte) 0xe8}, 0, comment, 0, 4);
        Path file = write("long.jpg", concat(concat(Arrays.copyOf(jpeg, 2), comment), concat(comment, tail(jpeg, 2))));
        assertThatCode(() -> ImageDecoder.check(file, LIMIT)).doesNotThrowAnyException();
        assertThatCode(() -> ImageDecoder.check(write("tail.jpg", concat(jpeg, new byte[100_000])), LIMIT))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void refusesImagesWithoutTheirEnd(String file) throws IOException {
        byte[] bytes = Golden.bytes("image/" + file);
        Path part = write("part-" + file, Arrays.copyOf(bytes, bytes.length / 3));
        assertThatThrownBy(() -> ImageDecoder.check(part, LIMIT))
                .isInstanceOf(BadImageException.class)
                .hasMessageStartingWith(part + ": ");
    }

    @Test
    void refusesWhatIsNoImageAndWhatIsTooLarge() throws IOException {
        assertThatThrownBy(() -> ImageDecoder.check(write("empty.jpg", new byte[0]), LIMIT))
                .hasMessageEndingWith("empty.jpg: is empty (0 bytes)");
        byte[] text = new byte[200_000];
        Arrays.fill(text, (byte) 'x');
        assertThatThrownBy(() -> ImageDecoder.check(write("text.jpg", text), LIMIT))
                .hasMessageEndingWith("text.jpg: is text, not an image");
        assertThatThrownBy(() -> ImageDecoder.check(folder.resolve("absent.jpg"), LIMIT))
                .hasMessageEndingWith("does not exist");
        assertThatThrownBy(() -> ImageDecoder.check(Golden.file("image/rgb8.png"), 390))
                .hasMessageContaining("is too large: 23x17 pixels; at most 390 are decoded");
        byte[] half = concat(Arrays.copyOf(Golden.bytes("image/420.jpg"), 900), new byte[100_000]);
        assertThatThrownBy(() -> ImageDecoder.check(write("half.jpg", half), LIMIT))
                .hasMessageContaining("truncated");
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
