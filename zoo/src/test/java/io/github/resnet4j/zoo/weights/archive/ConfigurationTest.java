package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.GroupedBottleneck;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Operations;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

class ConfigurationTest {
    private static final Pattern CLASS = Pattern.compile("\"(?:@class|type)\" : \"([^\"]+)\"");
    private static final NetworkGraph.Options OPTIONS = NetworkGraph.Options.seeded(1);

    /** Accepts it, and gives the classes in it. */
    private static Set<String> accepted(Network network, NetworkGraph.Options options) {
        String json = NetworkGraph.configuration(network, options).toJson();
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThat(bytes.length).isLessThan(Configuration.MAX_BYTES);
        assertThatCode(() -> Configuration.require(Path.of("model.zip"), bytes, network))
                .as("%s, %s", network.name(), options)
                .doesNotThrowAnyException();
        Set<String> classes = new HashSet<>();
        CLASS.matcher(json).results().map(result -> result.group(1)).forEach(classes::add);
        return classes;
    }

    /**
     * Every row of the zoo, frozen up to every stage and not; with other shortcuts; with every operation, updater and
     * schedule.
     */
    @Test
    void acceptsWhatIsWrittenAndKnowsNoOtherClasses() {
        Set<String> written = new HashSet<>();
        for (Architecture row : Zoo.list()) {
            Network network = row.network();
            List<Optional<String>> parts = new ArrayList<>(List.of(Optional.empty()));
            network.stages().forEach(stage -> parts.add(Optional.of(stage)));
            parts.forEach(part -> written.addAll(accepted(network, OPTIONS.frozenUpTo(part))));
        }
        Network auxiliary =
                Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true")).network();
        written.addAll(accepted(auxiliary, OPTIONS));
        written.addAll(accepted(auxiliary, OPTIONS.frozenUpTo(Optional.of("inception4"))));
        Architecture resnet20 = Zoo.find("resnet20-cifar");
        for (ResNetSpec.Shortcut shortcut : ResNetSpec.Shortcut.values()) {
            Network network =
                    resnet20.with(Map.of("shortcut", shortcut.toString())).network();
            written.addAll(accepted(network, OPTIONS.frozenUpTo(Optional.of("layer2"))));
            for (FreezePlan.Norms norms : FreezePlan.Norms.values()) {
                FreezePlan plan = FreezePlan.NOTHING.upTo("layer1", norms);
                written.addAll(accepted(network, OPTIONS.freeze(plan)));
            }
        }
        for (Conventions conventions : List.of(Conventions.TORCHVISION, Conventions.KERAS)) {
            Network grouped = GroupedBottleneck.network(conventions);
            written.addAll(accepted(grouped, OPTIONS));
            written.addAll(accepted(grouped, OPTIONS.frozenUpTo(Optional.of("layer1.0.conv2"))));
        }
        for (Operations.Example example : Operations.all()) {
            written.addAll(accepted(example.network(), OPTIONS));
            written.addAll(accepted(example.network(), OPTIONS.frozenUpTo(Optional.of(Operations.NODE))));
        }
        Network network = Zoo.find("resnet8-mlperf").network();
        updaters()
                .forEach(updater -> written.addAll(
                        accepted(network, NetworkGraph.Options.seeded(1).updater(updater))));

        assertThat(written).isEqualTo(Configuration.CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "4", "0", "-2", "2.0", "\"2\"", "null", "[ 3 ]"})
    void refusesOtherGroups(String groups) {
        Network network = GroupedBottleneck.network(Conventions.TORCHVISION);
        String json = NetworkGraph.configuration(network, OPTIONS).toJson();
        byte[] bytes = json.replace("\"groups\" : 2", "\"groups\" : " + groups).getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> Configuration.require(Path.of("model.zip"), bytes, network))
                .withMessageContaining("in layer1.0.conv2, not 2")
                .returns(Fault.CONF_RANGE, BadWeightsException::fault);
    }

    /** A factor is a size: of a larger one, DL4J would make a map that nobody has room for. */
    @ParameterizedTest
    @CsvSource({
        "depth to space 2, factor, 2",
        "nearest 3, factor, 3",
        "bilinear 2, factor, 2",
        "local response norm 5, size, 5",
        "'adaptive avg pool, overlapping', outHeight, 4",
        "'adaptive avg pool, overlapping', outWidth, 3"
    })
    void refusesOtherSizes(String name, String key, int size) {
        Network network = Operations.all().stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow()
                .network();
        String json = NetworkGraph.configuration(network, OPTIONS).toJson();
        byte[] bytes = json.replace("\"" + key + "\" : " + size, "\"" + key + "\" : 50001")
                .getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> Configuration.require(Path.of("model.zip"), bytes, network))
                .withMessageContaining("has " + key + " 50001 in op, not " + size)
                .returns(Fault.CONF_RANGE, BadWeightsException::fault);
    }

    /** An output without its loss's weight, or of another node, would train something else. */
    @ParameterizedTest
    @CsvSource({
        "'\"softmax.aux1.fc2\" : [ \"aux1.fc2\" ]', '\"softmax.aux1.fc2\" : [ \"aux2.fc2\" ]'",
        "'[ \"softmax\", \"softmax.aux1.fc2\", \"softmax.aux2.fc2\" ]', '[ \"softmax\" ]'",
        "'[ \"softmax\", \"softmax.aux1.fc2\", ', '[ \"softmax.aux1.fc2\", \"softmax\", '"
    })
    void refusesOtherOutputs(String part, String instead) {
        Network network =
                Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true")).network();
        String json = NetworkGraph.configuration(network, OPTIONS).toJson();
        assertThat(json).contains(part);
        byte[] bytes = json.replace(part, instead).getBytes(StandardCharsets.UTF_8);

        assertThatExceptionOfType(BadWeightsException.class)
                .isThrownBy(() -> Configuration.require(Path.of("model.zip"), bytes, network))
                .returns(Fault.CONF_GRAPH, BadWeightsException::fault);
    }

    private static List<IUpdater> updaters() {
        List<IUpdater> updaters = new ArrayList<>(List.of(
                new AMSGrad(),
                new AdaBelief(),
                new AdaDelta(),
                new AdaGrad(),
                new AdaMax(),
                new Adam(),
                new Nadam(),
                new Nesterovs(),
                new NoOp(),
                new RmsProp(),
                new Sgd()));
        ScheduleType epoch = ScheduleType.EPOCH;
        List<ISchedule> schedules = List.of(
                new CycleSchedule(epoch, 0.1, 10),
                new ExponentialSchedule(epoch, 0.1, 0.9),
                new FixedSchedule(0.1),
                new InverseSchedule(epoch, 0.1, 0.9, 2),
                new MapSchedule(epoch, Map.of(0, 0.1, 80, 0.01)),
                new PolySchedule(epoch, 0.1, 2, 100),
                new RampSchedule(new FixedSchedule(0.1), 5),
                new SigmoidSchedule(epoch, 0.1, 0.9, 2),
                new StepSchedule(epoch, 0.1, 0.9, 2));
        schedules.forEach(schedule -> updaters.add(new Nesterovs(schedule, 0.9)));
        return updaters;
    }
}
