package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.audio.BadAudioException;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.records.SoundRecordReader;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.datavec.api.split.CollectionInputSplit;
import org.datavec.api.split.FileSplit;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;

/** Folders of sounds and protocols of ASVspoof 2019, and the record reader over them. */
class SoundDatasetTest {
    private static final byte[] WAV = Golden.bytes("audio/mono8.wav");
    private static final byte[] FLAC = Golden.bytes("audio/voice16.flac");

    @TempDir
    private Path root;

    private Tree tree() {
        return new Tree(root);
    }

    @Test
    void aFolderHasClassesInOrder() {
        tree().write("spoof/b.WAV", WAV)
                .write("spoof/a.flac", FLAC)
                .write("bonafide/deep/x.wav", WAV)
                .write("spoof/notes.txt", WAV)
                .write("spoof/.hidden.wav", WAV)
                .write("loose.wav", WAV);

        SoundFolder folder = SoundFolder.open(root);

        assertThat(folder.classes()).containsExactly("bonafide", "spoof");
        assertThat(IntStream.range(0, folder.size()).mapToObj(folder::name))
                .containsExactly("bonafide/deep/x.wav", "spoof/a.flac", "spoof/b.WAV");
        assertThat(IntStream.range(0, 3).map(folder::label)).containsExactly(0, 1, 1);
        assertThat(folder.classCounts()).containsExactly(1, 2);
        assertThat(folder.sound(1).samples()).hasSize(20_800);
        assertThat(folder.passedOver())
                .hasToString(
                        "1 × .txt, 1 × hidden sound or folder, 1 × sound outside the class folders (\"loose.wav\")");
        assertThat(folder.fingerprint())
                .hasSize(64)
                .isEqualTo(SoundFolder.open(root).fingerprint());
        assertThat(folder.lastModified(0)).isPositive();
        assertThat(folder.file(0)).hasFileName("x.wav");
        assertThat(SoundFolder.filesBelow(root)).hasSize(4);
    }

    @Test
    void whatIsNoFolderOfClassesIsRefused() {
        assertThatThrownBy(() -> SoundFolder.open(root))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("no class folders: make one folder per class");
        tree().write("spoof/a.wav", WAV).write("bonafide/a.mp3", WAV);
        assertThatThrownBy(() -> SoundFolder.open(root))
                .hasMessageContaining(
                        "no sounds in class folder \"bonafide\" (passed over: 1 × .mp3): add WAV or FLAC");
        assertThatThrownBy(() -> SoundFolder.open(root.resolve("gone"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> SoundFolder.filesBelow(root.resolve("bonafide")))
                .hasMessageContaining("has no sounds (.wav, .flac); passed over 1 × .mp3");
    }

    private AsvSpoof2019 protocol(String text) {
        tree().write("protocol.txt", text.getBytes(StandardCharsets.UTF_8));
        return AsvSpoof2019.open(root.resolve("protocol.txt"), root.resolve("flac"));
    }

    @Test
    void readsAProtocolAsPublished() {
        tree().write("flac/LA_T_1138215.flac", FLAC)
                .write("flac/LA_T_1004644.flac", FLAC)
                .write("flac/PA_T_0005401.wav", WAV);

        AsvSpoof2019 sounds = protocol("LA_0079 LA_T_1138215 - - bonafide\n"
                + "LA_0080 LA_T_1004644 - A01 spoof\n\nPA_0080 PA_T_0005401 bcb AA spoof\r\n");

        assertThat(sounds.classes()).containsExactly("spoof", "bonafide");
        assertThat(IntStream.range(0, 3).map(sounds::label)).containsExactly(1, 0, 0);
        assertThat(sounds.name(0)).isEqualTo("LA_T_1138215.flac");
        assertThat(sounds.speaker(0)).isEqualTo("LA_0079");
        assertThat(sounds.attack(0)).isEqualTo("-");
        assertThat(sounds.attack(1)).isEqualTo("A01");
        assertThat(sounds.environment(2)).isEqualTo("bcb");
        assertThat(sounds.sound(2).samples()).hasSize(1200);
        assertThat(sounds.classCounts()).containsExactly(2, 1);
        assertThat(sounds.fingerprint())
                .isNotEqualTo(protocol("LA_0079 LA_T_1138215 - A01 spoof\n"
                                + "LA_0080 LA_T_1004644 - A01 spoof\nPA_0080 PA_T_0005401 bcb AA spoof")
                        .fingerprint());
        assertThat(sounds.lastModified(1)).isPositive();
    }

    @Test
    void badProtocolsAreRefused() {
        tree().write("flac/LA_T_1.flac", FLAC);
        assertThatThrownBy(() -> protocol("LA_0079 LA_T_1 - - bonafide\nLA_0079 LA_T_1 - - genuine\nLA_0079 LA_T_1\n"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(
                        "2 problems: line 2, \"LA_0079 LA_T_1 - - genuine\", is not SPEAKER FILE ENVIRONMENT"
                                + " ATTACK bonafide|spoof; line 3");
        assertThatThrownBy(() -> protocol("a LA_T_1 - - spoof\nb LA_T_1 - - spoof"))
                .hasMessageContaining("line 2 lists LA_T_1 again");
        assertThatThrownBy(() -> protocol("a ../../etc/passwd - - spoof"))
                .hasMessageContaining("line 1: \"../../etc/passwd\" is not the name of a sound");
        assertThatThrownBy(() -> protocol("a LA_T_1 - - spoof\na LA_T_2 - - spoof"))
                .hasMessageContaining("flac: lacks 1 of the 2 sounds that ")
                .hasMessageEndingWith("\"LA_T_2.flac\"");
        assertThatThrownBy(() -> protocol(" \n")).hasMessageContaining("lists no sounds");
        tree().write("bytes.txt", new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> AsvSpoof2019.open(root.resolve("bytes.txt"), root))
                .hasMessageContaining("is not text");
        assertThatThrownBy(() -> AsvSpoof2019.open(root.resolve("gone.txt"), root))
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> AsvSpoof2019.open(root.resolve("flac"), root)).hasMessageContaining("is not a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stft", "mfcc", "cqcc"})
    void readsRecordsOfEachFeature(String name) throws Exception {
        tree().write("bonafide/a.wav", WAV).write("spoof/a.flac", FLAC).write("spoof/b.wav", WAV);
        SoundFeature feature = SoundFeature.named(name);
        SoundRecordReader reader = new SoundRecordReader(feature);
        assertThatThrownBy(reader::hasNext).hasMessageContaining("no data yet");
        reader.initialize(new FileSplit(root.toFile()));
        assertThat(reader.getLabels()).containsExactly("bonafide", "spoof");

        RecordReaderDataSetIterator batches = new RecordReaderDataSetIterator(reader, 2, 1, 2);
        DataSet first = batches.next();
        assertThat(first.getFeatures().shape()).containsExactly(2, 1, feature.rows(), feature.frames());
        assertThat(first.getLabels().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 0}, {0, 1}});
        SoundFolder folder = SoundFolder.open(root);
        assertThat(first.getFeatures().slice(1).dup('c').data().asFloat()).isEqualTo(feature.of(folder.sound(1)));
        assertThat(batches.next().numExamples()).isEqualTo(1);
        assertThat(batches.hasNext()).isFalse();

        float[] sample = new float[feature.rows() * feature.frames()];
        folder.samples(feature).read(1).write(0, SampleRandom.of(0, 0, 1), new SampleSource.Slot(sample, 0));
        assertThat(sample).isEqualTo(feature.of(folder.sound(1)));
    }

    @Test
    void aReaderOfADataSetNeedsNoSplit() {
        tree().write("bonafide/a.wav", WAV).write("spoof/a.wav", new byte[0]);
        SoundRecordReader reader = new SoundRecordReader(SoundFolder.open(root), SoundFeature.named("mfcc"));
        reader.initialize(null);
        assertThat(reader.next()).hasSize(2);
        assertThatThrownBy(reader::next)
                .isInstanceOf(BadAudioException.class)
                .hasMessageEndingWith("a.wav: is empty (0 bytes)");
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(reader))
                .isInstanceOf(NotSerializableException.class);
        assertThatThrownBy(() -> new SoundRecordReader(SoundFeature.named("mfcc"))
                        .initialize(new CollectionInputSplit(List.of())))
                .hasMessageContaining("from a FileSplit");
    }
}
