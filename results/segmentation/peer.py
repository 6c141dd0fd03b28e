"""PyTorch's side of results/segmentation: the same training by torchvision.

    peer.py start DATA START.pth [--seed 1]                      random weights that both begin with
    peer.py train DATA START.pth RUN --csv FILE [--folder DIR]   what RUN/config.yaml says

`train` reads the configuration of a run of resnet4j, which has every default written out, and does the same: the same images in the
same order and batches, no augmentation, optimiser, schedule, epochs, and the loss with the auxiliary head's. Only the draws of dropout
differ. After every epoch it measures the validation images and appends a row. With --folder it keeps its state there, and goes on
where it was stopped. Whatever of a configuration it does not know, it refuses.
"""

import argparse
import csv
import math
import time
from pathlib import Path

import numpy as np
import torch
import torchvision
import yaml
from PIL import Image
from torch.nn.functional import cross_entropy

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
VOID = 255
AUXILIARY = 0.5
MASK = (1 << 64) - 1


def network(classes):
    return torchvision.models.segmentation.fcn_resnet50(
        weights=None, weights_backbone=None, num_classes=classes, aux_loss=True
    )


# --- the order of the images: SampleRandom and EpochOrder of resnet4j ---


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def order(size, seed, epoch):
    state = mix((mix((mix(seed & MASK) + epoch) & MASK) - 1) & MASK)
    result = list(range(size))
    for i in range(size - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        j = int((mix(state) >> 11) * 2.0**-53 * (i + 1))
        result[i], result[j] = result[j], result[i]
    return result


# --- images ---


def part(folder):
    """N×3×H×W images and N×H×W masks."""
    images, masks = [], []
    for file in sorted((folder / "images").iterdir()):
        values = np.asarray(Image.open(file).convert("RGB"), np.float32) / 255
        images.append(((values - MEAN) / STD).transpose(2, 0, 1).astype(np.float32))
        masks.append(np.asarray(Image.open(folder / "masks" / (file.stem + ".png")), np.int64))
    return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(masks))


def measure(model, images, masks, classes, batch):
    """Mean loss, mean IoU, IoU of each class, pixel accuracy."""
    model.eval()
    confusion = np.zeros((classes, classes), np.int64)
    loss = counted = 0
    with torch.inference_mode():
        for first in range(0, len(images), batch):
            truth = masks[first : first + batch]
            logits = model(images[first : first + batch])["out"]
            loss += float(cross_entropy(logits, truth, ignore_index=VOID, reduction="sum"))
            known = truth != VOID
            counted += int(known.sum())
            pairs = truth[known] * classes + logits.argmax(1)[known]
            confusion += np.bincount(pairs.numpy(), minlength=classes * classes).reshape(classes, classes)
    right = np.diag(confusion)
    union = confusion.sum(0) + confusion.sum(1) - right
    with np.errstate(invalid="ignore"):
        iou = right / union
    return loss / counted, float(np.nanmean(iou)), iou, right.sum() / confusion.sum()


# --- training ---


class Unknown(Exception):
    """A configuration asks for something that this script does not do."""


def require(condition, what):
    if not condition:
        raise Unknown(what)


def checked(config):
    require(config["model"]["name"] == "fcn-resnet50", "another network")
    require(not config["model"].get("freeze"), "freezing")
    require(not config["data"].get("augment"), "augmentation")
    require(config["data"]["normalize"] in ("imagenet", {"mean": MEAN, "std": STD}), "normalisation")
    require(config["optimizer"]["type"] == "sgd" and not config["optimizer"]["nesterov"], "optimiser")
    require(config["optimizer"]["decay-on"] == "all" and not config["optimizer"].get("groups"), "groups")
    require(config["schedule"]["type"] == "cosine" and not config["schedule"].get("warmup"), "schedule")
    require(config["train"]["accumulate"] == 1, "accumulate")
    return config


def train(asked):
    config = checked(yaml.safe_load((asked.run / "config.yaml").read_text()))
    classes = len((asked.data / "classes.txt").read_text().split())
    settings, optimizer = config["train"], config["optimizer"]
    batch, epochs, seed = settings["batch-size"], settings["epochs"], settings["seed"]
    images, masks = part(asked.data / "train")
    val = part(asked.data / "val")
    model = network(classes)
    model.load_state_dict(torch.load(asked.start))
    sgd = torch.optim.SGD(
        model.parameters(), optimizer["lr"], optimizer["momentum"], weight_decay=optimizer["weight-decay"]
    )
    torch.manual_seed(seed)  # dropout's draws
    begin, seconds, rows = 0, 0.0, []
    kept = asked.folder / "state.pt" if asked.folder else None
    if kept and kept.exists():
        begin, seconds, rows, states, random = torch.load(kept)
        model.load_state_dict(states[0])
        sgd.load_state_dict(states[1])
        torch.set_rng_state(random)
    steps = math.ceil(len(images) / batch)
    for epoch in range(begin, min(epochs, begin + asked.epochs)):
        start, total = time.perf_counter(), 0.0
        model.train()
        indices = order(len(images), seed, epoch)
        for step in range(steps):
            done = (epoch * steps + step) / (epochs * steps)
            low = config["schedule"]["min-lr"]
            lr = low + (optimizer["lr"] - low) * (1 + math.cos(math.pi * done)) / 2
            for group in sgd.param_groups:
                group["lr"] = lr
            own = indices[step * batch : (step + 1) * batch]
            out = model(images[own])
            loss = cross_entropy(out["out"], masks[own], ignore_index=VOID)
            loss = loss + AUXILIARY * cross_entropy(out["aux"], masks[own], ignore_index=VOID)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            total += float(loss) * len(own)
        seconds += time.perf_counter() - start
        val_loss, mean, iou, accuracy = measure(model, *val, classes, batch)
        rows.append([epoch + 1, total / len(images), val_loss, mean, accuracy, *iou, seconds])
        print(" ".join("%.4f" % value for value in rows[-1]), flush=True)
        if kept:
            asked.folder.mkdir(parents=True, exist_ok=True)
            states = (model.state_dict(), sgd.state_dict())
            torch.save((epoch + 1, seconds, rows, states, torch.get_rng_state()), kept)
    names = ["iou_%s" % name for name in (asked.data / "classes.txt").read_text().split()]
    with open(asked.csv, "w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["epoch", "train_loss", "val_loss", "val_miou", "val_pixel_accuracy", *names, "seconds"])
        write.writerows([["%g" % round(value, 6) for value in row] for row in rows])


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("command", choices=("start", "train"))
    parse.add_argument("data", type=Path)
    parse.add_argument("start", type=Path)
    parse.add_argument("run", type=Path, nargs="?")
    parse.add_argument("--csv", type=Path)
    parse.add_argument("--folder", type=Path)
    parse.add_argument("--epochs", type=int, default=1000, help="stop after so many more; needs --folder")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    asked = parse.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.command == "start":
        torch.manual_seed(asked.seed)
        model = network(len((asked.data / "classes.txt").read_text().split()))
        torch.save(model.state_dict(), asked.start)
    else:
        train(asked)


if __name__ == "__main__":
    main()
