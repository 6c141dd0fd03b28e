"""What `resnet4j predict --csv -` does, in PyTorch: a loader of two workers, batches of 32, two threads.

    predict.py MODEL WEIGHTS FOLDER > answers.csv
"""

import sys
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T

BATCH, WORKERS, THREADS, TOP = 32, 2, 2, 5


class Photographs(Dataset):
    def __init__(self, folder):
        self.files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        self.steps = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(),
                                T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        return self.steps(Image.open(self.files[i]).convert("RGB")), i


torch.set_num_threads(THREADS)
model = getattr(torchvision.models, sys.argv[1])()
model.load_state_dict(torch.load(sys.argv[2]))
model.eval()
photographs = Photographs(sys.argv[3])
with torch.inference_mode():
    for images, indices in DataLoader(photographs, BATCH, num_workers=WORKERS):
        probabilities, classes = model(images).softmax(1).topk(TOP)
        for i, ps, cs in zip(indices.tolist(), probabilities.tolist(), classes.tolist()):
            for rank, (p, c) in enumerate(zip(ps, cs), 1):
                print(f"{photographs.files[i]},{rank},{c},{p:.6f}")
