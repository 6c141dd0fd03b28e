"""The zoo's networks in PyTorch: the CIFAR ones from the papers, the ImageNet ones from torchvision."""

import re

import torch
import torch.nn as nn
import torch.nn.functional as F


class CifarBlock(nn.Module):
    """Two 3x3 convolutions; He et al. 2015, section 4.2, with the option A shortcut (or none: the plain network)."""

    def __init__(self, inputs, outputs, stride, residual):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.padding = (outputs - inputs) // 2
        self.residual = residual

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.residual:
            if self.stride > 1:
                x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))
            y = y + x
        return F.relu(y, inplace=True)


class PreActBlock(nn.Module):
    """Two 3x3 convolutions behind their BN and ReLU; He et al. 2016b, figure 4e.

    A projection, if there is one, begins behind the first BN and ReLU, and so does the shortcut of a stage's first block.
    Without a projection, zeros are appended to the channels.
    """

    def __init__(self, inputs, outputs, stride, activated, projects):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.stride = stride
        self.activated = activated
        self.missing = outputs - inputs
        self.projection = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if projects else None

    def forward(self, x):
        y = F.relu(self.bn1(x), inplace=True)
        if self.activated:
            x = y
        y = self.conv1(y)
        y = self.conv2(F.relu(self.bn2(y), inplace=True))
        if self.projection:
            x = self.projection(x)
        elif self.missing:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))
        return y + x


class PreActNet(nn.Module):
    """Pre-activation blocks in three stages; Wide ResNets (Zagoruyko and Komodakis 2016) have projections."""

    def __init__(self, blocks, widening, projects, channels, classes):
        super().__init__()
        layers = [nn.Conv2d(channels, 16, 3, 1, 1, bias=False)]
        inputs = 16
        for stage in range(3):
            outputs = (16 << stage) * widening
            for block in range(blocks):
                first = block == 0
                stride = 2 if first and stage > 0 else 1
                layers.append(PreActBlock(inputs, outputs, stride, first, projects and inputs != outputs))
                inputs = outputs
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.fc(self.features(x))


class CifarNet(nn.Module):
    """6n+2 layers in three stages of 16, 32 and 64 channels."""

    def __init__(self, depth, residual, channels, classes):
        super().__init__()
        n = (depth - 2) // 6
        layers = [nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
        inputs = 16
        for outputs in (16, 32, 64):
            for block in range(n):
                stride = 2 if block == 0 and outputs > 16 else 1
                layers.append(CifarBlock(inputs, outputs, stride, residual))
                inputs = outputs
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.features(x))


class SpecBlock(nn.Module):
    """A block of Spec-ResNet (Alzantot et al. 2019); convolutions have biases, and there is nothing behind the sum."""

    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.dropout = nn.Dropout(0.5)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv11 = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x):
        return self.conv2(self.dropout(F.leaky_relu(self.bn1(self.conv1(x)), 0.01))) + self.conv11(x)


class SpecNet(nn.Module):
    """Spec-ResNet of the spectrogram, 1x1025x126, in the form with max pooling: only the blocks that run."""

    def __init__(self, channels, classes):
        super().__init__()
        width = 32
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1)
        self.blocks = nn.ModuleList(SpecBlock(width) for _ in range(6))
        self.bn = nn.BatchNorm2d(width)
        self.dropout = nn.Dropout(0.5)
        self.fc1 = nn.Linear(2 * width, 128)
        self.fc2 = nn.Linear(128, classes)

    def forward(self, x):
        x = self.conv1(x)
        for i, block in enumerate(self.blocks):
            x = block(x) if i == 5 else F.max_pool2d(block(x), 3, 3, 1)
        x = F.max_pool2d(F.leaky_relu(self.bn(x), 0.01), 3, 3, 1)
        return self.fc2(F.leaky_relu(self.fc1(self.dropout(x.flatten(1))), 0.01))


class Msrb(nn.Module):
    """A multi-scale residual block; Li et al. 2018, figure 2."""

    def __init__(self, width):
        super().__init__()
        self.conv_3_1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_5_1 = nn.Conv2d(width, width, 5, padding=2)
        self.conv_3_2 = nn.Conv2d(2 * width, 2 * width, 3, padding=1)
        self.conv_5_2 = nn.Conv2d(2 * width, 2 * width, 5, padding=2)
        self.confusion = nn.Conv2d(4 * width, width, 1)

    def forward(self, x):
        y = torch.cat([F.relu(self.conv_3_1(x)), F.relu(self.conv_5_1(x))], 1)
        y = torch.cat([F.relu(self.conv_3_2(y)), F.relu(self.conv_5_2(y))], 1)
        return self.confusion(y) + x


class Msrn(nn.Module):
    """Eight blocks of 64 channels; red, green and blue of 0 to 255 in, the same of a larger image out."""

    def __init__(self, scale, width=64, blocks=8):
        super().__init__()
        mean = 255 * torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1)
        self.register_buffer("mean", mean)
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.ModuleList([Msrb(width) for _ in range(blocks)])
        tail = [nn.Conv2d(width * (blocks + 1), width, 1), nn.Conv2d(width, width, 3, padding=1)]
        for step in [3] if scale == 3 else [2] * (scale.bit_length() - 1):
            tail += [nn.Conv2d(width, width * step**2, 3, padding=1), nn.PixelShuffle(step)]
        self.tail = nn.Sequential(*tail, nn.Conv2d(width, 3, 3, padding=1))

    def forward(self, x):
        head = self.head(x - self.mean)
        found = []
        for block in self.body:
            found.append(block(found[-1] if found else head))
        return self.tail(torch.cat(found + [head], 1)) + self.mean


class Logits(nn.Module):
    """A network for segmentation without the names of its outputs."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)["out"]


class Absent(Exception):
    """There is no such network here; the message says how to get it."""


def build(name, channels, classes):
    """The network of this name; it puts out logits, or an image if it is none that classifies()."""
    larger = re.fullmatch(r"msrn-x(\d)", name)
    if larger:
        return Msrn(int(larger[1]))
    cifar = re.fullmatch(r"(resnet|plain)(\d+)-cifar", name)
    if cifar:
        return CifarNet(int(cifar[2]), cifar[1] == "resnet", channels, classes)
    if name == "spec-resnet-stft":
        return SpecNet(channels, classes)
    if name.startswith("se-"):
        return squeezed(build(name[len("se-") :], channels, classes))
    preact = re.fullmatch(r"preresnet(\d+)-cifar", name)
    if preact:
        return PreActNet((int(preact[1]) - 2) // 6, 1, False, channels, classes)
    wide = re.fullmatch(r"wrn-(\d+)-(\d+)", name)
    if wide:
        return PreActNet((int(wide[1]) - 4) // 6, int(wide[2]), True, channels, classes)
    try:
        import torchvision
    except ImportError:
        raise Absent("%s needs torchvision; Debian: apt-get install python3-torchvision" % name)
    dense = re.fullmatch(r"densenet-bc-(\d+)-(\d+)", name)
    if dense:
        return cifar_densenet(torchvision, (int(dense[1]) - 4) // 6, int(dense[2]), channels, classes)
    if re.fullmatch(r"(fcn|deeplabv3)-resnet\d+", name):
        builder = getattr(torchvision.models.segmentation, name.replace("-", "_"))
        return Logits(builder(weights=None, weights_backbone=None, num_classes=classes))
    builder = getattr(torchvision.models, name.replace("-", "_"), None)
    if re.fullmatch(r"(resnet|densenet)\d+|resnext\d+-\d+x\d+d|wide-resnet\d+-2|vgg\d+(-bn)?", name) and builder:
        return builder(num_classes=classes)
    raise Absent("torchvision has no %s" % name)


def classifies(name):
    """Whether the network of this name puts out logits."""
    return not name.startswith("msrn")


def squeezed(model):
    """The same with torchvision's squeeze-and-excitation behind every branch, before its sum (Hu et al. 2018)."""
    try:
        from torchvision.models.resnet import Bottleneck
        from torchvision.ops import SqueezeExcitation
    except ImportError:
        raise Absent("squeeze-and-excitation needs torchvision 0.12; Debian: apt-get install python3-torchvision")
    for block in list(model.modules()):
        if isinstance(block, PreActBlock):
            width = block.conv2.out_channels
            block.conv2 = nn.Sequential(block.conv2, SqueezeExcitation(width, width // 16))
        elif isinstance(block, Bottleneck):
            width = block.bn3.num_features
            block.bn3 = nn.Sequential(block.bn3, SqueezeExcitation(width, width // 16))
    return model


def cifar_densenet(torchvision, layers, growth, channels, classes):
    """torchvision's DenseNet with the stem for CIFAR, a convolution alone (Huang et al. 2017, section 4.2)."""
    width = 2 * growth
    model = torchvision.models.DenseNet(growth, (layers,) * 3, width, num_classes=classes)
    model.features.conv0 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
    for rest in ("norm0", "relu0", "pool0"):
        delattr(model.features, rest)
    return model


def parameters(model):
    """Trained values."""
    return sum(p.numel() for p in model.parameters())
