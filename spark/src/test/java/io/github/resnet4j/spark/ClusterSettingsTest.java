package io.github.resnet4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.UsageException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterSettingsTest {
    private static ClusterSpec spec(Map<String, String> conf) {
        return new ClusterSpec(Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), conf);
    }

    @Test
    void oneTaskAtATimeWithAThreadForEachCore() {
        ClusterSpec spec = new ClusterSpec(
                Optional.of("spark://host:7077"), OptionalInt.of(3), OptionalInt.of(4), Optional.of("6g"), Map.of());
        assertThat(ClusterSettings.of(spec, Map.of()).values())
                .containsEntry("spark.executor.instances", "3")
                .containsEntry("spark.executor.cores", "4")
                .containsEntry("spark.cores.max", "12")
                .containsEntry("spark.task.cpus", "4")
                .containsEntry("spark.executorEnv.OMP_NUM_THREADS", "4")
                .containsEntry("spark.executorEnv.OMP_WAIT_POLICY", "passive")
                .containsEntry("spark.executor.memory", "6g")
                .containsEntry("spark.dynamicAllocation.enabled", "false")
                .containsEntry("spark.ui.enabled", "false")
                .doesNotContainKey("spark.master");
    }

    /** Native arrays get the overhead but for what the JVM needs itself; the process, heap and overhead. */
    @Test
    void nativeMemoryIsBounded() {
        ClusterSpec spec = spec(Map.of(
                "spark.executor.memory", "2g",
                "spark.executor.memoryOverhead", "1024",
                "spark.executor.extraJavaOptions", "-Xlog:gc"));
        assertThat(ClusterSettings.of(spec, Map.of()).values())
                .containsEntry(
                        "spark.executor.extraJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxbytes=640m -Dorg.bytedeco.javacpp.maxphysicalbytes=3072m -Xlog:gc");
    }

    @Test
    void takesWhatSparkSubmitWasGiven() {
        Map<String, String> given = Map.of(
                "spark.master", "yarn",
                "spark.executor.instances", "5",
                "spark.executor.cores", "2",
                "spark.dynamicAllocation.enabled", "true");
        ClusterSettings settings = ClusterSettings.of(ClusterSpec.LOCAL, given);
        assertThat(settings.master()).contains("yarn");
        assertThat(settings.executors()).isEqualTo(5);
        assertThat(settings.coresPerExecutor()).isEqualTo(2);
        assertThat(settings.values()).containsEntry("spark.dynamicAllocation.enabled", "false");
        assertThat(ClusterSettings.of(ClusterSpec.LOCAL.withMaster("local[2]"), given)
                        .isLocal())
                .isTrue();
    }

    @Test
    void standaloneCoresSayHowManyExecutors() {
        Map<String, String> given = Map.of("spark.cores.max", "6", "spark.executor.cores", "2");
        assertThat(ClusterSettings.of(ClusterSpec.LOCAL, given).executors()).isEqualTo(3);
    }

    /** Nobody else on the network talks to the driver: it has no secret there. */
    @Test
    void theDriverAsExecutorListensOnTheLoopbackInterface() {
        assertThat(ClusterSettings.of(ClusterSpec.LOCAL.withMaster("local[2]"), Map.of())
                        .values())
                .containsEntry("spark.driver.host", "127.0.0.1")
                .containsEntry("spark.driver.bindAddress", "127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host", "spark://:7077", "http://host:8080", "locals", "", "mesos://host:5050"})
    void refusesOtherMasters(String master) {
        ClusterSpec spec = ClusterSpec.LOCAL.withMaster(master);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ClusterSettings.of(spec, Map.of()))
                .withMessageContaining("spark://HOST:PORT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.executor.memory=lots",
                "spark.executor.memory=200m",
                "spark.executor.memoryOverhead=100m",
                "spark.executor.cores=two",
                "spark.dynamicAllocation.enabled=true"
            })
    void namesTheSettingThatIsWrong(String setting) {
        String[] pair = setting.split("=");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ClusterSettings.of(spec(Map.of(pair[0], pair[1])), Map.of()))
                .withMessageContaining(setting);
    }
}
