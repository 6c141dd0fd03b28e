"""Writes a network with random weights as ONNX, BN folded into the convolutions, with a softmax at the end if it classifies.

    export_onnx.py NETWORK CxHxW CLASSES BATCH FILE

Prints the number of trained values of the network and PyTorch's version, or "absent" and why.
"""

import sys

import torch

import networks


def main():
    network, shape, classes, batch, file = sys.argv[1:]
    channels, height, width = map(int, shape.split("x"))
    torch.manual_seed(1)
    try:
        model = networks.build(network, channels, int(classes))
    except networks.Absent as e:
        print("absent", e)
        return
    images = torch.randn(int(batch), channels, height, width)
    if networks.classifies(network):
        model = torch.nn.Sequential(model, torch.nn.Softmax(1))
    # The exporter folds BN into the convolutions of a model in evaluation mode.
    torch.onnx.export(
        model.eval(),
        images,
        file,
        training=torch.onnx.TrainingMode.EVAL,
        do_constant_folding=True,
        opset_version=13,
        input_names=["images"],
        output_names=["probabilities"],
    )
    print(networks.parameters(model), torch.__version__)


if __name__ == "__main__":
    main()
