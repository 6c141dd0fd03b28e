package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class NearDuplicatesTest {
    /** A scene of soft waves: what photographs have and noise has not, neighbours that are alike. */
    private static Rgb8Image scene(int seed, int width, int height, double brightness, int noise) {
        Random random = new Random(seed);
        double[] waves = random.doubles(24, -1, 1).toArray();
        Random grain = new Random(99);
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = 0;
                for (int w = 0; w < waves.length; w += 4) {
                    value += waves[w]
                            * Math.sin(9 * waves[w + 1] * x / width + 9 * waves[w + 2] * y / height + 3 * waves[w + 3]);
                }
                for (int c = 0; c < 3; c++) {
                    double grey = 128 + 30 * value + brightness + (noise == 0 ? 0 : grain.nextInt(2 * noise) - noise);
                    pixels[3 * (y * width + x) + c] = (byte) Math.max(0, Math.min(255, grey));
                }
            }
        }
        return new Rgb8Image(width, height, pixels);
    }

    private record Images(int size, IntFunction<Rgb8Image> of) implements ImageDataset {
        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public String name(int index) {
            return String.valueOf(index);
        }

        @Override
        public Rgb8Image image(int index) {
            return of.apply(index);
        }

        @Override
        public String fingerprint() {
            return "";
        }
    }

    @Test
    void findsEqualScaledAndRecompressedImagesAndNoOthers() {
        Images train = new Images(200, i -> scene(i, 90, 60, 0, 0));
        Images val = new Images(103, i -> switch (i) {
            case 0 -> scene(7, 90, 60, 0, 0); // the same
            case 1 -> scene(11, 180, 121, 0, 0); // larger
            case 2 -> scene(13, 90, 60, 20, 6); // brighter, with noise
            default -> scene(1000 + i, 90, 60, 0, 0);
        });

        NearDuplicates found = NearDuplicates.find(train, val, done -> {});

        assertThat(found.trainImages()).isEqualTo(200);
        assertThat(found.valImages()).isEqualTo(103);
        assertThat(found.pairs())
                .extracting(NearDuplicates.Pair::val)
                .startsWith(0)
                .containsExactlyInAnyOrder(0, 1, 2);
        assertThat(found.pairs())
                .extracting(NearDuplicates.Pair::train)
                .startsWith(7)
                .containsExactlyInAnyOrder(7, 11, 13);
        assertThat(found.exact()).isEqualTo(1);
    }

    /** Of one grey there is nothing to compare but the pixels themselves. */
    @Test
    void plainImagesAreAlikeOnlyIfTheyAreEqual() {
        Images train = new Images(1, i -> new Rgb8Image(20, 20, new byte[1200]));
        byte[] grey = new byte[1200];
        Arrays.fill(grey, (byte) 100);
        Images val = new Images(2, i -> new Rgb8Image(20, 20, i == 0 ? grey : new byte[1200]));

        assertThat(NearDuplicates.find(train, val, done -> {}).pairs())
                .containsExactly(new NearDuplicates.Pair(1, 0, true, 1));
    }

    @Test
    void passesOverWhatCannotBeRead() {
        Images broken = new Images(3, i -> {
            throw new BadDataException("broken");
        });

        assertThat(NearDuplicates.find(broken, broken, done -> {})).isEqualTo(new NearDuplicates(0, 0, List.of()));
    }

    @Test
    void smallerThanTheirFingerprint() {
        Images one = new Images(1, i -> new Rgb8Image(1, 1, new byte[3]));

        assertThat(NearDuplicates.find(one, one, done -> {}).exact()).isEqualTo(1);
    }

    /** However many images there are, so many are decoded; which they are does not depend on chance. */
    @Test
    void ofVeryManyImagesLooksAtAnEvenChoice() {
        AtomicLong last = new AtomicLong();
        Rgb8Image grey = new Rgb8Image(1, 1, new byte[3]);
        Images train = new Images(100_000, i -> {
            last.accumulateAndGet(i, Math::max);
            return grey;
        });
        Images val = new Images(100_000, i -> grey);

        NearDuplicates found = NearDuplicates.find(train, val, done -> {});
        assertThat(found.trainImages()).isEqualTo(5_000);
        assertThat(found.valImages()).isEqualTo(2_000);
        assertThat(NearDuplicates.images(train, val)).isEqualTo(7_000);
        assertThat(last.get()).isEqualTo(99_980);
    }

    @Test
    void groupsAreOfAllThatAreAlikeAlsoByWayOfOthers() {
        int[] scenes = {1, 2, 1, 3, 2, 1};
        Images images = new Images(6, i -> scene(scenes[i], 90, 60, i == 5 ? 20 : 0, 0));

        assertThat(NearDuplicates.groups(images, done -> {})).containsExactly(0, 1, 0, 3, 1, 0);
    }

    @Test
    void endsWhenTheProgressSaysSo() {
        AtomicLong seen = new AtomicLong();
        Images images = new Images(1000, i -> scene(i, 20, 20, 0, 0));

        assertThatThrownBy(() -> NearDuplicates.find(images, images, done -> {
                    if (seen.incrementAndGet() > 10) {
                        throw new IllegalStateException("stop");
                    }
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(seen.get()).isLessThan(1000);
    }
}
