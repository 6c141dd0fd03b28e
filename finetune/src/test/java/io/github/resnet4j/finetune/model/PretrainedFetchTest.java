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
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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

    /** pytorchcv's: the hash is that of the file in the archive, and that file is what is kept. */
    @Test
    void takesTheFileOutOfAnArchive() throws Exception {
        PretrainedWeights row = zipped(hash(FileHash.Algorithm.SHA_1, "the file"));
        Path place = cache.weights().resolve("preresnet20-cifar.pytorchcv");
        zip(row.fileName(), "the file");
        Path file = PretrainedFetch.fetch(row, cache, options);
        assertThat(file).isEqualTo(place.resolve(row.unzippedName())).hasContent("the file");
        assertThat(place.toFile().list())
                .filteredOn(name -> !name.startsWith("."))
                .containsExactly(row.unzippedName());
        Files.delete(mirror.resolve(row.fileName()));
        assertThat(PretrainedFetch.fetch(row, cache, options)).isEqualTo(file);
        Files.writeString(file, "the life");
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options)).isInstanceOf(NetworkException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"the life", "the file and more", ""})
    void refusesAnArchiveOfAnotherFile(String content) throws Exception {
        PretrainedWeights row = zipped(hash(FileHash.Algorithm.SHA_1, "the file"));
        zip(row.fileName(), content);
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not the published SHA-1 ");
    }

    /** Also the published file itself, unzipped, and an archive that is cut. */
    @Test
    void refusesWhatIsNotAnArchiveOfOneFile() throws Exception {
        PretrainedWeights row = zipped(hash(FileHash.Algorithm.SHA_1, "the file"));
        Path archive = mirror.resolve(row.fileName());
        Files.writeString(archive, "the file");
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("not a zip archive of one file");
        zip(row.fileName(), "the file", "another");
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options)).isInstanceOf(IntegrityException.class);
        zip(row.fileName(), "the file");
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options)).isInstanceOf(IntegrityException.class);
        zip(row.fileName(), "0".repeat(1 << 20));
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, options))
                .hasMessageContaining("not a zip archive of one file");
    }

    /** Needs neither network nor mirror; damage in the cache is mended. */
    @Test
    void takesWhatThisBuildHoldsFromThere() throws Exception {
        PretrainedWeights row = Pretrained.find("resnet20-cifar.r4j_cifar10jpeg");
        DownloadOptions nowhere = offline(folder.resolve("none"));
        assertThat(PretrainedFetch.cached(row, cache)).isTrue();
        Path file = PretrainedFetch.fetch(row, cache, nowhere);
        assertThat(file).isEqualTo(cache.weights().resolve(row.name()).resolve(row.fileName()));
        assertThat(row.hash().of(file)).isEqualTo(row.hash());
        assertThat(file).hasSize(row.bytes().orElseThrow());
        Files.writeString(file, "damaged");
        PretrainedFetch.fetch(row, cache, nowhere);
        assertThat(row.hash().of(file)).isEqualTo(row.hash());
    }

    private static PretrainedWeights zipped(FileHash hash) {
        PretrainedWeights row = Pretrained.find("preresnet20-cifar.pytorchcv");
        return with(row, row.bytes(), hash);
    }

    private void zip(String name, String... contents) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(mirror.resolve(name)))) {
            for (String content : contents) {
                zip.putNextEntry(new ZipEntry(content.length() + ".pth"));
                zip.write(content.getBytes(StandardCharsets.UTF_8));
            }
        }
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

    static Stream<PretrainedWeights> elsewhere() {
        return Pretrained.list().stream().filter(row -> !row.isBundled());
    }

    @ParameterizedTest
    @MethodSource("elsewhere")
    void saysWhatToDoOffline(PretrainedWeights row) {
        DownloadOptions nowhere = new DownloadOptions(options.patience(), Optional.empty(), true, options.progress());
        assertThatThrownBy(() -> PretrainedFetch.fetch(row, cache, nowhere))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith(row.fileName() + " from " + row.url() + ": not in the cache, and offline")
                .hasMessageContaining(
                        "put the file at " + cache.weights().resolve(row.name()).resolve(row.unzippedName()))
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
                row.options(),
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
                row.options(),
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
