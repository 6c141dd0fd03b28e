"""PyTorch's side of the benchmark; see the protocol in bench/README.md.

    peer.py MODEL BATCH CxHxW CLASSES THREADS nchw|channels_last

Exits with 3 if there is no such model here.
"""

import re
import sys
import time

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


def build(name, channels, classes):
    """The network of this name, or None."""
    cifar = re.fullmatch(r"(resnet|plain)(\d+)-cifar", name)
    if cifar:
        return CifarNet(int(cifar[2]), cifar[1] == "resnet", channels, classes)
    try:
        import torchvision
    except ImportError:
        print("peer: %s needs torchvision (Debian: apt-get install python3-torchvision)" % name, file=sys.stderr)
        return None
    if re.fullmatch(r"resnet\d+", name) and hasattr(torchvision.models, name):
        return getattr(torchvision.models, name)(num_classes=classes)
    print("peer: torchvision has no %s" % name, file=sys.stderr)
    return None


def main():
    name, batch, shape, classes, threads, layout = sys.argv[1:]
    batch, classes = int(batch), int(classes)
    channels, height, width = map(int, shape.split("x"))
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    model = build(name, channels, classes)
    if model is None:
        sys.exit(3)
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    model = model.to(memory_format=memory_format)
    images = torch.randn(batch, channels, height, width).contiguous(memory_format=memory_format)
    labels = torch.arange(batch) % classes
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)

    def train():
        optimizer.zero_grad(set_to_none=True)
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        return loss.item(), (logits.argmax(1) == labels).sum().item()

    def infer():
        with torch.inference_mode():
            return F.softmax(model(images), 1)

    parameters = sum(p.numel() for p in model.parameters())
    print("ready", parameters, "PyTorch", torch.__version__, layout, flush=True)
    for line in sys.stdin:
        task, seconds = line.split()
        model.train(task == "train")
        step = train if task == "train" else infer
        done = 0
        start = time.perf_counter()
        while True:
            step()
            done += batch
            elapsed = time.perf_counter() - start
            if elapsed >= float(seconds):
                break
        print(task, done, elapsed, flush=True)


if __name__ == "__main__":
    main()
