package io.github.resnet4j.datasets.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoundTest {
    private static final Sound THREE = new Sound(new float[] {1, 2, -3}, 8_000);

    @Test
    void longerSoundsRepeatSamplesAsNumpyDoes() {
        // int(8 / 3) + 1 = 3 times each
        assertThat(THREE.ofLength(8, Sound.Lengthening.REPEAT_SAMPLES).samples())
                .containsExactly(1, 1, 1, 2, 2, 2, -3, -3);
        // int(6 / 3) + 1 = 3, not 2: the authors' code does not hear the end
        assertThat(THREE.ofLength(6, Sound.Lengthening.REPEAT_SAMPLES).samples())
                .containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(THREE.ofLength(8, Sound.Lengthening.TILE).samples()).containsExactly(1, 2, -3, 1, 2, -3, 1, 2);
    }

    @Test
    void shorterSoundsAreCut() {
        assertThat(THREE.ofLength(2, Sound.Lengthening.TILE).samples()).containsExactly(1, 2);
        assertThat(THREE.ofLength(3, Sound.Lengthening.TILE)).isSameAs(THREE);
        assertThatThrownBy(() -> THREE.ofLength(0, Sound.Lengthening.TILE)).hasMessageContaining("at least one");
    }

    @Test
    void knowsItsPeakAndLength() {
        assertThat(THREE.peak()).isEqualTo(3);
        assertThat(THREE.seconds()).isEqualTo(3 / 8000.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 22_050, 44_100, 11_025, 16_001})
    void resamplesAsScipyDoes(int to) {
        Sound sound = AudioGolden.sound("voice16.wav").resampled(to);
        assertThat(sound.rate()).isEqualTo(to);
        double deviation = AudioGolden.deviation(
                AudioGolden.doubles(sound.samples()), AudioGolden.values("voice16.to" + to + ".f64"), 29);
        System.out.println("to " + to + ": largest deviation / largest value " + deviation);
        assertThat(deviation).isLessThan(1e-7); // single precision
    }

    @Test
    void refusesWhatIsNoSound() {
        assertThatThrownBy(() -> new Sound(new float[0], 8_000)).hasMessageContaining("at least one sample");
        assertThatThrownBy(() -> new Sound(new float[1], 999)).hasMessageContaining("1000 to 768000");
        assertThatThrownBy(() -> new Sound(new float[] {0, Float.NaN}, 8_000)).hasMessage("sample 1 is NaN");
        assertThatThrownBy(() -> THREE.resampled(999)).hasMessageContaining("1000 to 768000");
    }
}
