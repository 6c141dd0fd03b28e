package io.github.resnet4j.datasets.audio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.resnet4j.datasets.image.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WAV and FLAC: the samples of Python's files, and one exception for each file that is none. */
class SoundDecoderTest {
    private static final Path NAME = Path.of("data/hello.wav");

    @ParameterizedTest
    @CsvSource({
        "voice16, 16000",
        "voice8k, 8000",
        "mono8, 16000",
        "mono24, 22050",
        "mono32, 44100",
        "stereo16, 44100",
        "stereo24, 48000",
        "float32, 16000",
        "float64, 16000",
        "six, 32000"
    })
    void readsWav(String name, int rate) {
        Sound sound = AudioGolden.sound(name + ".wav");
        assertThat(sound.rate()).isEqualTo(rate);
        double[] expected = AudioGolden.values(name + ".wav.f64");
        assertThat(expected).hasSize((sound.samples().length + 2) / 3);
        for (int i = 0; i < expected.length; i++) {
            assertThat(sound.samples()[3 * i]).isEqualTo((float) expected[i]);
        }
    }

    /** What the program {@code flac} made of a WAV file has the same samples. */
    @ParameterizedTest
    @CsvSource({
        "voice16, voice16",
        "mono8, mono8",
        "mono24, mono24",
        "verbatim, mono24",
        "stereo16, stereo16",
        "fixed, stereo16",
        "stereo24, stereo24",
        "six, six",
        "wasted, wasted",
        "silence, silence"
    })
    void readsFlac(String flac, String wav) {
        Sound expected = AudioGolden.sound(wav + ".wav");
        Sound sound = AudioGolden.sound(flac + ".flac");
        assertThat(sound.rate()).isEqualTo(expected.rate());
        assertThat(sound.samples()).isEqualTo(expected.samples());
    }

    @Test
    void readsFlacOfUnknownLength() {
        assertThat(AudioGolden.sound("piped.flac").samples()).hasSize(1200);
    }

    @Test
    void readsRealSpeech() throws IOException {
        Path speech = Path.of("../../shared/data/families/speech16k");
        Assumptions.assumeTrue(Files.isDirectory(speech), "no shared data");
        try (Stream<Path> files = Files.walk(speech)) {
            List<Path> sounds = files.filter(file -> file.toString().matches(".*\\.(wav|flac)"))
                    .toList();
            assertThat(sounds).hasSizeGreaterThan(10);
            sounds.forEach(
                    file -> assertThat(SoundDecoder.decode(file).seconds()).isBetween(0.1, 60.0));
        }
    }

    static Stream<Arguments> foreignFiles() {
        return Stream.of(
                arguments(new byte[0], "is empty (0 bytes)"),
                arguments("ID3\4\0".getBytes(ISO_8859_1), "is MP3, which is not supported: convert it"),
                arguments("\u00ff\u00fb\u0090\u0064\0".getBytes(ISO_8859_1), "is MP3"),
                arguments("OggS\0\2".getBytes(ISO_8859_1), "is Ogg"),
                arguments("\0\0\0\u0020ftypM4A ".getBytes(ISO_8859_1), "is MPEG-4"),
                arguments("FORM\0\0\0\0AIFF".getBytes(ISO_8859_1), "is AIFF"),
                arguments(".snd\0\0\0\u0018".getBytes(ISO_8859_1), "is AU"),
                arguments("NIST_1A\n   1024\n".getBytes(ISO_8859_1), "is NIST SPHERE"),
                arguments(
                        "RF64\u00ff\u00ff\u00ff\u00ffWAVE".getBytes(ISO_8859_1),
                        "is a WAV file of another kind (RF64)"),
                arguments("RIFF\0\0\0\0WEBP".getBytes(ISO_8859_1), "is a RIFF file without sound"),
                arguments("RIFF\0\0".getBytes(ISO_8859_1), "is truncated: 6 bytes"),
                arguments("PK\3\4".getBytes(ISO_8859_1), "is a zip archive"),
                arguments(" <!DOCTYPE html><p>404".getBytes(UTF_8), "is an HTML page"),
                arguments("version https://git-lfs.github.com/spec/v1\n".getBytes(UTF_8), "is a git-lfs pointer"),
                arguments("LA_0079 LA_T_1138215 - - bonafide".getBytes(UTF_8), "is text, not a sound"),
                arguments("\0\1\2\3\4\5\6\7\10".getBytes(ISO_8859_1), "it begins with 00 01 02 03 04 05 06 07"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("foreignFiles")
    void saysWhatAForeignFileIs(byte[] bytes, String says) {
        refuses(bytes, says);
    }

    private static ByteBuffer voice() {
        return ByteBuffer.wrap(AudioGolden.bytes("voice8k.wav")).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void refusesAbsurdHeaders() {
        refuses(voice().putShort(22, (short) 0).array(), "claims 0 channels");
        refuses(voice().putShort(22, (short) 65_000).array(), "claims 65000 channels");
        refuses(voice().putInt(24, 0).array(), "claims 0 samples a second");
        refuses(voice().putInt(24, -1).array(), "claims 4294967295 samples a second");
        refuses(
                voice().putShort(34, (short) 12).array(),
                "has 12-bit samples of whole numbers, which is not supported");
        refuses(voice().putShort(20, (short) 7).array(), "has 16-bit samples of mu-law, which is not supported");
        refuses(voice().putShort(32, (short) 4).array(), "claims 4 bytes for 1 samples of 16 bits");
        refuses(voice().putInt(16, 0x7fff_ffff).array(), "has a format of 2147483647 bytes");
        refuses(voice().putInt(16, 4).array(), "has a format of 4 bytes");
        refuses(
                voice().putInt(40, 0x7000_0000).array(),
                "is truncated: it claims 1879048192 bytes of samples, 7200 are");
        refuses(voice().putInt(40, 0).array(), "has no samples");
        refuses(voice().putInt(40, 7199).array(), "are not a whole number of samples");
        refuses(voice().putInt(36, 0x4b4e_554a).array(), "is a WAV file without samples");
        refuses(Arrays.copyOf(voice().array(), 30), "has a format of 16 bytes");
        refuses(Arrays.copyOf(voice().array(), 36), "is a WAV file without samples");
    }

    /** Programs that write to a pipe cannot go back to say how long it was. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0x7fff_ffff, 0x7fff_f000})
    void anUnknownLengthIsThatOfTheFile(int claimed) {
        byte[] bytes = voice().putInt(40, claimed).array();
        assertThat(SoundDecoder.decode(bytes, NAME).samples())
                .isEqualTo(AudioGolden.sound("voice8k.wav").samples());
    }

    @Test
    void refusesValuesThatAreNotNumbers() {
        byte[] bytes = AudioGolden.bytes("float32.wav");
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(44 + 4 * 7, bad);
            refuses(bytes, "has a sample that is not a finite number (byte 72)");
        }
        byte[] large = AudioGolden.bytes("float64.wav");
        ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putDouble(68, 1e300);
        refuses(large, "has a sample that is not a finite number");
    }

    static List<String> sounds() {
        return Golden.names("audio", ".wav", ".flac");
    }

    @ParameterizedTest
    @MethodSource("sounds")
    void refusesTruncatedFiles(String name) {
        byte[] bytes = AudioGolden.bytes(name);
        // Without a length and the frames of equal size, all that is left of a FLAC file is whole; the MD5 is of all
        for (int length : new int[] {1, 5, 20, 40, bytes.length / 2, bytes.length - 1}) {
            assertThatThrownBy(() -> SoundDecoder.decode(Arrays.copyOf(bytes, length), NAME))
                    .as(length + " bytes")
                    .isInstanceOf(BadAudioException.class)
                    .hasMessageStartingWith("data/hello.wav: ");
        }
    }

    /** A sound, or one exception: whatever single bytes are changed. */
    @ParameterizedTest
    @MethodSource("sounds")
    void damageGivesASoundOrOneException(String name) {
        byte[] bytes = AudioGolden.bytes(name);
        Random random = new Random(name.hashCode());
        int trials = Boolean.getBoolean("faults.full") ? 40_000 : 200;
        int refused = 0;
        for (int trial = 0; trial < trials; trial++) {
            byte[] damaged = bytes.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 80));
                damaged[at] = (byte) random.nextInt(256);
            }
            try {
                Sound sound = SoundDecoder.decode(damaged, NAME);
                assertThat(Float.isFinite(sound.peak())).isTrue();
            } catch (BadAudioException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("data/hello.wav: ").hasMessageNotContaining("\n");
            }
        }
        System.out.println("trials: " + trials + ", refused " + refused);
    }

    @Test
    void refusesDamagedFlac() {
        byte[] bytes = AudioGolden.bytes("voice16.flac");
        byte[] damaged = bytes.clone();
        damaged[bytes.length - 1000] ^= 1;
        refuses(damaged, "is damaged: the checksum of a frame does not fit");
        byte[] hash = bytes.clone();
        hash[30] ^= 1;
        refuses(hash, "is damaged: its samples do not have the MD5 that it claims");
        byte[] endless = bytes.clone();
        endless[21] |= 0x0f; // the highest bits of the number of samples
        refuses(endless, "is too long: ");
    }

    @Test
    void refusesWhatIsNoFile(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> SoundDecoder.decode(folder)).hasMessageEndingWith("is a directory, not a sound");
        assertThatThrownBy(() -> SoundDecoder.decode(folder.resolve("gone.wav")))
                .hasMessageEndingWith("does not exist");
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/zero")));
        assertThatThrownBy(() -> SoundDecoder.decode(Path.of("/dev/zero"))).hasMessageContaining("device");
    }

    private static void refuses(byte[] bytes, String says) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertThatThrownBy(() -> SoundDecoder.decode(bytes, NAME))
                        .isInstanceOf(BadAudioException.class)
                        .hasMessageStartingWith("data/hello.wav: ")
                        .hasMessageContaining(says));
    }
}
