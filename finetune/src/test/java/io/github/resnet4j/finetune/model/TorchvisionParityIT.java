package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Torchvision's networks with random weights, saved by {@code torch.save} in both of its formats: read strictly, they say
 * what PyTorch says, map by map, and come back bit by bit through every format that is written here.
 */
final class TorchvisionParityIT {
    private static final int SIDE = 224;
    private static final int RANDOM_INPUTS = 8;
    private static final Path PHOTOGRAPHS = Path.of("..", "..", "shared", "data", "images");
    private static final List<String> NAMES = List.of("croco.jpg", "kitten.jpg", "pytorch_hub_dog.jpg", "ts_dog.jpg");

    @TempDir
    static Path made;

    /** Debian's torch belongs to the system's Python, which another may hide. */
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

    private static List<Path> photographs = List.of();
    private static Optional<String> python = Optional.empty();

    @BeforeAll
    static void runPyTorch() {
        OneDnn.enable();
        python = PYTHONS.stream()
                .filter(program -> succeeds(program, List.of("-c", "import torch, torchvision")))
                .findFirst();
        if (Files.isDirectory(PHOTOGRAPHS)) {
            photographs = NAMES.stream().map(PHOTOGRAPHS::resolve).toList();
        }
        make(networks());
    }

    private static void make(List<String> networks) {
        List<String> arguments = new ArrayList<>(
                List.of("src/test/fixtures/torchvision_parity.py", made.toString(), String.join(",", networks)));
        photographs.forEach(photograph -> arguments.add(photograph.toString()));
        python.ifPresent(program -> assertThat(succeeds(program, arguments))
                .as(arguments.toString())
                .isTrue());
    }

    private static boolean succeeds(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            made.resolve("python.txt").toFile()))
                    .start();
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
            return process.exitValue() == 0;
        } catch (IOException e) { // there is no such program
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> networks() {
        return List.of(
                "resnet18", "resnet34", "resnet50", "wide-resnet50-2", "resnext50-32x4d", "densenet121", "googlenet");
    }

    /** With {@code -Dparity.all=true} also those whose files take gigabytes, of the same structure. */
    static List<String> deepNetworks() {
        List<String> networks = new ArrayList<>(
                List.of("resnet101", "resnet152", "densenet161", "densenet169", "densenet201", "alexnet"));
        if (Boolean.getBoolean("parity.all")) {
            networks.addAll(List.of("wide-resnet101-2", "resnext101-32x8d", "resnext101-64x4d"));
            networks.addAll(List.of("vgg11", "vgg13", "vgg16", "vgg19"));
            networks.addAll(List.of("vgg11-bn", "vgg13-bn", "vgg16-bn", "vgg19-bn"));
        }
        return networks;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void saysWhatPyTorchSays(String name) throws IOException {
        requireAgreement(name);
    }

    /** Only in the release's build. */
    @Tag("deep")
    @ParameterizedTest
    @MethodSource("deepNetworks")
    void deepNetworksSayWhatPyTorchSays(String name) throws IOException {
        make(List.of(name));
        requireAgreement(name);
    }

    private static void requireAgreement(String name) throws IOException {
        assumeTrue(python.isPresent(), "needs python3 with torch and torchvision");
        Network network = Zoo.find(name).network();
        StateDict zip = WeightFile.open(made.resolve(name + ".zip.pth"));
        StateDict legacy = WeightFile.open(made.resolve(name + ".legacy.pth"));
        assertSame(legacy, zip.tensors());

        GraphWeights.Loaded loaded =
                GraphWeights.load(zip, network, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);
        assertThat(loaded.report().complete()).isTrue();
        answersAsPyTorch(name, network, loaded.graph());
        answersAsPyTorchFromJpeg(name, network, loaded.graph());
        comesBackBitByBit(Zoo.find(name), network, loaded.graph(), zip);
        NetworkGraph.close(loaded.graph());
    }

    private static void answersAsPyTorch(String name, Network network, ComputationGraph graph) throws IOException {
        int length = Math.toIntExact(network.input().elements());
        float[] inputs = floats("inputs.f32");
        int count = inputs.length / length;
        assertThat(count).isEqualTo(RANDOM_INPUTS + photographs.size());
        for (int i = 0; i < count; i++) {
            INDArray input = Nd4j.createFromArray(Arrays.copyOfRange(inputs, i * length, (i + 1) * length))
                    .reshape(1, 3, SIDE, SIDE);
            Map<String, INDArray> maps = graph.feedForward(input, false);
            for (String stage : network.stages()) {
                if (!stage.equals(Network.STEM) && !stage.equals(Network.HEAD)) {
                    assertNear(
                            name,
                            stage,
                            i,
                            count,
                            maps.get(network.lastOf(stage).name()),
                            1e-4,
                            1e-3);
                }
            }
            assertNear(name, "logits", i, count, maps.get(logits(network)), 1e-4, 1e-3);
        }
    }

    private static void answersAsPyTorchFromJpeg(String name, Network network, ComputationGraph graph)
            throws IOException {
        Pipeline pipeline = new Pipeline(
                        List.of(new Resize(256, Interpolation.BILINEAR), new CenterCrop(SIDE)),
                        new Normalize(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f}))
                .producing(SIDE, SIDE);
        for (int i = 0; i < photographs.size(); i++) {
            float[] values = new float[Math.toIntExact(network.input().elements())];
            pipeline.write(ImageDecoder.decode(photographs.get(i)), SampleRandom.of(0, 0, 0), values, 0);
            INDArray input = Nd4j.createFromArray(values).reshape(1, 3, SIDE, SIDE);
            INDArray logits = graph.feedForward(input, false).get(logits(network));
            assertNear(name, "logits", RANDOM_INPUTS + i, RANDOM_INPUTS + photographs.size(), logits, 2e-2, 0);
        }
    }

    private static String logits(Network network) {
        return network.lastOf(Network.HEAD).name();
    }

    private static void comesBackBitByBit(Architecture row, Network network, ComputationGraph graph, StateDict original)
            throws IOException {
        Path safetensors = made.resolve(row.name() + ".safetensors");
        Safetensors.write(safetensors, GraphWeights.stateDict(graph, network));
        assertSame(WeightFile.open(safetensors), original.tensors());

        Path archive = made.resolve(row.name() + ".zip");
        List<String> classes = IntStream.range(0, network.classes())
                .mapToObj(c -> "class " + c)
                .toList();
        Preprocessing preprocessing = new Preprocessing(
                OptionalInt.of(256),
                OptionalInt.of(SIDE),
                "bilinear",
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
        ModelArchive.write(archive, ModelCard.of(row, network.input(), classes, preprocessing, Map.of()), graph);
        ComputationGraph read =
                ModelArchive.read(archive, NetworkGraph.Options.seeded(1)).graph();
        assertSame(GraphWeights.stateDict(read, network), original.tensors());
        NetworkGraph.close(read);
        for (Path file : List.of(safetensors, archive)) {
            Files.delete(file);
        }
    }

    /** Every tensor of {@code original} but the counters of batches and GoogLeNet's auxiliary heads, bit by bit. */
    private static void assertSame(StateDict found, Map<String, Tensor> original) {
        Stream<String> names = original.keySet().stream()
                .filter(name -> !name.endsWith("num_batches_tracked") && !name.startsWith("aux"));
        assertThat(names).isNotEmpty().allSatisfy(name -> {
            assertThat(found.tensors().get(name).shape())
                    .as(name)
                    .isEqualTo(original.get(name).shape());
            assertThat(found.tensors().get(name).floats())
                    .as(name)
                    .isEqualTo(original.get(name).floats());
        });
    }

    private static void assertNear(
            String name, String what, int index, int count, INDArray found, double absolute, double relative)
            throws IOException {
        float[] actual = found.dup('c').data().asFloat();
        FileSlice reference = new FileSlice(made.resolve(name + "." + what + ".f32"), actual.length, count);
        float[] expected = reference.row(index);
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= absolute + relative * Math.abs(expected[i]))) {
                throw new AssertionError(name + ", " + what + " of input " + index + ", value " + i + ": " + actual[i]
                        + ", PyTorch says " + expected[i]);
            }
        }
    }

    /** A file of {@code rows} rows of {@code length} floats. */
    private record FileSlice(Path file, int length, int rows) {
        float[] row(int index) throws IOException {
            assertThat(Files.size(file)).isEqualTo(4L * length * rows);
            float[] values = new float[length];
            try (var channel = Files.newByteChannel(file)) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
                channel.position(4L * length * index);
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
                bytes.flip().asFloatBuffer().get(values);
            }
            return values;
        }
    }

    private static float[] floats(String file) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(made.resolve(file))).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
