package io.github.resnet4j.spark.internal.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PrefetchTest {
    private static final Pipeline PIPELINE =
            new Pipeline(List.of(), new Normalize(new float[] {0, 0, 0}, new float[] {1, 1, 1}));

    /** A grey pixel of the value {@code i}, of which every seventh is no image; fails at {@code failAt}. */
    private static final class Pixels implements ImageItems {
        private final int count;
        private final int failAt;
        private final AtomicBoolean closed = new AtomicBoolean();
        private int next;

        Pixels(int count, int failAt) {
            this.count = count;
            this.failAt = failAt;
        }

        @Override
        public Optional<ImageItem> next() throws IOException {
            if (next == failAt) {
                throw new IOException("the disk is gone");
            }
            if (next == count) {
                return Optional.empty();
            }
            int i = next++;
            if (i % 7 == 0) {
                return Optional.of(ImageItem.of(Integer.toString(i), "", new byte[] {1, 2, 3}));
            }
            BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
            image.setRGB(0, 0, 0x10101 * i);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "png", bytes);
            return Optional.of(ImageItem.of(Integer.toString(i), "", bytes.toByteArray()));
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void imagesComeInTheirOrder(int threads) throws Exception {
        Pixels pixels = new Pixels(200, -1);
        List<String> paths = new ArrayList<>();
        try (Prefetch prefetch = new Prefetch(pixels, PIPELINE, 3, 100, 4, threads)) {
            for (Optional<Prefetch.Prepared> next = prefetch.next(); next.isPresent(); next = prefetch.next()) {
                Prefetch.Prepared image = next.get();
                int i = Integer.parseInt(image.path());
                paths.add(image.path());
                if (i % 7 == 0) {
                    assertThat(image.problem()).isNotEmpty().doesNotStartWith("image: ");
                } else {
                    assertThat(image.values()[0]).isEqualTo(i / 255f);
                }
            }
            assertThat(prefetch.times().decode()).isPositive();
        }
        assertThat(paths).hasSize(200).isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
        assertThat(pixels.closed).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void storageThatFailsIsHeardBehindTheImagesBeforeIt(int threads) throws Exception {
        try (Prefetch prefetch = new Prefetch(new Pixels(20, 5), PIPELINE, 3, 100, 4, threads)) {
            for (int i = 0; i < 5; i++) {
                assertThat(prefetch.next()).isPresent();
            }
            assertThatIOException().isThrownBy(prefetch::next).withMessage("the disk is gone");
        }
    }

    @Test
    void endsWhenNobodyWantsMore() throws Exception {
        Pixels pixels = new Pixels(1_000_000, -1);
        try (Prefetch prefetch = new Prefetch(pixels, PIPELINE, 3, 100, 2, 2)) {
            prefetch.next();
        }
        assertThat(pixels.closed).isTrue();
        assertThat(pixels.next).isLessThan(100);
    }
}
