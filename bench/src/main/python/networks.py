"""The zoo's networks in PyTorch: the CIFAR ones from the papers, the ImageNet ones from torchvision."""

import re

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


class Absent(Exception):
    """There is no such network here; the message says how to get it."""


def build(name, channels, classes):
    """The network of this name; it puts out logits."""
    cifar = re.fullmatch(r"(resnet|plain)(\d+)-cifar", name)
    if cifar:
        return CifarNet(int(cifar[2]), cifar[1] == "resnet", channels, classes)
    try:
        import torchvision
    except ImportError:
        raise Absent("%s needs torchvision; Debian: apt-get install python3-torchvision" % name)
    builder = getattr(torchvision.models, name.replace("-", "_"), None)
    if re.fullmatch(r"resnet\d+|resnext\d+-\d+x\d+d|wide-resnet\d+-2", name) and builder:
        return builder(num_classes=classes)
    raise Absent("torchvision has no %s" % name)


def parameters(model):
    """Trained values."""
    return sum(p.numel() for p in model.parameters())
