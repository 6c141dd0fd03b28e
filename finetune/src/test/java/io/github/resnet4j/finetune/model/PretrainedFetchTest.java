package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.download.DownloadProgress;
import io.github.resnet4j.datasets.download.IntegrityException;
import io.github.resnet4j.datasets.download.NetworkException;
import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PretrainedFetchTest {
    private static final Path SHARED = Path.of("../../shared/data/weights");

    @TempDir
    Path folder;

    private Path mirror;
    private CacheFolder cache;
    private DownloadOptions options;

    @BeforeEach
    void layOut() throws IOException {
        mirror = Files.createDirectory(folder.resolve("mirror"));
        cache = new CacheFolder(folder.resolve("cache"));
        options = offline(mirror);
    }

    /** Many publishers call their files the same. */
    @Test
    void keepsFilesOfTheSameNameApart() throws Exception {
        PretrainedWeights one = published("one", "the first file");
        PretrainedWeights two = published("two", "the second");
        Path first = PretrainedFetch.fetch(one, cache, options);
        Path second = PretrainedFetch.fetch(two, cache, options);
        assertThat(first).isEqualTo(cache.weights().resolve("resnet18.one/model.safetensors"));
        assertThat(first).hasContent("the first file");
        assertThat(second).hasContent("the second");
        Files.delete(mirror.resolve("resnet18.one/model.safetensors"));
        assertThat(PretrainedFetch.fetch(one, cache, options)).isEqualTo(first).hasContent("the first file");
    }

    @Test
    void takesAMirrorOfFilesWithoutFolders() throws Exception {
        PretrainedWeights row = published("one", "the file");
        Files.move(mirror.resolve("resnet18.one/model.safetensors"), mirror.resolve("model.safetensors"));
        assertThat(PretrainedFetch.fetch(row, cache, options)).hasContent("the file");
    }

    @Test
    void verifiesByMd5WhereKerasPublishesThat() throws Exception {
        PretrainedWeights row = published("one", "the file");
        PretrainedWeights keras = with(row, row.bytes(), hash(FileHash.Algorithm.MD5, "the file"));
        assertThat(PretrainedFetch.fetch(keras, cache, options)).hasContent("the file");
        PretrainedWeights other = with(row, row.bytes(), hash(FileHash.Algorithm.MD5, "the life"));
        assertThatThrownBy(() -> PretrainedFetch.fetch(other, cache, options)).isInstanceOf(IntegrityException.class);
    }

    @Test
    void neverLoadsAnotherFile() throws Exception {
        PretrainedWeights row = published("one", "the file");
        Files.writeString(mirror.resolve("resnet18.one/model.safetensors"), "the life");
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not the published SHA-256 " + row.hash().hex())
                .hasMessageContaining("--weights FILE");
        Path target = cache.weights().resolve("resnet18.one/model.safetensors");
        assertThat(target).doesNotExist();
        assertThat(target.resolveSibling("model.safetensors.bad")).hasContent("the life");
    }

    /** What an interrupted copy, a stored error page or a pointer of git-lfs would be. */
    @ParameterizedTest
    @ValueSource(strings = {"the fil", "<html>", "version https://git-lfs.github.com/spec/v1"})
    void refusesWhatIsCut(String content) throws Exception {
        PretrainedWeights row = published("one", "the file");
        Files.writeString(mirror.resolve("resnet18.one/model.safetensors"), content);
        PretrainedWeights vague = with(row, OptionalLong.empty(), row.hash());
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options)).isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> PretrainedFetch.fetch(vague, cache, options)).isInstanceOf(IntegrityException.class);
    }

    @ParameterizedTest
    @MethodSource("io.github.resnet4j.zoo.pretrained.Pretrained#list")
    void saysWhatToDoOffline(PretrainedWeights row) {
        DownloadOptions nowhere = new DownloadOptions(options.patience(), Optional.empty(), true, options.progress());
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, nowhere))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith(row.fileName() + " from " + row.url() + ": not in the cache, and offline")
                .hasMessageContaining(
                        "put the file at " + cache.weights().resolve(row.name()).resolve(row.fileName()))
                .hasMessageContaining("RESNET4J_MIRROR")
                .hasMessageEndingWith("pass weights you already have with --weights FILE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20-cifar", "resnet56-cifar.akamaster"})
    void takesRealFilesFromAFolder(String name) {
        PretrainedWeights row = Pretrained.find(name);
        Path file = SHARED.resolve(row.fileName());
        Assumptions.assumeTrue(Files.exists(file), file + " is not here");
        assertThat(PretrainedFetch.fetch(row, cache, offline(SHARED))).hasSameBinaryContentAs(file);
    }

    /** A row of a file that the mirror has on its shelf. */
    private PretrainedWeights published(String tag, String content) throws IOException {
        PretrainedWeights row = Pretrained.find("resnet18.a1_in1k");
        Path shelf = Files.createDirectory(mirror.resolve("resnet18." + tag));
        Files.writeString(shelf.resolve("model.safetensors"), content);
        return new PretrainedWeights(
                row.architecture(),
                tag,
                URI.create("https://weights.invalid/resnet18." + tag + "/resolve/main/model.safetensors"),
                OptionalLong.of(content.length()),
                hash(FileHash.Algorithm.SHA_256, content),
                row.licence(),
                row.preprocessing(),
                row.channelOrder(),
                row.classNames(),
                row.accuracy(),
                row.source(),
                row.page());
    }

    private static PretrainedWeights with(PretrainedWeights row, OptionalLong bytes, FileHash hash) {
        return new PretrainedWeights(
                row.architecture(),
                row.tag(),
                row.url(),
                bytes,
                hash,
                row.licence(),
                row.preprocessing(),
                row.channelOrder(),
                row.classNames(),
                row.accuracy(),
                row.source(),
                row.page());
    }

    private static DownloadOptions offline(Path mirror) {
        return new DownloadOptions(
                DownloadOptions.Patience.STANDARD, Optional.of(mirror.toUri()), true, DownloadProgress.SILENT);
    }

    private static FileHash hash(FileHash.Algorithm algorithm, String content) {
        return new FileHash(
                algorithm,
                algorithm.digest().add(content.getBytes(StandardCharsets.UTF_8)).hex());
    }
}
