package io.github.resnet4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.graph.NetworkGraph.Options;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.network.Window;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every row of the zoo against the published numbers, and what holds for all of them. */
class ZooTableTest {
    private static final Percentage ROUNDING = Percentage.withPercentage(0.5);

    /**
     * What one row must count.
     *
     * @param parameters exact
     * @param dl4j DL4J's {@code numParams()}: parameters and BN statistics, exact
     * @param macs multiply-adds as published, rounded
     */
    private record Published(long parameters, long dl4j, double macs) {}

    /**
     * Residual networks: torchvision's published counts and GFLOPs, and for CIFAR-10 the counts of option A with the
     * multiply-adds to three digits. DL4J's count adds 2 per BN channel, for CIFAR 2·(16 + 224n) at depth 6n + 2.
     * Plain networks: the same without projections, 173,824 parameters (64·128 + 128·256 + 256·512 and their BN), 1,792
     * statistics and 19.3 M multiply-adds (3 times 64·128·28²) fewer on ImageNet; option A has none to take away.
     * Keras: {@code Model.summary()} of Keras Applications, trainable and total, and the multiply-adds of the paper's
     * table 1 to three digits; for MLPerf Tiny the values that its published file holds.
     * Pre-activation: in basic blocks the post-activation counts, as the stem's BN only moves to the end; bottlenecks and
     * Wide ResNets as pytorchcv asserts, for ImageNet less the 128 parameters of a BN that fb.resnet.torch's first block
     * does not have.
     * DenseNets: as torchvision and pytorchcv assert, and for what those lack by the paper's arithmetic. Stems of three
     * convolutions: timm's; ResNeXts for CIFAR: pytorchcv's; ResNets with CIFAR's stem: pytorch-cifar's, and for 34 layers
     * torchvision's less 64·3·(7² - 3²) weights of the stem and 990 classes of 513.
     * Squeeze-and-excitation: as pytorchcv asserts or lists, for pre-activation and Wide ResNets by the paper's
     * arithmetic: 2C²/16 weights, C/16 and C biases for every block of C channels. CBAM: as pytorchcv asserts, which is the
     * same and 98 weights and a BN for every block.
     * Highway networks: the authors' prototxt by hand, 18w² + 2w for a layer of w channels; fully connected, 2·50·51 for a
     * layer ("about 5,000"), 785·50 before and 51·10 behind them; no BN.
     * VGG, AlexNet, GoogLeNet: torchvision's; for CIFAR-10 those of kuangliu's networks. Segmentation: torchvision's without
     * the auxiliary head, which has 2,365,205 parameters, 512 statistics and 10.0 G multiply-adds.
     * Spec-ResNets: what the authors' files hold of blocks that run, without the norms of which nothing is used: of 315,490 and
     * 312,994 that PyTorch counts 175,810 and 312,482. Multiply-adds of three convolutions of 9·32² in every block, by hand.
     */
    private static final Map<String, Published> PUBLISHED = Map.ofEntries(
            Map.entry("resnet18", new Published(11_689_512, 11_699_112, 1.814e9)),
            Map.entry("resnet34", new Published(21_797_672, 21_814_696, 3.664e9)),
            Map.entry("resnet50", new Published(25_557_032, 25_610_152, 4.089e9)),
            Map.entry("resnet101", new Published(44_549_160, 44_654_504, 7.801e9)),
            Map.entry("resnet152", new Published(60_192_808, 60_344_232, 11.514e9)),
            Map.entry("wide-resnet50-2", new Published(68_883_240, 68_951_464, 11.398e9)),
            Map.entry("wide-resnet101-2", new Published(126_886_696, 127_024_552, 22.753e9)),
            Map.entry("resnext50-32x4d", new Published(25_028_904, 25_097_128, 4.230e9)),
            Map.entry("resnext101-32x8d", new Published(88_791_336, 88_994_216, 16.414e9)),
            Map.entry("resnext101-64x4d", new Published(83_455_272, 83_658_152, 15.460e9)),
            Map.entry("resnet50-keras", new Published(25_583_592, 25_636_712, 3.858e9)),
            Map.entry("resnet101-keras", new Published(44_601_832, 44_707_176, 7.570e9)),
            Map.entry("resnet152-keras", new Published(60_268_520, 60_419_944, 11.282e9)),
            Map.entry("resnet8-mlperf", new Published(78_186, 78_666, 12.5e6)),
            Map.entry("plain18", new Published(11_515_688, 11_523_496, 1.795e9)),
            Map.entry("plain34", new Published(21_623_848, 21_639_080, 3.645e9)),
            Map.entry("resnet20-cifar", new Published(269_722, 271_098, 40.6e6)),
            Map.entry("resnet32-cifar", new Published(464_154, 466_426, 68.9e6)),
            Map.entry("resnet44-cifar", new Published(658_586, 661_754, 97.2e6)),
            Map.entry("resnet56-cifar", new Published(853_018, 857_082, 125.5e6)),
            Map.entry("resnet110-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("resnet1202-cifar", new Published(19_421_274, 19_510_906, 2.83e9)),
            Map.entry("plain20-cifar", new Published(269_722, 271_098, 40.6e6)),
            Map.entry("plain32-cifar", new Published(464_154, 466_426, 68.9e6)),
            Map.entry("plain44-cifar", new Published(658_586, 661_754, 97.2e6)),
            Map.entry("plain56-cifar", new Published(853_018, 857_082, 125.5e6)),
            Map.entry("plain110-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("preresnet20-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("preresnet32-cifar", new Published(464_154, 466_426, 68.86e6)),
            Map.entry("preresnet44-cifar", new Published(658_586, 661_754, 97.17e6)),
            Map.entry("preresnet56-cifar", new Published(853_018, 857_082, 125.5e6)),
            Map.entry("preresnet110-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("preresnet164-cifar", new Published(1_703_258, 1_727_482, 244.5e6)),
            Map.entry("preresnet1001-cifar", new Published(10_327_706, 10_476_922, 1.4878e9)),
            Map.entry("preresnet50", new Published(25_549_352, 25_594_792, 4.089e9)),
            Map.entry("preresnet101", new Published(44_541_480, 44_639_144, 7.801e9)),
            Map.entry("preresnet152", new Published(60_185_128, 60_328_872, 11.514e9)),
            Map.entry("preresnet200", new Published(64_666_152, 64_834_472, 15.007e9)),
            Map.entry("wrn-16-4", new Published(2_748_890, 2_752_506, 392.6e6)),
            Map.entry("wrn-16-8", new Published(10_961_370, 10_968_570, 1.548e9)),
            Map.entry("wrn-16-10", new Published(17_116_634, 17_125_626, 2.412e9)),
            Map.entry("wrn-22-8", new Published(17_158_106, 17_168_890, 2.454e9)),
            Map.entry("wrn-28-10", new Published(36_479_194, 36_497_146, 5.243e9)),
            Map.entry("wrn-40-2", new Published(2_243_546, 2_248_954, 327.6e6)),
            Map.entry("wrn-40-4", new Published(8_949_210, 8_959_994, 1.299e9)),
            Map.entry("wrn-40-8", new Published(35_748_314, 35_769_850, 5.172e9)),
            Map.entry("wrn-40-10", new Published(55_841_754, 55_868_666, 8.074e9)),
            Map.entry("resnet20-constant-scaling-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("resnet20-exclusive-gating-cifar", new Published(283_626, 285_002, 42.65e6)),
            Map.entry("resnet20-shortcut-gating-cifar", new Published(283_626, 285_002, 42.65e6)),
            Map.entry("resnet20-conv-shortcut-cifar", new Published(283_962, 286_010, 42.65e6)),
            Map.entry("resnet20-dropout-shortcut-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("resnet20-bn-after-add-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("resnet20-relu-before-add-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("resnet20-relu-only-cifar", new Published(269_722, 271_098, 40.55e6)),
            Map.entry("resnet110-constant-scaling-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("resnet110-exclusive-gating-cifar", new Published(1_824_186, 1_832_282, 266.8e6)),
            Map.entry("resnet110-shortcut-gating-cifar", new Published(1_824_186, 1_832_282, 266.8e6)),
            Map.entry("resnet110-conv-shortcut-cifar", new Published(1_826_202, 1_838_330, 266.8e6)),
            Map.entry("resnet110-dropout-shortcut-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("resnet110-bn-after-add-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("resnet110-relu-before-add-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("resnet110-relu-only-cifar", new Published(1_727_962, 1_736_058, 252.9e6)),
            Map.entry("se-resnet18", new Published(11_778_592, 11_788_192, 1.814e9)),
            Map.entry("se-resnet34", new Published(21_958_868, 21_975_892, 3.664e9)),
            Map.entry("se-resnet50", new Published(28_088_024, 28_141_144, 4.092e9)),
            Map.entry("se-resnet101", new Published(49_326_872, 49_432_216, 7.806e9)),
            Map.entry("se-resnet152", new Published(66_821_848, 66_973_272, 11.520e9)),
            Map.entry("se-resnext50-32x4d", new Published(27_559_896, 27_628_120, 4.233e9)),
            Map.entry("se-preresnet110-cifar", new Published(1_742_200, 1_750_296, 252.9e6)),
            Map.entry("se-preresnet164-cifar", new Published(1_905_362, 1_929_586, 244.7e6)),
            Map.entry("se-wrn-16-8", new Published(11_049_290, 11_056_490, 1.548e9)),
            Map.entry("se-resnet20-cifar", new Published(274_847, 276_415, 40.8e6)),
            Map.entry("se-resnet56-cifar", new Published(862_889, 867_145, 125.7e6)),
            Map.entry("se-resnet110-cifar", new Published(1_744_952, 1_753_240, 253.1e6)),
            Map.entry("se-resnet164-cifar", new Published(1_906_258, 1_931_378, 247.8e6)),
            Map.entry("cbam-resnet18", new Published(11_779_392, 11_789_008, 1.815e9)),
            Map.entry("cbam-resnet34", new Published(21_960_468, 21_977_524, 3.665e9)),
            Map.entry("cbam-resnet50", new Published(28_089_624, 28_142_776, 4.096e9)),
            Map.entry("cbam-resnet101", new Published(49_330_172, 49_435_582, 7.813e9)),
            Map.entry("densenet121", new Published(7_978_856, 8_062_504, 2.834e9)),
            Map.entry("densenet169", new Published(14_149_480, 14_307_880, 3.360e9)),
            Map.entry("densenet201", new Published(20_013_928, 20_242_984, 4.291e9)),
            Map.entry("densenet161", new Published(28_681_000, 28_900_936, 7.728e9)),
            Map.entry("densenet-40-12", new Published(1_019_722, 1_037_818, 264.8e6)),
            Map.entry("densenet-100-12", new Published(6_979_642, 7_096_858, 1.770e9)),
            Map.entry("densenet-100-24", new Published(27_249_082, 27_480_346, 6.889e9)),
            Map.entry("densenet-bc-40-12", new Published(176_122, 181_210, 72.4e6)),
            Map.entry("densenet-bc-100-12", new Published(769_162, 793_150, 287.9e6)),
            Map.entry("densenet-bc-250-24", new Published(15_324_406, 15_582_382, 5.419e9)),
            Map.entry("densenet-bc-190-40", new Published(25_624_430, 25_881_390, 9.302e9)),
            Map.entry("resnet50c", new Published(25_576_264, 25_629_512, 4.329e9)),
            Map.entry("resnet101c", new Published(44_568_392, 44_673_864, 8.041e9)),
            Map.entry("resnet152c", new Published(60_212_040, 60_363_592, 11.753e9)),
            Map.entry("resnet18d", new Published(11_708_744, 11_718_472, 2.054e9)),
            Map.entry("resnet34d", new Published(21_816_904, 21_834_056, 3.903e9)),
            Map.entry("resnet50d", new Published(25_576_264, 25_629_512, 4.329e9)),
            Map.entry("resnet101d", new Published(44_568_392, 44_673_864, 8.041e9)),
            Map.entry("resnet152d", new Published(60_212_040, 60_363_592, 11.753e9)),
            Map.entry("resnet18-cifar-stem", new Published(11_173_962, 11_183_562, 0.555e9)),
            Map.entry("resnet34-cifar-stem", new Published(21_282_122, 21_299_146, 1.159e9)),
            Map.entry("resnet50-cifar-stem", new Published(23_520_842, 23_573_962, 1.298e9)),
            Map.entry("resnext29-32x4d", new Published(4_775_754, 4_800_970, 0.774e9)),
            Map.entry("resnext29-8x64d", new Published(34_426_698, 34_484_170, 5.387e9)),
            Map.entry("resnext29-16x64d", new Published(68_155_210, 68_255_690, 10.689e9)),
            Map.entry("highway-19-cifar", new Published(2_256_838, 2_256_838, 330.8e6)),
            Map.entry("highway-32-cifar", new Published(1_242_310, 1_242_310, 233.2e6)),
            Map.entry("highway-10-mnist", new Published(151_690, 151_690, 31.65e6)),
            Map.entry("highway-mlp-10", new Published(85_660, 85_660, 84_700)),
            Map.entry("highway-mlp-20", new Published(136_660, 136_660, 134_700)),
            Map.entry("highway-mlp-50", new Published(289_660, 289_660, 284_700)),
            Map.entry("highway-mlp-100", new Published(544_660, 544_660, 534_700)),
            Map.entry("vgg11", new Published(132_863_336, 132_863_336, 7.609e9)),
            Map.entry("vgg13", new Published(133_047_848, 133_047_848, 11.308e9)),
            Map.entry("vgg16", new Published(138_357_544, 138_357_544, 15.470e9)),
            Map.entry("vgg19", new Published(143_667_240, 143_667_240, 19.632e9)),
            Map.entry("vgg11-bn", new Published(132_868_840, 132_874_344, 7.609e9)),
            Map.entry("vgg13-bn", new Published(133_053_736, 133_059_624, 11.308e9)),
            Map.entry("vgg16-bn", new Published(138_365_992, 138_374_440, 15.470e9)),
            Map.entry("vgg19-bn", new Published(143_678_248, 143_689_256, 19.632e9)),
            Map.entry("vgg16-bn-cifar", new Published(14_728_266, 14_736_714, 0.313e9)),
            Map.entry("vgg19-bn-cifar", new Published(20_040_522, 20_051_530, 0.398e9)),
            Map.entry("alexnet", new Published(61_100_840, 61_100_840, 0.714e9)),
            Map.entry("googlenet", new Published(6_624_904, 6_639_464, 1.498e9)),
            Map.entry("fcn-resnet50", new Published(32_957_013, 33_011_157, 142.7e9)),
            Map.entry("fcn-resnet101", new Published(51_949_141, 52_055_509, 222.7e9)),
            Map.entry("deeplabv3-resnet50", new Published(39_638_869, 39_695_573, 168.7e9)),
            Map.entry("deeplabv3-resnet101", new Published(58_630_997, 58_739_925, 248.7e9)),
            Map.entry("msrn-x2", new Published(5_930_307, 5_930_307, 13.67e9)),
            Map.entry("msrn-x3", new Published(6_114_947, 6_114_947, 14.11e9)),
            Map.entry("msrn-x4", new Published(6_078_019, 6_078_019, 15.07e9)),
            Map.entry("msrn-x8", new Published(6_225_731, 6_225_731, 20.70e9)),
            Map.entry("msrn-y-x2", new Published(5_891_073, 5_891_073, 13.57e9)),
            Map.entry("msrn-y-x3", new Published(6_075_713, 6_075_713, 14.00e9)),
            Map.entry("msrn-y-x4", new Published(6_334_209, 6_334_209, 14.60e9)),
            Map.entry("msrn-y-x8", new Published(8_106_753, 8_106_753, 18.74e9)),
            Map.entry("spec-resnet-stft", new Published(175_810, 176_258, 4.055e9)),
            Map.entry("spec-resnet-mfcc", new Published(312_482, 313_122, 0.8481e9)),
            Map.entry("spec-resnet-cqcc", new Published(175_810, 176_258, 2.494e9)));

    static List<Architecture> rows() {
        return Zoo.list();
    }

    /** Rows that find classes, of images or of places. */
    static Stream<Architecture> classifiers() {
        return Zoo.list().stream().filter(row -> !(row.network().output() instanceof Output.Values));
    }

    /** Rows whose parameters are few enough to allocate in every build. */
    static Stream<Architecture> smallRows() {
        return classifiers().filter(row -> row.network().parameters() < 500_000);
    }

    @Test
    void everyRowIsPublished() {
        assertThat(Zoo.list()).extracting(Architecture::name).containsExactlyInAnyOrderElementsOf(PUBLISHED.keySet());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void countsAsPublished(Architecture row) {
        Network network = row.network();
        Published published = PUBLISHED.get(row.name());

        assertThat(network.parameters()).isEqualTo(published.parameters());
        assertThat(network.parameters() + network.statistics()).isEqualTo(published.dl4j());
        assertThat((double) network.macs()).isCloseTo(published.macs(), ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet20-cifar, 272474",
        "resnet32-cifar, 466906",
        "resnet44-cifar, 661338",
        "resnet56-cifar, 855770",
        "resnet110-cifar, 1730714",
        "resnet1202-cifar, 19424026"
    })
    void countsOptionBAsPublished(String name, long parameters) {
        Architecture row = Zoo.find(name);

        assertThat(row.with(Map.of("shortcut", "b")).network().parameters()).isEqualTo(parameters);
    }

    /** Option C adds a square projection with BN to the five blocks of resnet18 that keep their shape. */
    @Test
    void countsOptionC() {
        Architecture row = Zoo.find("resnet18");
        long added = 2 * (64 * 64 + 128) + (128 * 128 + 256) + (256 * 256 + 512) + (512 * 512 + 1024);

        assertThat(row.with(Map.of("shortcut", "c")).network().parameters()).isEqualTo(11_689_512 + added);
    }

    @Test
    void strideOnTheFirstConvolutionCostsLess() {
        Architecture row = Zoo.find("resnet50");
        Network v1 = row.with(Map.of("stride-on", "first-1x1")).network();

        assertThat((double) v1.macs()).isCloseTo(3.858e9, ROUNDING);
        assertThat(v1.parameters()).isEqualTo(25_557_032);
    }

    /** The graph that the published file describes, with torchvision's names. */
    @Test
    void resnet8IsMlperfTinys() {
        assertThat(Zoo.find("resnet8-mlperf").network().nodes())
                .filteredOn(node -> !(node.op() instanceof Op.BatchNorm || node.op() instanceof Op.Relu))
                .extracting(node -> node.name() + " " + node.inputs() + " " + node.op())
                .containsExactly(
                        "conv1 [input] " + new Op.Convolution(16, Window.square(3, 1, 1), 1, true),
                        "layer1.0.conv1 [relu1] " + new Op.Convolution(16, Window.square(3, 1, 1), 1, true),
                        "layer1.0.conv2 [layer1.0.relu1] " + new Op.Convolution(16, Window.square(3, 1, 1), 1, true),
                        "layer1.0.add [layer1.0.bn2, relu1] " + new Op.Add(),
                        "layer2.0.conv1.pad [layer1.0.relu] " + new Op.ZeroPad(0, 1, 0, 1),
                        "layer2.0.conv1 [layer2.0.conv1.pad] "
                                + new Op.Convolution(32, Window.square(3, 2, 0), 1, true),
                        "layer2.0.conv2 [layer2.0.relu1] " + new Op.Convolution(32, Window.square(3, 1, 1), 1, true),
                        "layer2.0.downsample.0 [layer1.0.relu] "
                                + new Op.Convolution(32, Window.square(1, 2, 0), 1, true),
                        "layer2.0.add [layer2.0.bn2, layer2.0.downsample.0] " + new Op.Add(),
                        "layer3.0.conv1.pad [layer2.0.relu] " + new Op.ZeroPad(0, 1, 0, 1),
                        "layer3.0.conv1 [layer3.0.conv1.pad] "
                                + new Op.Convolution(64, Window.square(3, 2, 0), 1, true),
                        "layer3.0.conv2 [layer3.0.relu1] " + new Op.Convolution(64, Window.square(3, 1, 1), 1, true),
                        "layer3.0.downsample.0 [layer2.0.relu] "
                                + new Op.Convolution(64, Window.square(1, 2, 0), 1, true),
                        "layer3.0.add [layer3.0.bn2, layer3.0.downsample.0] " + new Op.Add(),
                        "avgpool [layer3.0.relu] " + new Op.GlobalAvgPool(),
                        "fc [avgpool] " + new Op.Dense(10));
    }

    /**
     * Rows that halve with padded windows: transitions of DenseNets and the poolings of plain classics round down, a highway
     * network begins without padding, fully connected ones have no maps, and Spec-ResNets make thirds.
     */
    static Stream<Architecture> paddedRows() {
        return classifiers()
                .filter(row -> !row.name().matches("highway-(10-mnist|mlp-\\d+)|spec-resnet-.*"))
                .filter(row -> !perPixel(row))
                .filter(row -> row.network().nodes().stream()
                        .noneMatch(node -> node.op() instanceof Op.AvgPool
                                || node.op() instanceof Op.MaxPool pool
                                        && pool.window().rows().padding() == 0
                                        && !row.name().startsWith("highway")));
    }

    @ParameterizedTest
    @MethodSource("paddedRows")
    void halvesTheMapAtEveryStrideRoundingUp(Architecture row) {
        int total = row.input().height() / lastMap(row.network()).height();
        assertThat(Integer.bitCount(total)).as("total stride %s", total).isEqualTo(1);
        List<Shape> inputs = List.of(row.input(), new Shape(row.input().channels(), 4 * total + 1, 3 * total - 1));
        for (Shape input : inputs) {
            Network network = row.network(input, row.classes());
            Shape last = lastMap(network);

            assertThat(last.height()).isEqualTo((input.height() + total - 1) / total);
            assertThat(last.width()).isEqualTo((input.width() + total - 1) / total);
            assertThat(network.lastOf(Network.HEAD).out()).isEqualTo(new Shape(row.classes(), 1, 1));
        }
    }

    /** Whether it has logits at every pixel. */
    private static boolean perPixel(Architecture row) {
        return row.network().out().height() > 1;
    }

    /** What leaves the last stage before the head. */
    private static Shape lastMap(Network network) {
        List<String> stages = List.copyOf(network.stages());
        return network.lastOf(stages.get(stages.size() - 2)).out();
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void takesOtherChannelsAndClasses(Architecture row) {
        Network published = row.network();
        Network other =
                row.network(new Shape(1, row.input().height(), row.input().width()), 7);
        Node head = published.heads().get(0);
        long features =
                head.op() instanceof Op.Dense ? head.in().elements() : head.in().channels();
        long weightsOfAChannel =
                published.slots().get(0).elements() / row.input().channels();
        long fewer = (row.input().channels() - 1) * weightsOfAChannel + (published.classes() - 7) * (features + 1);

        assertThat(other.classes()).isEqualTo(7);
        assertThat(other.input().channels()).isEqualTo(1);
        assertThat(other.out().channels()).isEqualTo(7);
        assertThat(other.parameters()).isEqualTo(published.parameters() - fewer);
        assertThat(other.statistics()).isEqualTo(published.statistics());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void namesAreUniqueWithoutUnderscoresAndInTopologicalOrder(Architecture row) {
        Set<String> seen = new HashSet<>(Set.of(Network.INPUT));
        for (Node node : row.network().nodes()) {
            assertThat(seen).containsAll(node.inputs());
            assertThat(node.name()).isNotEqualTo(NetworkGraph.SOFTMAX).doesNotContain("_");
            assertThat(seen.add(node.name())).as(node.name()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "conv1",
                "bn1",
                "layer1.0.conv1",
                "layer1.0.bn2",
                "layer4.1.conv2",
                "layer2.0.downsample.0",
                "layer2.0.downsample.1",
                "fc"
            })
    void namesAreTorchvisions(String name) {
        assertThat(Zoo.find("resnet18").network().nodes())
                .extracting(Node::name)
                .contains(name);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void dl4jFindsTheSameShapes(Architecture row) {
        Network network = row.network();
        Shape input = network.input();
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(network, Options.seeded(1));

        Map<String, InputType> types = configuration.getLayerActivationTypes(
                InputType.convolutional(input.height(), input.width(), input.channels()));

        assertThat(network.nodes()).allSatisfy(node -> {
            InputType type = types.get(node.name());
            if (type instanceof InputType.InputTypeConvolutional map) {
                assertThat(new Shape((int) map.getChannels(), (int) map.getHeight(), (int) map.getWidth()))
                        .as(node.name())
                        .isEqualTo(node.out());
            } else {
                assertThat(type.arrayElementsPerExample())
                        .as(node.name())
                        .isEqualTo(node.out().elements());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("rows")
    void configurationSurvivesJson(Architecture row) {
        ComputationGraphConfiguration configuration = NetworkGraph.configuration(row.network(), Options.seeded(1));

        String json = configuration.toJson();

        ComputationGraphConfiguration again = ComputationGraphConfiguration.fromJson(json);
        assertThat(again.equals(configuration)).isTrue(); // a failed isEqualTo would print megabytes
        assertThat(again.toJson().equals(json)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("smallRows")
    void graphFromJsonComputesTheSame(Architecture row) {
        Network network = row.network(new Shape(3, 16, 12), row.classes());
        ComputationGraph graph = NetworkGraph.create(network, Options.seeded(7));
        assertThat(graph.numParams()).isEqualTo(network.parameters() + network.statistics());
        Nd4j.getRandom().setSeed(11);
        graph.paramTable().forEach((name, values) -> {
            if (name.endsWith("_var")) {
                values.assign(Nd4j.rand(DataType.FLOAT, values.shape()).addi(0.5));
            }
        });

        ComputationGraph again = new ComputationGraph(
                ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()));
        again.init(graph.params().dup(), false);

        INDArray images = Nd4j.randn(DataType.FLOAT, 2, 3, 16, 12);
        INDArray output = graph.outputSingle(images);
        assertThat(output.shape()).containsExactly(2, row.classes());
        assertThat(output.sum(1).toDoubleVector()).containsExactly(new double[] {1, 1}, within(1e-5));
        assertThat(again.outputSingle(images).toFloatMatrix()).isDeepEqualTo(output.toFloatMatrix());
    }

    @Test
    void smallRowsAreNotEmpty() {
        assertThat(smallRows()).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void listsByPattern() {
        assertThat(Zoo.list("resnet*"))
                .extracting(Architecture::name)
                .startsWith("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnet50-keras")
                .allMatch(name -> name.startsWith("resnet"));
        assertThat(Zoo.list("resnext101-*"))
                .extracting(Architecture::name)
                .containsExactly("resnext101-32x8d", "resnext101-64x4d");
        assertThat(Zoo.list("plain??")).extracting(Architecture::name).containsExactly("plain18", "plain34");
        assertThat(Zoo.list("resnet18")).containsExactly(Zoo.find("resnet18"));
        assertThat(Zoo.list("resnet.*")).isEmpty();
        assertThat(Zoo.list("*")).isEqualTo(Zoo.list());
    }

    @Test
    void findsEveryRowByItsName() {
        Map<String, Architecture> byName =
                Zoo.list().stream().collect(Collectors.toMap(Architecture::name, Function.identity()));

        assertThat(byName).allSatisfy((name, row) -> assertThat(Zoo.find(name)).isSameAs(row));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet5O", "ResNet50", "", " resnet50"})
    void unknownModelIsQuotedInTheMessage(String name) {
        assertThatExceptionOfType(UnknownModelException.class)
                .isThrownBy(() -> Zoo.find(name))
                .withMessageStartingWith("unknown model \"" + name + "\"")
                .withMessageContaining("resnet4j list");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0, -1})
    void rejectsFewerThanTwoClasses(int classes) {
        Architecture row = Zoo.find("resnet18");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.network(row.input(), classes))
                .withMessage("a classifier needs at least 2 classes, got " + classes);
    }
}
