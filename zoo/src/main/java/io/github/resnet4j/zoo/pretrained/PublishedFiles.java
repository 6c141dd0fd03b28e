package io.github.resnet4j.zoo.pretrained;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table: one row per file, one function per kind of recipe. Where the columns come from:
 *
 * <ul>
 *   <li>torchvision: the weights' own description, {@code torchvision.models.ResNet50_Weights} and so on. Without {@code
 *       VGG16_Weights.IMAGENET1K_FEATURES}, whose classifier is NaN throughout. GoogLeNet's come with {@code
 *       transform_input}, which makes of the usual normalisation one by a mean and deviation of 0.5.
 *   <li>timm: addresses, sizes and crops from {@code timm/models/resnet.py} (the test size and test crop where it has
 *       them), accuracies with those from {@code results/results-imagenet.csv}, bytes from {@code docs/models}. Weights
 *       that timm trained are under Apache-2.0, according to its model cards' metadata.
 *   <li>Keras: hashes, addresses and preprocessing from {@code keras/applications}, accuracies from the README of {@code
 *       keras-applications}, which is under the MIT licence, as are the networks of He et al. that the weights come from.
 *   <li>CIFAR: README and names of akamaster's files.
 *   <li>{@code r4j_cifar10jpeg}: ours, measured here on CIFAR-10's test images after JPEG compression.
 *   <li>pytorchcv: addresses, SHA-1 and errors from its {@code model_store.py}, input from its CIFAR evaluation.
 *   <li>Hashes of more than the 8 digits in a file's name: as others measured and published them; {@code resnet20},
 *       {@code resnet56} and MLPerf's were measured here.
 * </ul>
 *
 * What could not be looked up is left out.
 */
final class PublishedFiles {
    private static final String TORCHVISION = "https://download.pytorch.org/models/";
    private static final String TIMM = "https://github.com/huggingface/pytorch-image-models/releases/download/";
    private static final String GLUON =
            "https://github.com/rwightman/pytorch-pretrained-gluonresnet/releases/download/v0.1/";
    private static final String FACEBOOK = "https://dl.fbaipublicfiles.com/semiweaksupervision/model_files/";
    private static final String AKAMASTER =
            "https://raw.githubusercontent.com/akamaster/pytorch_resnet_cifar10/d5489e8995e81e91ce6b1d69dcc98ad579b0b153/"
                    + "pretrained_models/";

    private static final String MLCOMMONS =
            "https://raw.githubusercontent.com/mlcommons/tiny/1afd2c9820f795965a6134facd0b4dfae41ef23f/"
                    + "benchmark/training/image_classification/trained_models/";
    private static final String PYTORCHCV = "https://github.com/osmr/imgclsmob/releases/download/";
    private static final String KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/";

    private static final String WIDE_RECIPE = "pull/912#issue-445437439";
    /** The authors' own weights, taken over from Lua. */
    private static final String DENSE_PORT = "pull/116";

    private static final String CLASSIC_RECIPE = "tree/main/references/classification#alexnet-and-vgg";
    private static final String NEXT_RECIPE = "tree/main/references/classification#resnext";

    private static final String CC_BY_NC = "CC-BY-NC-4.0";

    private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> STD = List.of(0.229, 0.224, 0.225);
    /** Makes [-1, 1] of [0, 1]. */
    private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

    /** Undoes the scaling of pixels to [0, 1]. */
    private static final List<Double> UNSCALED = List.of(1 / 255.0, 1 / 255.0, 1 / 255.0);

    private static final Pattern HASH_IN_NAME = Pattern.compile("-([0-9a-f]{8})\\.(?:pth|th)$");

    private PublishedFiles() {}

    /** All rows, architecture by architecture, its default first. */
    static List<PretrainedWeights> table() {
        List<PretrainedWeights> rows = new ArrayList<>();
        rows.addAll(resnet18());
        rows.addAll(resnet34());
        rows.addAll(resnet50());
        rows.addAll(resnet101());
        rows.addAll(resnet152());
        rows.addAll(wide());
        rows.addAll(resnext50());
        rows.addAll(resnext101());
        rows.addAll(seResNet());
        rows.addAll(deepStem());
        rows.addAll(denseNet());
        rows.addAll(classics());
        rows.addAll(keras());
        rows.addAll(cifar());
        rows.add(mlperfTiny());
        rows.addAll(pytorchcv());
        rows.addAll(pytorchcvWithAttention());
        return rows;
    }

    private static List<PretrainedWeights> resnet18() {
        return List.of(
                torchvision1("resnet18-f37072fd.pth", 69.758, 89.078)
                        .size(46_830_571)
                        .sha256("f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec"),
                strikesBack("resnet18", "a1", "resnet18_a1_0-d63eafa0.pth", 73.158, 91.026)
                        .sha256("d63eafa07a6e32a39d328e364f8c9f89d671444ecc7f02aa0f7eb8882af3dd29"),
                strikesBack("resnet18", "a2", "resnet18_a2_0-b61bd467.pth", 72.372, 90.596)
                        .sha256("b61bd467647a03d3f7db590a1158552d2e66bf5ba62c2158ca9594c03de49923"),
                strikesBackA3("resnet18", "resnet18_a3_0-40c531c8.pth", 68.254, 88.176)
                        .sha256("40c531c8324d963735b0c7ab9a9b2d7715c573a04d0b95776d29cc816a2ef93e"),
                semiSupervised("resnet18", "semi_supervised_resnet18-d92f0530.pth", 72.594, 91.418)
                        .size(46_811_375),
                semiWeaklySupervised("resnet18", "semi_weakly_supervised_resnet18-118f1556.pth", 73.282, 91.732)
                        .size(46_811_375),
                gluon("resnet18", "gluon_resnet18_v1b-0757602b.pth", 70.838, 89.754)
                        .size(46_816_736));
    }

    private static List<PretrainedWeights> resnet34() {
        return List.of(
                torchvision1("resnet34-b627a593.pth", 73.314, 91.420)
                        .size(87_319_819)
                        .sha256("b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f"),
                strikesBack("resnet34", "a1", "resnet34_a1_0-46f8f793.pth", 77.918, 93.766)
                        .sha256("46f8f7930534e471b9a139b278896db5d11d17b8ea3fcc90ad43deed9e5e27d7"),
                strikesBack("resnet34", "a2", "resnet34_a2_0-82d47d71.pth", 77.158, 93.274)
                        .sha256("82d47d71dafac5343b070e5883c41321b45e4759bfe6aa25d375300c38b386a0"),
                strikesBackA3("resnet34", "resnet34_a3_0-a20cabb6.pth", 72.970, 91.108)
                        .sha256("a20cabb63e1baf7963ede853c5a38046aede79a7e675d3576714b59cb4ab7519"),
                timm("resnet34", "bt", "resnet34-43635321.pth", 76.480, 93.354)
                        .size(87_290_831)
                        .sha256("436353219a11d07c7c74cf1a686ed3b02f6c954d4c7863e2046822e047c6f246"),
                gluon("resnet34", "gluon_resnet34_v1b-c6d82d59.pth", 74.578, 91.984)
                        .size(87_295_112));
    }

    private static List<PretrainedWeights> resnet50() {
        return List.of(
                torchvision1("resnet50-0676ba61.pth", 76.130, 92.862)
                        .size(102_530_333)
                        .sha256("0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a"),
                torchvision2("resnet50-11ad3fa6.pth", 80.858, 95.434, "#issuecomment-1013906621")
                        .size(102_540_417)
                        .sha256("11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca"),
                strikesBack("resnet50", "a1", "resnet50_a1_0-14fe96d1.pth", 81.214, 95.102)
                        .sha256("14fe96d1f9fb311a60490082d2077e6e60427dcfe21839ddf934cce948f72b0f"),
                strikesBack(
                        "resnet50", "a1h", "resnet50_a1h2_176-001a1197.pth", crop(224, 224, "bicubic"), 80.676, 95.306),
                strikesBack("resnet50", "a2", "resnet50_a2_0-a2746f79.pth", 80.772, 94.988),
                strikesBackA3("resnet50", "resnet50_a3_0-59cae1ef.pth", 78.048, 93.780),
                strikesBack("resnet50", "b1k", "resnet50_b1k-532a802a.pth", 80.706, 95.432),
                strikesBack("resnet50", "b2k", "resnet50_b2k-1ba180c1.pth", 80.454, 95.318),
                strikesBack("resnet50", "c1", "resnet50_c1-5ba5e060.pth", 80.912, 95.552),
                strikesBack("resnet50", "c2", "resnet50_c2-d01e05b2.pth", 80.870, 95.534),
                strikesBack("resnet50", "d", "resnet50_d-f39db8af.pth", 80.972, 95.430),
                timm("resnet50", "ram", "resnet50_ram-a26f946b.pth", 79.976, 95.052)
                        .size(102_488_165),
                timm("resnet50", "am", "resnet50_am-6c502b37.pth", crop(256, 224, "bicubic"), 78.998, 94.396),
                timm("resnet50", "ra", "resnet50_ra-85ebb6e5.pth", 79.836, 94.966),
                timm("resnet50", "bt", "rw_resnet50-86acaeed.pth", 79.640, 94.892),
                semiSupervised("resnet50", "semi_supervised_resnet50-08389792.pth", 79.234, 94.826)
                        .size(102_480_594),
                semiWeaklySupervised("resnet50", "semi_weakly_supervised_resnet50-16a12f1b.pth", 81.182, 95.992)
                        .size(102_480_594),
                gluon("resnet50", "gluon_resnet50_v1b-0ebe02e2.pth", 77.580, 93.720)
                        .size(102_493_763));
    }

    private static List<PretrainedWeights> resnet101() {
        return List.of(
                torchvision1("resnet101-63fe2227.pth", 77.374, 93.546)
                        .sha256("63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a"),
                torchvision2("resnet101-cd907fc2.pth", 81.886, 95.780, "#new-recipe")
                        .sha256("cd907fc2a0de2292b2ba2b27d2216bc672d84632d1cf20058d01c0c03b5e020e"),
                strikesBack("resnet101", "a1h", "resnet101_a1h-36d3f2aa.pth", 82.778, 96.310),
                strikesBack("resnet101", "a1", "resnet101_a1_0-cdcb52a9.pth", 82.322, 95.632)
                        .sha256("cdcb52a9df09a641606696e5520e4fbbe8256ee4983d8b4dd1a1ef87a9b8846f"),
                strikesBack("resnet101", "a2", "resnet101_a2_0-6edb36c7.pth", 82.236, 95.730),
                strikesBackA3("resnet101", "resnet101_a3_0-1db14157.pth", 79.814, 94.606),
                gluon("resnet101", "gluon_resnet101_v1b-3b017079.pth", 79.310, 94.522)
                        .size(178_723_172));
    }

    private static List<PretrainedWeights> resnet152() {
        return List.of(
                torchvision1("resnet152-394f9c45.pth", 78.312, 94.046)
                        .sha256("394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58"),
                torchvision2("resnet152-f82ba261.pth", 82.284, 96.002, "#new-recipe"),
                strikesBack("resnet152", "a1h", "resnet152_a1h-dc400468.pth", 83.450, 96.538),
                strikesBack("resnet152", "a1", "resnet152_a1_0-2eee8a7a.pth", 82.732, 95.720),
                strikesBack("resnet152", "a2", "resnet152_a2_0-b4c6978f.pth", 82.608, 95.752),
                strikesBackA3("resnet152", "resnet152_a3_0-134d4688.pth", 80.546, 95.000),
                gluon("resnet152", "gluon_resnet152_v1b-c1edb0dd.pth", 79.694, 94.736)
                        .size(241_534_001));
    }

    private static List<PretrainedWeights> wide() {
        return List.of(
                torchvision1(WIDE_RECIPE, "wide_resnet50_2-95faca4d.pth", 78.468, 94.086),
                torchvision2("wide_resnet50_2-9ba9bcbe.pth", 81.602, 95.758, "#new-recipe-with-fixres"),
                timm("wide-resnet50-2", "racm", "wide_resnet50_racm-8234f177.pth", 82.280, 96.064),
                torchvision1(WIDE_RECIPE, "wide_resnet101_2-32ee1156.pth", 78.848, 94.284),
                torchvision2("wide_resnet101_2-d733dc28.pth", 82.510, 96.020, "#new-recipe"));
    }

    private static List<PretrainedWeights> resnext50() {
        return List.of(
                torchvision1(NEXT_RECIPE, "resnext50_32x4d-7cdf4587.pth", 77.618, 93.698),
                torchvision2("resnext50_32x4d-1a0047aa.pth", 81.198, 95.340, "#new-recipe"),
                strikesBack("resnext50-32x4d", "a1h", "resnext50_32x4d_a1h-0146ab0a.pth", 82.014, 95.934),
                strikesBack("resnext50-32x4d", "a1", "resnext50_32x4d_a1_0-b5a91a1d.pth", 81.466, 95.174),
                strikesBack("resnext50-32x4d", "a2", "resnext50_32x4d_a2_0-efc76add.pth", 81.304, 95.096),
                strikesBackA3("resnext50-32x4d", "resnext50_32x4d_a3_0-3e450271.pth", 79.268, 94.306),
                timm("resnext50-32x4d", "ra", "resnext50_32x4d_ra-d733960d.pth", 80.698, 95.390),
                semiSupervised("resnext50-32x4d", "semi_supervised_resnext50_32x4-ddb3e555.pth", 80.338, 95.398),
                semiWeaklySupervised(
                        "resnext50-32x4d", "semi_weakly_supervised_resnext50_32x4-72679e44.pth", 82.174, 96.222),
                gluon("resnext50-32x4d", "gluon_resnext50_32x4d-e6a097c1.pth", 79.360, 94.430));
    }

    private static List<PretrainedWeights> resnext101() {
        return List.of(
                torchvision1(NEXT_RECIPE, "resnext101_32x8d-8ba56ff5.pth", 79.312, 94.526),
                torchvision2("resnext101_32x8d-110c445d.pth", 82.834, 96.228, "#new-recipe-with-fixres"),
                weaklySupervised("resnext101-32x8d", "ig_resnext101_32x8-c38310e5.pth", 82.698, 96.632),
                semiSupervised("resnext101-32x8d", "semi_supervised_resnext101_32x8-2cfe2f8b.pth", 81.606, 96.040),
                semiWeaklySupervised(
                        "resnext101-32x8d", "semi_weakly_supervised_resnext101_32x8-b4712904.pth", 84.302, 97.176),
                torchvision(
                        "resnext101_64x4d-173b62eb.pth", "tv_in1k", "IMAGENET1K_V1", 232, 83.246, 96.454, "pull/5935"),
                timm(
                        "resnext101-64x4d",
                        "c1",
                        TIMM + "v0.1-tpu-weights/resnext101_64x4d_c-0d0e0cc0.pth",
                        "timm, recipe c1 (arXiv:2110.00476)",
                        crop(288, 288, "bicubic"),
                        83.156,
                        96.374),
                gluon("resnext101-64x4d", "gluon_resnext101_64x4d-f9a8e184.pth", 80.600, 94.992));
    }

    private static List<PretrainedWeights> seResNet() {
        return List.of(
                timm("se-resnet50", "ra2", "seresnet50_ra_224-8efdb4bb.pth", 81.284, 95.652),
                strikesBack("se-resnet50", "a1", "seresnet50_a1_0-ffa00869.pth", 81.102, 95.120),
                strikesBack("se-resnet50", "a2", "seresnet50_a2_0-850de0d9.pth", 81.106, 95.222),
                strikesBackA3("se-resnet50", "seresnet50_a3_0-317ecd56.pth", 77.028, 93.074),
                timm("se-resnext50-32x4d", "racm", "seresnext50_32x4d_racm-a304a460.pth", 82.196, 96.148),
                gluon("se-resnext50-32x4d", "gluon_seresnext50_32x4d-90cf2d6e.pth", 79.910, 94.824));
    }

    private static List<PretrainedWeights> deepStem() {
        Preprocessing large = crop(320, 320, "bicubic");
        return List.of(
                gluon("resnet50c", "gluon_resnet50_v1c-48092f55.pth", 78.012, 93.988),
                gluon("resnet101c", "gluon_resnet101_v1c-1f26822a.pth", 79.542, 94.586),
                gluon("resnet152c", "gluon_resnet152_v1c-a3bb0b98.pth", 79.910, 94.844),
                timm("resnet18d", "ra2", "resnet18d_ra2-48a79e06.pth", 73.794, 91.838),
                timm("resnet34d", "ra2", "resnet34d_ra2-f8dcfcaf.pth", 78.436, 94.344),
                timm("resnet50d", "ra2", "resnet50d_ra2-464e36ba.pth", 81.356, 95.738),
                strikesBack("resnet50d", "a1", "resnet50d_a1_0-e20cff14.pth", 81.450, 95.218),
                strikesBack("resnet50d", "a2", "resnet50d_a2_0-a3adc64d.pth", 81.164, 95.084),
                gluon("resnet50d", "gluon_resnet50_v1d-818a1b1b.pth", 79.078, 94.468)
                        .size(102_573_346),
                timm("resnet101d", "ra2", "resnet101d_ra2-2803ffab.pth", large, 83.016, 96.452),
                gluon("resnet101d", "gluon_resnet101_v1d-0f9c8644.pth", 80.426, 95.024),
                timm("resnet152d", "ra2", "resnet152d_ra2-5cac0439.pth", large, 83.684, 96.740),
                gluon("resnet152d", "gluon_resnet152_v1d-bd354e12.pth", 80.476, 95.202));
    }

    private static List<PretrainedWeights> denseNet() {
        return List.of(
                torchvision1(DENSE_PORT, "densenet121-a639ec97.pth", 74.434, 91.972),
                timm("densenet121", "ra", "densenet121_ra-50efcf5c.pth", 76.500, 93.368),
                torchvision1(DENSE_PORT, "densenet169-b2777c0a.pth", 75.600, 92.806),
                torchvision1(DENSE_PORT, "densenet201-c1103571.pth", 76.896, 93.370),
                torchvision1(DENSE_PORT, "densenet161-8d451a50.pth", 77.138, 93.560));
    }

    private static List<PretrainedWeights> classics() {
        return List.of(
                torchvision1(CLASSIC_RECIPE, "vgg11-8a719046.pth", 69.020, 88.628),
                torchvision1(CLASSIC_RECIPE, "vgg13-19584684.pth", 69.928, 89.246),
                torchvision1(CLASSIC_RECIPE, "vgg16-397923af.pth", 71.592, 90.382),
                torchvision1(CLASSIC_RECIPE, "vgg19-dcbb9e9d.pth", 72.376, 90.876),
                torchvision1(CLASSIC_RECIPE, "vgg11_bn-6002323d.pth", 70.370, 89.810),
                torchvision1(CLASSIC_RECIPE, "vgg13_bn-abd245e5.pth", 71.586, 90.374),
                torchvision1(CLASSIC_RECIPE, "vgg16_bn-6c64b313.pth", 73.360, 91.516),
                torchvision1(CLASSIC_RECIPE, "vgg19_bn-c79401a0.pth", 74.218, 91.842),
                torchvision1(CLASSIC_RECIPE, "alexnet-owt-7be5be79.pth", 56.522, 79.066),
                googLeNet());
    }

    private static PretrainedWeights googLeNet() {
        return imageNet(
                "googlenet",
                "tv_in1k",
                TORCHVISION + "googlenet-1378be20.pth",
                "BSD-3-Clause",
                new Preprocessing(OptionalInt.of(256), OptionalInt.of(224), "bilinear", HALF, HALF),
                69.778,
                89.530,
                "torchvision, IMAGENET1K_V1",
                "https://github.com/pytorch/vision/tree/main/references/classification#googlenet");
    }

    private static List<PretrainedWeights> keras() {
        return List.of(
                keras("resnet50", "2cb95161c43110f7111970584f804107", 74.928, 92.060)
                        .size(102_967_424),
                keras("resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", 76.420, 92.786)
                        .size(179_648_224),
                keras("resnet152", "100835be76be38e30d865e96f2aaae62", 76.604, 93.118));
    }

    private static List<PretrainedWeights> cifar() {
        return List.of(
                akamaster(20, "resnet20-12fca82f.th", 91.73)
                        .size(1_099_231)
                        .sha256("12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8"),
                bundled(
                        20,
                        1_092_968,
                        "276252436a80409d2a91b7265e71dd1f3e17b999f140a2185547bb4ffb8188eb",
                        87.14,
                        99.50),
                akamaster(32, "resnet32-d509ac18.th", 92.63)
                        .sha256("d509ac1820d7f25398913559d7e81a13229b1e7adc5648e3bfa5e22dc137f850"),
                akamaster(44, "resnet44-014dd654.th", 93.10)
                        .sha256("014dd6541728a1c700b1642ab640e211dc6eb8ed507d70697458dc8f8a0ae2e4"),
                akamaster(56, "resnet56-4bfd9763.th", 93.39)
                        .size(3_471_733)
                        .sha256("4bfd97631478d6b638d2764fd2baff3edb1d7d82252d54439343b6596b9b5367"),
                bundled(
                        56,
                        3_452_440,
                        "3e489a74e36c435a7ac11c0bbca7dbd067f038b51734a52697a45d88ec73a14b",
                        88.68,
                        99.68),
                akamaster(110, "resnet110-1d1ed7c2.th", 93.68)
                        .sha256("1d1ed7c27571399c1fef66969bc4df68d6a92c8e6c41170f444e120e5354e3bc"),
                akamaster(1202, "resnet1202-f3b1deed.th", 93.82)
                        .sha256("f3b1deed382cd4c986ff8aa090c805d99a646e99d1f9227d7178183648844f62"));
    }

    /** torchvision's first weights, of 90 epochs and a crop of 224 from 256. */
    private static PretrainedWeights torchvision1(String file, double top1, double top5) {
        return torchvision1("tree/main/references/classification#resnet", file, top1, top5);
    }

    private static PretrainedWeights torchvision1(String page, String file, double top1, double top5) {
        return torchvision(file, "tv_in1k", "IMAGENET1K_V1", 256, top1, top5, page);
    }

    /** torchvision's second weights, of 600 epochs with everything learned since, and a crop of 224 from 232. */
    private static PretrainedWeights torchvision2(String file, double top1, double top5, String comment) {
        return torchvision(file, "tv2_in1k", "IMAGENET1K_V2", 232, top1, top5, "issues/3995" + comment);
    }

    private static PretrainedWeights torchvision(
            String file, String tag, String name, int resize, double top1, double top5, String page) {
        return imageNet(
                file.substring(0, file.indexOf('-')).replace('_', '-'),
                tag,
                TORCHVISION + file,
                "BSD-3-Clause",
                crop(resize, 224, "bilinear"),
                top1,
                top5,
                "torchvision, " + name,
                "https://github.com/pytorch/vision/" + page);
    }

    /** Wightman et al. 2021: trained at 224, tested on the whole height of 288. */
    private static PretrainedWeights strikesBack(
            String architecture, String recipe, String file, double top1, double top5) {
        return strikesBack(architecture, recipe, file, crop(288, 288, "bicubic"), top1, top5);
    }

    /** Their short recipe: trained at 160, tested at 224, 95 % of the height. */
    private static PretrainedWeights strikesBackA3(String architecture, String file, double top1, double top5) {
        return strikesBack(architecture, "a3", file, crop(235, 224, "bicubic"), top1, top5);
    }

    private static PretrainedWeights strikesBack(
            String architecture, String recipe, String file, Preprocessing preprocessing, double top1, double top5) {
        return timm(
                architecture,
                recipe,
                TIMM + "v0.1-rsb-weights/" + file,
                "timm, recipe " + recipe + " (arXiv:2110.00476)",
                preprocessing,
                top1,
                top5);
    }

    /** Other weights that timm trained, at 224, and tested at 288, 95 % of the height. */
    private static PretrainedWeights timm(String architecture, String recipe, String file, double top1, double top5) {
        return timm(architecture, recipe, file, crop(303, 288, "bicubic"), top1, top5);
    }

    private static PretrainedWeights timm(
            String architecture, String recipe, String file, Preprocessing preprocessing, double top1, double top5) {
        return timm(
                architecture,
                recipe,
                TIMM + "v0.1-weights/" + file,
                "timm, recipe " + recipe,
                preprocessing,
                top1,
                top5);
    }

    private static PretrainedWeights timm(
            String architecture,
            String recipe,
            String url,
            String source,
            Preprocessing preprocessing,
            double top1,
            double top5) {
        String tag = recipe + "_in1k";
        return imageNet(
                architecture,
                tag,
                url,
                "Apache-2.0",
                preprocessing,
                top1,
                top5,
                source,
                "https://huggingface.co/timm/"
                        + architecture.replace("se-", "se").replace('-', '_') + "." + tag);
    }

    /** GluonCV's "v1b", "v1c" and "v1d", ported by timm. Neither names a licence for the ported files. */
    private static PretrainedWeights gluon(String architecture, String file, double top1, double top5) {
        return imageNet(
                architecture,
                "gluon_in1k",
                GLUON + file,
                PretrainedWeights.UNKNOWN_LICENCE,
                crop(256, 224, "bicubic"),
                top1,
                top5,
                "GluonCV, ported by timm",
                "https://cv.gluon.ai/model_zoo/classification.html");
    }

    /** Yalniz et al. 2019: taught by a larger network on YFCC-100M, then trained on ImageNet. */
    private static PretrainedWeights semiSupervised(String architecture, String file, double top1, double top5) {
        return facebook(architecture, "fb_ssl_yfcc100m_ft_in1k", file, "semi-supervised", top1, top5);
    }

    /** The same on a billion images with hashtags. */
    private static PretrainedWeights semiWeaklySupervised(String architecture, String file, double top1, double top5) {
        return facebook(architecture, "fb_swsl_ig1b_ft_in1k", file, "semi-weakly supervised", top1, top5);
    }

    /** Mahajan et al. 2018: trained on a billion images with hashtags, then on ImageNet. */
    private static PretrainedWeights weaklySupervised(String architecture, String file, double top1, double top5) {
        return imageNet(
                architecture,
                "fb_wsl_ig1b_ft_in1k",
                TORCHVISION + file,
                CC_BY_NC,
                crop(256, 224, "bilinear"),
                top1,
                top5,
                "Facebook, weakly supervised (arXiv:1805.00932)",
                "https://github.com/facebookresearch/WSL-Images");
    }

    private static PretrainedWeights facebook(
            String architecture, String tag, String file, String kind, double top1, double top5) {
        return imageNet(
                architecture,
                tag,
                FACEBOOK + file,
                CC_BY_NC,
                crop(256, 224, "bilinear"),
                top1,
                top5,
                "Facebook, " + kind + " (arXiv:1905.00546)",
                "https://github.com/facebookresearch/semi-supervised-ImageNet1K-models");
    }

    /** Y. Idelbayev's networks of He et al. 2015, section 4.2. */
    private static PretrainedWeights akamaster(int depth, String file, double top1) {
        return new PretrainedWeights(
                "resnet" + depth + "-cifar",
                Map.of(),
                "akamaster",
                URI.create(AKAMASTER + file),
                OptionalLong.empty(),
                hashInName(file),
                "BSD-2-Clause",
                new Preprocessing(OptionalInt.empty(), OptionalInt.empty(), "bilinear", MEAN, STD),
                ChannelOrder.RGB,
                ClassNames.CIFAR10,
                Optional.of(new Accuracy(top1, OptionalDouble.empty())),
                "akamaster/pytorch_resnet_cifar10",
                URI.create("https://github.com/akamaster/pytorch_resnet_cifar10"));
    }

    /** Ours, which this build holds: {@code configs/bundled} trained them. Their input is that of the others. */
    private static PretrainedWeights bundled(int depth, long size, String sha256, double top1, double top5) {
        String name = "resnet" + depth + "-cifar";
        return new PretrainedWeights(
                name,
                Map.of(),
                "r4j_cifar10jpeg",
                URI.create("classpath:/io/github/resnet4j/zoo/pretrained/" + name + ".r4j_cifar10jpeg.safetensors"),
                OptionalLong.of(size),
                new FileHash(FileHash.Algorithm.SHA_256, sha256),
                "Apache-2.0",
                new Preprocessing(OptionalInt.empty(), OptionalInt.empty(), "bilinear", MEAN, STD),
                ChannelOrder.RGB,
                ClassNames.CIFAR10,
                Optional.of(new Accuracy(top1, OptionalDouble.of(top5))),
                "resnet4j, on CIFAR-10's images after JPEG compression",
                URI.create("results/bundled/" + name + "/README.md"));
    }

    /**
     * Keras Applications': the Caffe networks of He et al. converted, blue before red, pixels from 0 to 255 without the
     * mean. Keras says "single center crop" of 224; its side of 256 is that of He et al.
     */
    private static PretrainedWeights keras(String depth, String md5, double top1, double top5) {
        Preprocessing preprocessing = new Preprocessing(
                OptionalInt.of(256),
                OptionalInt.of(224),
                "bilinear",
                List.of(123.68 / 255, 116.779 / 255, 103.939 / 255),
                UNSCALED);
        return new PretrainedWeights(
                depth + "-keras",
                Map.of(),
                "imagenet",
                URI.create(KERAS + depth + "_weights_tf_dim_ordering_tf_kernels.h5"),
                OptionalLong.empty(),
                new FileHash(FileHash.Algorithm.MD5, md5),
                "MIT",
                preprocessing,
                ChannelOrder.BGR,
                ClassNames.IMAGENET,
                Optional.of(new Accuracy(top1, OptionalDouble.of(top5))),
                "Keras Applications",
                URI.create("https://keras.io/api/applications/resnet/"));
    }

    /** MLPerf Tiny's floating-point reference. Nobody publishes its accuracy on all test images. */
    private static PretrainedWeights mlperfTiny() {
        return new PretrainedWeights(
                "resnet8-mlperf",
                Map.of(),
                "mlperf_tiny",
                URI.create(MLCOMMONS + "pretrainedResnet.h5"),
                OptionalLong.of(1_116_712),
                new FileHash(
                        FileHash.Algorithm.SHA_256, "5f938a8eea605438cc7360aa13c987bc6d7bd0c8d931b2917361ae7ae4eeda2f"),
                "Apache-2.0",
                new Preprocessing(
                        OptionalInt.empty(), OptionalInt.empty(), "bilinear", List.of(0.0, 0.0, 0.0), UNSCALED),
                ChannelOrder.RGB,
                ClassNames.CIFAR10,
                Optional.empty(),
                "MLPerf Tiny",
                URI.create("https://github.com/mlcommons/tiny"));
    }

    /**
     * O. Sémery's pre-activation and Wide ResNets for CIFAR-10, trained for longer than the papers do. They project where
     * the width grows; elsewhere shortcuts begin before the first activation, and bottlenecks stride in the middle.
     */
    private static List<PretrainedWeights> pytorchcv() {
        Map<String, String> basic = Map.of("shortcut", "b", "activated-shortcuts", "changes");
        Map<String, String> bottleneck = Map.of("stride-on", "middle-3x3");
        return List.of(
                pytorchcv(
                        "preresnet20-cifar",
                        basic,
                        "164/preresnet20",
                        6.51,
                        "76cec68d11de5b25be2ea5935681645b76195f1d"),
                pytorchcv(
                        "preresnet56-cifar",
                        basic,
                        "164/preresnet56",
                        4.49,
                        "e9124fcf167d8ca50addef00c3afa4da9f828f29"),
                pytorchcv(
                        "preresnet110-cifar",
                        basic,
                        "164/preresnet110",
                        3.86,
                        "cc08946a2126a1224d1d2560a47cf766a763c52c"),
                pytorchcv(
                        "preresnet164-cifar",
                        bottleneck,
                        "196/preresnet164bn",
                        3.64,
                        "429012d412e82df7961fa071f97c938530e1b005"),
                pytorchcv(
                        "preresnet1001-cifar",
                        bottleneck,
                        "209/preresnet1001",
                        2.65,
                        "9fedfe5fd643e7355f1062a6db68da310c8962be"),
                pytorchcv("wrn-16-10", Map.of(), "166/wrn16_10", 2.93, "ce810d8a17a2deb73eddb5bec8709f93278bc53e"),
                pytorchcv("wrn-28-10", Map.of(), "166/wrn28_10", 2.39, "fe97dcd6d0dd8dda8e9e38e6cfa320cffb9955ce"),
                pytorchcv("wrn-40-8", Map.of(), "166/wrn40_8", 2.37, "8dc84ec730f35c4b8968a022bc045c0665410840"),
                pytorchcv(
                        "resnext29-32x4d",
                        Map.of(),
                        "169/resnext29_32x4d",
                        3.15,
                        "30413525cd4466dbef759294eda9b702bc39648f"),
                pytorchcv(
                        "resnext29-16x64d",
                        Map.of(),
                        "176/resnext29_16x64d",
                        2.41,
                        "4133d3d04f9b10b132dcb959601d36f10123f8c2"),
                pytorchcv(
                        "densenet-bc-40-12",
                        Map.of(),
                        "231/densenet40_k12_bc",
                        6.43,
                        "6dc86a2ea1d088f088462f5cbac06cc0f37348c0"),
                pytorchcv(
                        "densenet-bc-100-12",
                        Map.of(),
                        "189/densenet100_k12_bc",
                        4.16,
                        "b9232829b13c3f3f2ea15f4be97f500b7912c3c2"),
                pytorchcv(
                        "densenet-bc-190-40",
                        Map.of(),
                        "286/densenet190_k40_bc",
                        2.52,
                        "2896fa088aeaef36fcf395d404d97ff172d78943"),
                pytorchcv(
                        "densenet-bc-250-24",
                        Map.of(),
                        "290/densenet250_k24_bc",
                        2.67,
                        "f8f9d3052bae1fea7e33bb1ce143c38b4aa5622b"));
    }

    /**
     * His networks with attention. Of those for CIFAR-10 the pre-activation ones are left out: they have a normalisation
     * behind the stem and none before the pooling. The first CBAM file is his own, the second the authors', converted.
     */
    private static List<PretrainedWeights> pytorchcvWithAttention() {
        return List.of(
                pytorchcv(
                        "se-resnet20-cifar",
                        Map.of(),
                        "362/seresnet20",
                        6.01,
                        "935d89433e803c8a3027c81f1267401e7caccce6"),
                pytorchcv(
                        "se-resnet56-cifar",
                        Map.of(),
                        "362/seresnet56",
                        4.13,
                        "b61c143989cb2901bec48dded4c6ddcae91aabc4"),
                pytorchcv(
                        "se-resnet110-cifar",
                        Map.of(),
                        "362/seresnet110",
                        3.63,
                        "1ddec2309ff61c2c0e14c96d51a1b846afdc2acc"),
                pytorchcv(
                        "se-resnet164-cifar",
                        Map.of(),
                        "362/seresnet164bn",
                        3.39,
                        "1085dab6467cb18e554123663816094f080fc626"),
                cbam(
                        "pytorchcv_in1k",
                        "537/cbam_resnet50-0505",
                        "d8cf8488efb97afecd6b3287a3ca9fa093fc3127",
                        79.83,
                        94.95,
                        "pytorchcv"),
                cbam(
                        "authors_in1k",
                        "125/cbam_resnet50-0605",
                        "a1172fe679622224dcc88c00020936ad381806fb",
                        77.622,
                        93.948,
                        "Jongchan/attention-module, converted by pytorchcv"));
    }

    private static PretrainedWeights cbam(
            String tag, String file, String sha1, double top1, double top5, String source) {
        return new PretrainedWeights(
                "cbam-resnet50",
                Map.of(),
                tag,
                URI.create(PYTORCHCV + "v0.0." + file + "-" + sha1.substring(0, 8) + ".pth.zip"),
                OptionalLong.empty(),
                new FileHash(FileHash.Algorithm.SHA_1, sha1),
                "MIT",
                crop(256, 224, "bilinear"),
                ChannelOrder.RGB,
                ClassNames.IMAGENET,
                Optional.of(new Accuracy(top1, OptionalDouble.of(top5))),
                source,
                URI.create("https://github.com/osmr/imgclsmob"));
    }

    /**
     * A zip archive whose name has the error in hundredths of a percent and the beginning of the SHA-1.
     *
     * @param file release and model: {@code 164/preresnet20} for v0.0.164
     */
    private static PretrainedWeights pytorchcv(
            String architecture, Map<String, String> options, String file, double error, String sha1) {
        String name = String.format(
                Locale.ROOT, "v0.0.%s_cifar10-%04d-%s.pth.zip", file, Math.round(100 * error), sha1.substring(0, 8));
        return new PretrainedWeights(
                architecture,
                options,
                "pytorchcv",
                URI.create(PYTORCHCV + name),
                OptionalLong.empty(),
                new FileHash(FileHash.Algorithm.SHA_1, sha1),
                "MIT",
                new Preprocessing(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        "bilinear",
                        List.of(0.4914, 0.4822, 0.4465),
                        List.of(0.2023, 0.1994, 0.2010)),
                ChannelOrder.RGB,
                ClassNames.CIFAR10,
                Optional.of(new Accuracy(Math.round(100 * (100 - error)) / 100.0, OptionalDouble.empty())),
                "pytorchcv",
                URI.create("https://github.com/osmr/imgclsmob"));
    }

    private static PretrainedWeights imageNet(
            String architecture,
            String tag,
            String url,
            String licence,
            Preprocessing preprocessing,
            double top1,
            double top5,
            String source,
            String page) {
        return new PretrainedWeights(
                architecture,
                Map.of(),
                tag,
                URI.create(url),
                OptionalLong.empty(),
                hashInName(url),
                licence,
                preprocessing,
                ChannelOrder.RGB,
                ClassNames.IMAGENET,
                Optional.of(new Accuracy(top1, OptionalDouble.of(top5))),
                source,
                URI.create(page));
    }

    private static Preprocessing crop(int resize, int crop, String interpolation) {
        return new Preprocessing(OptionalInt.of(resize), OptionalInt.of(crop), interpolation, MEAN, STD);
    }

    private static FileHash hashInName(String file) {
        Matcher matcher = HASH_IN_NAME.matcher(file);
        if (!matcher.find()) {
            throw new IllegalArgumentException(file + " does not carry its hash");
        }
        return new FileHash(FileHash.Algorithm.SHA_256, matcher.group(1));
    }
}
