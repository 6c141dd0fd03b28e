"""Pillow's and torchvision's side of the benchmark of the input pipeline: photographs from their bytes to the network's floats.

    input.py FOLDER LIMIT

Answers each line `ROW` of the standard input with `IMAGES SECONDS`, the time of one thread on its processor.
"""

import io
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torchvision import transforms as T

torch.set_num_threads(1)
torch.manual_seed(0)
normal = [T.ToTensor(), T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
train = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), *normal])
evaluate = T.Compose([T.Resize(256), T.CenterCrop(224), *normal])


def decoded(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def reduced(data):
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (224, 224))
    return image.convert("RGB")


ROWS = {
    "decode": decoded,
    "train": lambda data: train(decoded(data)),
    "train-draft": lambda data: train(reduced(data)),
    "evaluate": lambda data: evaluate(decoded(data)),
}
files = sorted(p for p in Path(sys.argv[1]).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg"))[: int(sys.argv[2])]
images = [file.read_bytes() for file in files]
print("ready", len(images), "Pillow", Image.__version__, "torch", torch.__version__, flush=True)
for line in sys.stdin:
    row = ROWS[line.strip()]
    start = time.process_time()
    for data in images:
        row(data)
    print(len(images), time.process_time() - start, flush=True)
