package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class CacheFolderTest {
    @TempDir
    static Path base;

    /** Values are paths below the temporary folder; those with "relative:" are not. */
    static Stream<Arguments> environments() {
        return Stream.of(
                Arguments.of("Linux", Map.of(), "home/.cache/resnet4j"),
                Arguments.of("Mac OS X", Map.of(), "home/.cache/resnet4j"),
                Arguments.of("Linux", Map.of("XDG_CACHE_HOME", "xdg"), "xdg/resnet4j"),
                Arguments.of("Linux", Map.of("XDG_CACHE_HOME", "relative:xdg"), "home/.cache/resnet4j"),
                Arguments.of("Linux", Map.of("RESNET4J_CACHE", "own", "XDG_CACHE_HOME", "xdg"), "own"),
                Arguments.of("Windows 11", Map.of("LOCALAPPDATA", "local"), "local/resnet4j/cache"),
                Arguments.of("Windows 11", Map.of(), "home/AppData/Local/resnet4j/cache"),
                Arguments.of("Windows 11", Map.of("RESNET4J_CACHE", "own", "LOCALAPPDATA", "local"), "own"));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void followsTheEnvironment(String system, Map<String, String> variables, String expected) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.replaceAll((name, value) -> value.startsWith("relative:")
                ? value.substring(9)
                : base.resolve(value).toString());
        CacheFolder cache = CacheFolder.resolve(environment, system, base.resolve("home"));
        assertThat(cache.root()).isEqualTo(base.resolve(expected));
        assertThat(cache.root()).doesNotExist();
    }

    @Test
    void takesEmptyVariablesAsAbsent() {
        Map<String, String> environment = Map.of("RESNET4J_CACHE", "", "XDG_CACHE_HOME", "");
        assertThat(CacheFolder.resolve(environment, "Linux", base).root()).isEqualTo(base.resolve(".cache/resnet4j"));
    }

    @Test
    void reportsAReadOnlyCache() throws IOException {
        Path root = Files.createDirectory(base.resolve("read-only"));
        Files.createDirectory(root.resolve("datasets"));
        Assumptions.assumeTrue(root.resolve("datasets").toFile().setWritable(false), "permissions can be changed");
        Assumptions.assumeFalse(Files.isWritable(root.resolve("datasets")), "the super-user may write anywhere");
        assertThatThrownBy(() -> CacheFolder.writable(new CacheFolder(root).datasets()))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining("read-only")
                .hasMessageContaining("RESNET4J_CACHE");
    }
}
