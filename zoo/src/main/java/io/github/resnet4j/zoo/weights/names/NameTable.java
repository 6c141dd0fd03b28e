package io.github.resnet4j.zoo.weights.names;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The complete table of other libraries' tensor names. The zoo's own names are torchvision's ({@code
 * layer1.0.downsample.1.running_var}); which convention a file follows is decided by how many names of the network it
 * gives, and the first of equals wins.
 */
final class NameTable {
    /**
     * What wrappers put before every name: a training framework's module, {@code torch.compile}, a distributed wrapper, a
     * detector's backbone. Taken off, again and again, where all names have it.
     */
    static final List<String> PREFIXES =
            List.of("module.", "_orig_mod.", "backbone.", "model.", "encoder.", "net.", "network.", "resnet.");

    /** What Keras calls a layer's tensors. */
    static final Convention KERAS_TENSORS = Convention.of("Keras", """
            (.+)/kernel -> $1.weight
            (.+)/bias -> $1.bias
            (.+)/gamma -> $1.weight
            (.+)/beta -> $1.bias
            (.+)/moving_mean -> $1.running_mean
            (.+)/moving_variance -> $1.running_var
            """);

    /** Names of layers, the tensors' own being PyTorch's already. */
    static final List<Convention> LAYERS = List.of(
            Convention.of("torchvision and timm", ""),

            // kuangliu's pytorch-cifar; akamaster's pytorch_resnet_cifar10, whose option B is a "shortcut" too; and
            // whatever else calls its classifier otherwise.
            Convention.of("PyTorch CIFAR", """
                    (.+)\\.shortcut\\.([01]\\..+) -> $1.downsample.$2
                    (?:linear|classifier|head|last_linear)\\.(weight|bias) -> fc.$1
                    """),

            // OpenMMLab's classifiers: MMClassification, MMPretrain.
            Convention.of("OpenMMLab", """
                    backbone\\.(.+) -> $1
                    head\\.fc\\.(weight|bias) -> fc.$1
                    """),

            // torchvision's networks for segmentation and, on pyramids, for detection; of the latter, files before 0.13
            // have
            // no ".0" behind the numbers.
            Convention.of("torchvision with a backbone", """
                    backbone\\.body\\.(.+) -> $1
                    (?:backbone\\.)?fpn\\.(inner|layer)_blocks\\.(\\d+)(?:\\.0)?\\.(weight|bias) -> fpn.$1-blocks.$2.0.$3
                    (?:backbone\\.)?fpn\\.extra_blocks\\.(p[67])\\.(weight|bias) -> fpn.extra-blocks.$1.$2
                    backbone\\.(.+) -> $1
                    aux_classifier\\.(.+) -> aux-classifier.$1
                    """),

            // nn.Sequential(*list(model.children())[:-1]), and the body of fastai's vision learners: layers by
            // position.
            Convention.of("torchvision in a Sequential", """
                    0\\.(weight) -> conv1.$1
                    1\\.(weight|bias|running_mean|running_var|num_batches_tracked) -> bn1.$1
                    ([4-7])\\.(\\d+\\..+) -> layer${1-3}.$2
                    """),

            // ResNetForImageClassification; ResNetModel has no classifier and, like all of them, maybe no "resnet.".
            Convention.of("Hugging Face Transformers", """
                    (?:resnet\\.)?embedder\\.embedder\\.convolution\\.(.+) -> conv1.$1
                    (?:resnet\\.)?embedder\\.embedder\\.normalization\\.(.+) -> bn1.$1
                    (?:resnet\\.)?encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.shortcut\\.convolution\\.(.+) -> layer${1+1}.$2.downsample.0.$3
                    (?:resnet\\.)?encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.shortcut\\.normalization\\.(.+) -> layer${1+1}.$2.downsample.1.$3
                    (?:resnet\\.)?encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.layer\\.(\\d+)\\.convolution\\.(.+) -> layer${1+1}.$2.conv${3+1}.$4
                    (?:resnet\\.)?encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.layer\\.(\\d+)\\.normalization\\.(.+) -> layer${1+1}.$2.bn${3+1}.$4
                    classifier\\.1\\.(weight|bias) -> fc.$1
                    """),

            // moskomule's senet.pytorch, whose dense layers stand in a Sequential.
            Convention.of("senet.pytorch", """
                    (.+)\\.se\\.fc\\.0\\.(weight|bias) -> $1.se.fc1.$2
                    (.+)\\.se\\.fc\\.2\\.(weight|bias) -> $1.se.fc2.$2
                    """),

            // P. Rodríguez' ResNeXt.pytorch, and W. Yang's pytorch-classification.
            Convention.of("ResNeXt.pytorch", """
                    conv_1_3x3\\.(.+) -> conv1.$1
                    bn_1\\.(.+) -> bn1.$1
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.(conv|bn)_reduce\\.(.+) -> layer$1.$2.${3}1.$4
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.conv_conv\\.(.+) -> layer$1.$2.conv2.$3
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.bn\\.(.+) -> layer$1.$2.bn2.$3
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.(conv|bn)_expand\\.(.+) -> layer$1.$2.${3}3.$4
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.shortcut\\.shortcut_conv\\.(.+) -> layer$1.$2.downsample.0.$3
                    stage_(\\d)\\.stage_\\d_bottleneck_(\\d+)\\.shortcut\\.shortcut_bn\\.(.+) -> layer$1.$2.downsample.1.$3
                    classifier\\.(weight|bias) -> fc.$1
                    """),

            // osmr's pytorchcv: its pre-activation and Wide ResNets for CIFAR.
            Convention.of("pytorchcv", """
                    features\\.init_block\\.(weight) -> conv1.$1
                    features\\.stage(\\d)\\.unit(\\d+)\\.body\\.conv(\\d)\\.(bn|conv)\\.(.+) -> layer$1.${2-1}.$4$3.$5
                    features\\.stage(\\d)\\.unit(\\d+)\\.identity_conv\\.(.+) -> layer$1.${2-1}.downsample.0.$3
                    features\\.post_activ\\.bn\\.(.+) -> bn.$1
                    output\\.(weight|bias) -> fc.$1
                    """),

            // And its ResNets and ResNeXts for CIFAR, its SE-ResNets and CBAM-ResNets.
            Convention.of("pytorchcv ResNet", """
                    features\\.init_block\\.(?:conv\\.)?(conv|bn)\\.(.+) -> ${1}1.$2
                    features\\.stage(\\d)\\.unit(\\d+)\\.body\\.conv(\\d)\\.(bn|conv)\\.(.+) -> layer$1.${2-1}.$4$3.$5
                    features\\.stage(\\d)\\.unit(\\d+)\\.identity_conv\\.conv\\.(.+) -> layer$1.${2-1}.downsample.0.$3
                    features\\.stage(\\d)\\.unit(\\d+)\\.identity_conv\\.bn\\.(.+) -> layer$1.${2-1}.downsample.1.$3
                    features\\.stage(\\d)\\.unit(\\d+)\\.se\\.conv([12])\\.(.+) -> layer$1.${2-1}.se.fc$3.$4
                    features\\.stage(\\d)\\.unit(\\d+)\\.cbam\\.ch_gate\\.mlp\\.fc1\\.(.+) -> layer$1.${2-1}.cbam.ChannelGate.mlp.1.$3
                    features\\.stage(\\d)\\.unit(\\d+)\\.cbam\\.ch_gate\\.mlp\\.fc2\\.(.+) -> layer$1.${2-1}.cbam.ChannelGate.mlp.3.$3
                    features\\.stage(\\d)\\.unit(\\d+)\\.cbam\\.sp_gate\\.conv\\.(.+) -> layer$1.${2-1}.cbam.SpatialGate.spatial.$3
                    output\\.(weight|bias) -> fc.$1
                    """),

            // xternalz's WideResNet-pytorch and the many that follow it: the normalisation before the pooling is bn1.
            Convention.of("WideResNet-pytorch", """
                    block(\\d)\\.layer\\.(\\d+)\\.convShortcut\\.(.+) -> layer$1.$2.downsample.0.$3
                    block(\\d)\\.layer\\.(\\d+)\\.(.+) -> layer$1.$2.$3
                    bn1\\.(.+) -> bn.$1
                    """),

            // szagoruyko's wide-residual-networks: a flat dictionary, convolutions without ".weight".
            Convention.of("wide-residual-networks", """
                    conv0 -> conv1.weight
                    group(\\d)\\.block(\\d+)\\.conv(\\d) -> layer${1+1}.$2.conv${3+1}.weight
                    group(\\d)\\.block(\\d+)\\.convdim -> layer${1+1}.$2.downsample.0.weight
                    group(\\d)\\.block(\\d+)\\.bn(\\d)\\.(.+) -> layer${1+1}.$2.bn${3+1}.$4
                    """),

            // torchvision's densenet files, saved when modules could still have dots in their names.
            Convention.of("torchvision's old DenseNet", """
                    (.+\\.denselayer\\d+\\.(?:norm|conv))\\.([12]\\..+) -> $1$2
                    """),

            // A. Veit's densenet-pytorch and W. Yang's pytorch-classification: DenseNets for CIFAR.
            Convention.of("PyTorch CIFAR DenseNet", """
                    conv1\\.(weight) -> features.conv0.$1
                    (?:block(?=\\d\\.layer)|dense)(\\d)(?:\\.layer)?\\.(\\d+)\\.conv(\\d\\..+) -> features.denseblock$1.denselayer${2+1}.conv$3
                    (?:block(?=\\d\\.layer)|dense)(\\d)(?:\\.layer)?\\.(\\d+)\\.bn(\\d\\..+) -> features.denseblock$1.denselayer${2+1}.norm$3
                    trans(\\d)\\.conv1\\.(.+) -> features.transition$1.conv.$2
                    trans(\\d)\\.bn1\\.(.+) -> features.transition$1.norm.$2
                    bn1?\\.(.+) -> features.norm5.$1
                    fc\\.(weight|bias) -> classifier.$1
                    """),

            // osmr's pytorchcv, for CIFAR; a transition belongs to the block behind it.
            Convention.of("pytorchcv DenseNet", """
                    features\\.init_block\\.(weight) -> features.conv0.$1
                    features\\.stage(\\d)\\.unit(\\d+)\\.conv(\\d)\\.conv\\.(.+) -> features.denseblock$1.denselayer$2.conv$3.$4
                    features\\.stage(\\d)\\.unit(\\d+)\\.conv(\\d)\\.bn\\.(.+) -> features.denseblock$1.denselayer$2.norm$3.$4
                    features\\.stage(\\d)\\.trans\\d\\.conv\\.conv\\.(.+) -> features.transition${1-1}.conv.$2
                    features\\.stage(\\d)\\.trans\\d\\.conv\\.bn\\.(.+) -> features.transition${1-1}.norm.$2
                    features\\.post_activ\\.bn\\.(.+) -> features.norm5.$1
                    output\\.(weight|bias) -> classifier.$1
                    """),

            // tf.keras.applications.ResNet50 and deeper: blocks count from 1, and branch 0 is the projection. As a
            // layer
            // of another model it lends its name (resnet50/) to its own layers, and the classifier is a "dense".
            Convention.of("Keras Applications", """
                    (?:.+/)?conv1_(conv|bn)\\.(.+) -> ${1}1.$2
                    (?:.+/)?conv([2-5])_block(\\d+)_0_conv\\.(.+) -> layer${1-1}.${2-1}.downsample.0.$3
                    (?:.+/)?conv([2-5])_block(\\d+)_0_bn\\.(.+) -> layer${1-1}.${2-1}.downsample.1.$3
                    (?:.+/)?conv([2-5])_block(\\d+)_([1-3])_(conv|bn)\\.(.+) -> layer${1-1}.${2-1}.$4$3.$5
                    (?:.+/)?(?:predictions|probs|fc1000|dense(?:_\\d+)?)\\.(.+) -> fc.$1
                    """),

            // He et al.'s Caffe models and what was made from them, such as Keras' before Keras Applications. Blocks
            // are
            // a, b, c, … and in deep stages a, b1, b2, …; branch 1 is the projection.
            Convention.of("Caffe and older Keras", """
                    (?:.+/)?conv1\\.(.+) -> conv1.$1
                    (?:.+/)?bn_conv1\\.(.+) -> bn1.$1
                    (?:.+/)?res([2-5])a_branch1\\.(.+) -> layer${1-1}.0.downsample.0.$2
                    (?:.+/)?bn([2-5])a_branch1\\.(.+) -> layer${1-1}.0.downsample.1.$2
                    (?:.+/)?res([2-5])b(\\d{1,3})_branch2([a-c])\\.(.+) -> layer${1-1}.$2.conv${3a+1}.$4
                    (?:.+/)?bn([2-5])b(\\d{1,3})_branch2([a-c])\\.(.+) -> layer${1-1}.$2.bn${3a+1}.$4
                    (?:.+/)?res([2-5])([a-z])_branch2([a-c])\\.(.+) -> layer${1-1}.${2a}.conv${3a+1}.$4
                    (?:.+/)?bn([2-5])([a-z])_branch2([a-c])\\.(.+) -> layer${1-1}.${2a}.bn${3a+1}.$4
                    (?:.+/)?(?:predictions|probs|fc1000|dense(?:_\\d+)?)\\.(.+) -> fc.$1
                    """),

            // J. Li's MSRN-PyTorch.
            Convention.of("MSRN-PyTorch", """
                    body\\.(\\d+)\\.conv_([35])_([12])\\.(weight|bias) -> body.$1.conv-$2-$3.$4
                    """),

            // And what it was in 2018, for luminance.
            Convention.of("MSRN-PyTorch of 2018", """
                    conv_input\\.(weight|bias) -> head.0.$1
                    residual(\\d+)\\.0\\.conv_([35])_([12])\\.(weight|bias) -> body.${1-1}.conv-$2-$3.$4
                    residual(\\d+)\\.0\\.confusion\\.(weight|bias) -> body.${1-1}.confusion.$2
                    bottle\\.(weight|bias) -> tail.0.$1
                    conv(?:\\.0)?\\.(weight|bias) -> tail.1.$1
                    conv_output\\.(weight|bias) -> tail.2.$1
                    """));

    /** Names that betray a network the zoo does not have, and which it is: regular expression to words. */
    static final List<Foreign> FOREIGN = List.of(
            Foreign.of(
                    ".+\\.(?:se_module|attn)\\..+",
                    "another kind of channel attention (the authors' SE-ResNets in Caffe, ECA-ResNets)"),
            Foreign.of(".+_preact_bn\\..+|block\\d+\\.unit\\d+\\..+", "pre-activation blocks (ResNet v2, BiT)"),
            Foreign.of("dense(?:_\\d+)?\\.weight", "a dense layer before the classifier"),
            Foreign.of("(?:blocks|encoder\\.layers?)\\.[0-9]+\\..+", "the blocks of a transformer or mobile network"));

    /** A network's mark. */
    record Foreign(Pattern name, String what) {
        static Foreign of(String regex, String what) {
            return new Foreign(Pattern.compile(regex), what);
        }
    }

    private NameTable() {}

    /** Whether a tensor of this name stands in {@link WeightLayout#KERAS}. */
    static boolean isKerasKernel(String name) {
        return name.endsWith("/kernel");
    }
}
