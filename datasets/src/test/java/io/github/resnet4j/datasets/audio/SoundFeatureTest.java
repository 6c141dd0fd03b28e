package io.github.resnet4j.datasets.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The features against numpy's and scipy's, by the formulas of librosa and of the ASVspoof 2019 baseline. */
class SoundFeatureTest {
    private static final Path DATA = Path.of("../../shared/data/families");

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "voice16, stft, 97",
        "voice16, mfcc, 7",
        "voice16, cqcc, 41",
        "voice8k, stft, 97",
        "voice8k, mfcc, 7",
        "voice8k, cqcc, 41"
    })
    void equalsTheReference(String sound, String name, int step) {
        SoundFeature feature = SoundFeature.named(name);
        double[][] map = feature.map(feature.prepare(AudioGolden.sound(sound + ".wav")));
        double[] values = Arrays.stream(map).flatMapToDouble(Arrays::stream).toArray();
        double deviation = AudioGolden.deviation(values, AudioGolden.values(sound + "." + name + ".f64"), step);
        System.out.println(sound + " " + name + ": largest deviation / largest value " + deviation);
        // The 8 kHz sound is rounded to single precision when it has been resampled.
        assertThat(deviation).isLessThan(sound.equals("voice8k") ? 5e-5 : 1e-9);
    }

    @ParameterizedTest(name = "{0} {1}x{2}")
    @CsvSource({"stft, 1025, 126", "mfcc, 72, 126", "cqcc, 90, 469"})
    void hasTheShapeOfThePaper(String name, int rows, int frames) {
        SoundFeature feature = SoundFeature.named(name);
        assertThat(feature.rows()).isEqualTo(rows);
        assertThat(feature.frames()).isEqualTo(frames);
        assertThat(feature.name()).isEqualTo(name);
        assertThat(feature.of(new Sound(new float[] {0.1f, -0.2f, 0.1f}, 8_000)))
                .hasSize(rows * frames)
                .doesNotContain(Float.NaN);
    }

    @ParameterizedTest
    @CsvSource({"stft, -100", "mfcc, 0"})
    void silenceIsTheLeastEverywhere(String name, double last) {
        float[] map = SoundFeature.named(name).of(new Sound(new float[64_000], 16_000));
        assertThat(map[map.length - 1]).isEqualTo((float) last);
        assertThat(map).doesNotContain(Float.NaN);
    }

    @ParameterizedTest
    @CsvSource({"stft", "mfcc", "cqcc"})
    void levelDoesNotMatter(String name) {
        Sound loud = AudioGolden.sound("voice16.wav");
        float[] quiet = loud.samples().clone();
        for (int i = 0; i < quiet.length; i++) {
            quiet[i] /= 8;
        }
        assertThat(SoundFeature.named(name).of(new Sound(quiet, loud.rate())))
                .isEqualTo(SoundFeature.named(name).of(loud));
    }

    @Test
    void whatIsBeyondTheEndDoesNotMatter() {
        float[] samples = new float[400_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i * 0.05 + i * 1e-6 * i);
        }
        float[] start = LogSpectrogram.SPEC_RESNET.of(new Sound(samples, 44_100));
        float[] longer = Arrays.copyOf(samples, 900_000);
        assertThat(LogSpectrogram.SPEC_RESNET.of(new Sound(longer, 44_100))).isEqualTo(start);
    }

    @Test
    void unpreparedSoundsAreRefused() {
        Sound sound = new Sound(new float[64_000], 8_000);
        assertThatThrownBy(() -> LogSpectrogram.SPEC_RESNET.map(sound))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 64000 samples at 16000 Hz, got 64000 at 8000");
    }

    @Test
    void impossibleFeaturesAreRefused() {
        assertThatThrownBy(() -> new LogSpectrogram(16_000, 1_000, 2048, 512)).hasMessageContaining("more than 1024");
        assertThatThrownBy(() -> new LogSpectrogram(16_000, 64_000, 2000, 512)).hasMessageContaining("power of two");
        assertThatThrownBy(() -> new Mfcc(16_000, 64_000, 129, 128, 2048, 512)).hasMessageContaining("1 to 128");
        assertThatThrownBy(() -> new Mfcc(16_000, 4_095, 24, 128, 2048, 512)).hasMessageContaining("at least 9 frames");
        assertThatThrownBy(() -> new Mfcc(16_000, 64_000, 24, 1000, 2048, 512).of(new Sound(new float[1], 16_000)))
                .hasMessageContaining("too many");
        assertThatThrownBy(() -> new Cqcc(16_000, 64_000, 96, 13, 16, 30)).hasMessageContaining("1 to 12 octaves");
        assertThatThrownBy(() -> SoundFeature.named("lfcc")).hasMessageContaining("use stft, mfcc or cqcc");
    }

    /** A sine of amplitude A has A in its band: the transform's scale. */
    @Test
    void constantQShowsTheAmplitudeOfASine() {
        float[] sine = new float[64_000];
        for (int i = 0; i < sine.length; i++) {
            sine[i] = (float) (0.5 * Math.sin(2 * Math.PI * 1000 * i / 16_000.0));
        }
        ConstantQ bands = new ConstantQ(16_000, 64_000, 96, 15.625, 3.3);
        int band = 6 * 96; // 15.625 Hz times 2^6
        assertThat(bands.frequencies()[band]).isEqualTo(1000, within(1e-9));
        double[] power = bands.power(sine, 1)[band];
        assertThat(Math.sqrt(power[power.length / 2])).isEqualTo(0.5, within(1e-6));
    }

    @Test
    void equalsTheGoldenInputOfTheAuthorsNetwork() throws IOException {
        Path golden = DATA.resolve("asvspoof2019/ASR_spk1_snt1.logspec_1025x126.f32le");
        Assumptions.assumeTrue(Files.exists(golden), "no shared data");
        float[] expected = new float[1025 * 126];
        ByteBuffer.wrap(Files.readAllBytes(golden))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(expected);
        float[] found = LogSpectrogram.SPEC_RESNET.of(SoundDecoder.decode(DATA.resolve("speech16k/ASR_spk1_snt1.wav")));
        double deviation = AudioGolden.deviation(AudioGolden.doubles(found), AudioGolden.doubles(expected), 1);
        System.out.println("largest deviation / largest value " + deviation);
        assertThat(deviation).isLessThan(1e-4);
    }
}
