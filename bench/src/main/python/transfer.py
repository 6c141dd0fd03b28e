"""PyTorch's side of results/transfer: trains what runs of resnet4j trained, by their own configurations.

    transfer.py train [--weights FILE.safetensors] [--workers N] [--threads N] RUN... > peer.csv
    transfer.py table OURS.csv PEER.csv [--figure FILE.svg]

`train` reads RUN/config.yaml, which has every default written out, and does the same with PyTorch and torchvision: the same images
and sizes, the same distribution of augmented images, optimiser, schedule, batches and epochs, and batch normalisations in
evaluation mode wherever they are frozen. It prints a row for each run, with the columns of an experiment's results.csv: the errors
are those of the last epoch, `seconds` the time from reading the configuration to the last evaluation. Where all but the classifier
is frozen, the features of the configured number of views are computed once. `--weights` is what `resnet4j convert` made of the
initial weights; runs from random weights do not read it. Whatever of a configuration it does not know, it refuses.

`table` compares results.csv with that, by means over the seeds.
"""

import argparse
import csv
import json
import math
import statistics
import sys
import time
from html import escape
from pathlib import Path

STAGES = ["stem", "layer1", "layer2", "layer3", "head"]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
EXTENSIONS = (".jpg", ".jpeg", ".png", ".gif", ".bmp")
FEATURE_BATCH = 64


class Unknown(Exception):
    """A configuration asks for something that this script does not do."""


def require(condition, what):
    if not condition:
        raise Unknown(what)


# --- images ---


def image_lists(data):
    """(path, class number) of the training and of the validation images, and the classes."""
    if data.get("labels"):
        file = Path(data["labels"])
        root = Path(data.get("dir") or file.parent)
        with open(file, newline="") as lines:
            rows = [(root / row["path"], row["label"], row["split"]) for row in csv.DictReader(lines)]
    else:
        root = Path(data["dir"])
        rows = [
            (path, path.parent.name, split)
            for split in ("train", "val")
            for path in sorted((root / split).glob("*/*"))
            if path.suffix.lower() in EXTENSIONS
        ]
    classes = sorted({label for _, label, _ in rows})

    def part(split):
        return [(path, classes.index(label)) for path, label, own in rows if own == split]

    return part("train"), part("val"), classes


def transform(steps, config, size):
    """torchvision's transforms for steps of `data.augment` or `data.eval`."""
    from torchvision import transforms as T

    def one(step):
        (name, options), = step.items()
        require(options.get("interpolation", "bilinear") == "bilinear", "interpolation " + str(options))
        if name == "random-resized-crop":
            scale = (options["min-scale"], options["max-scale"])
            return T.RandomResizedCrop(options["size"], scale, (options["min-ratio"], options["max-ratio"]))
        if name == "pad-crop":
            return T.RandomCrop(size, padding=options["padding"])
        if name == "horizontal-flip":
            return T.RandomHorizontalFlip(options["p"])
        if name == "resize":
            return T.Resize(options["size"])
        require(name == "center-crop", "step " + name)
        return T.CenterCrop(options["size"])

    normal = config["normalize"]
    mean, std = (MEAN, STD) if normal == "imagenet" else (normal["mean"], normal["std"])
    return T.Compose([one(step) for step in steps] + [T.ToTensor(), T.Normalize(mean, std)])


class Images:
    """A dataset of files, decoded whenever they are asked for."""

    def __init__(self, images, steps):
        self.images = images
        self.steps = steps

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        from PIL import Image

        path, label = self.images[index]
        return self.steps(Image.open(path).convert("RGB")), label


# --- network ---


def parts(model):
    """The modules of each stage of networks.CifarNet with the zoo's names for them."""
    layers = list(model.features)
    blocks = layers[3:-2]
    stages = {"stem": [("conv1", layers[0]), ("bn1", layers[1])], "head": [("fc", model.fc)]}
    each = len(blocks) // 3
    for stage in range(3):
        own = blocks[stage * each : (stage + 1) * each]
        stages["layer%d" % (stage + 1)] = [("layer%d.%d" % (stage + 1, i), block) for i, block in enumerate(own)]
    return stages


def read_safetensors(file):
    import numpy as np
    import torch

    data = Path(file).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            require(entry["dtype"] == "F32", "%s of type %s" % (name, entry["dtype"]))
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data[start + begin : start + end], "<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def initialise(model, weights):
    """Random as the zoo's networks are; then all but the head from a file, if there is one."""
    import torch.nn as nn

    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    bound = 1 / math.sqrt(model.fc.in_features)
    nn.init.uniform_(model.fc.weight, -bound, bound)
    nn.init.zeros_(model.fc.bias)
    if weights:
        tensors = read_safetensors(weights)
        for stage, modules in parts(model).items():
            for name, module in modules if stage != "head" else []:
                state = module.state_dict()
                for key in state:
                    if not key.endswith("num_batches_tracked"):
                        state[key] = tensors.pop(name + "." + key)
                module.load_state_dict(state)
        require(all(name.startswith("fc.") for name in tensors), "tensors %s" % sorted(tensors))


def freeze(modules, frozen):
    """Weights do not learn; batch normalisations use and keep their statistics."""
    for stage, named in modules.items():
        for _, module in named:
            module.train(stage not in frozen)
            module.requires_grad_(stage not in frozen)


# --- training ---


def learning_rate(config, per_epoch):
    """Of an iteration, which counts from 0: half a cosine, under a linear warm-up."""
    schedule, base = config["schedule"], config["optimizer"]["lr"]
    require(schedule["type"] == "cosine" and schedule["min-lr"] == 0, "schedule %s" % schedule)
    warmup = schedule["warmup"]
    require(warmup["kind"] == "linear", "warm-up %s" % warmup)
    total = config["train"]["epochs"] * per_epoch
    length = round(warmup["epochs"] * per_epoch)
    start = base * warmup["factor"]

    def rate(iteration):
        scheduled = base / 2 * (1 + math.cos(math.pi * iteration / total))
        return scheduled if iteration >= length else start + (scheduled - start) * iteration / length

    return rate


def known(config):
    """Refuses what is not done here."""
    train, data, optimizer = config["train"], config["data"], config["optimizer"]
    require(optimizer["type"] == "sgd" and optimizer["decay-on"] == "all", "optimizer %s" % optimizer)
    require(train["accumulate"] == 1 and not train["mix"], "train %s" % train)
    require("ema-decay" not in train and "patience" not in train and "clip-norm" not in train, "train %s" % train)
    require(data["sampling"] == "all" and not data.get("class-weights") and not data.get("limit"), "data %s" % data)
    require(config["model"]["freeze-norm"] == "frozen", "model %s" % config["model"])
    for group in optimizer["groups"]:
        require(group.get("freeze-norm") in (None, "frozen"), "group %s" % group)


def train(folder, weights, workers):
    """One run; a row of the results."""
    begin = time.perf_counter()
    import torch
    import torch.nn.functional as F
    import yaml
    from torch.utils.data import DataLoader, TensorDataset

    from networks import build

    config = yaml.safe_load((folder / "config.yaml").read_text())
    known(config)
    seed, epochs, batch = (config["train"][key] for key in ("seed", "epochs", "batch-size"))
    torch.manual_seed(seed)
    data = config["data"]
    train_images, val_images, classes = image_lists(data)
    augment = transform(data["augment"], data, data["image-size"])
    evaluate = transform(data["eval"], data, data["image-size"])

    pretrained = config["model"].get("weights") or "." in config["model"]["name"]
    model = build(config["model"]["name"].split(".")[0], 3, len(classes))
    require(weights or not pretrained, "%s starts from weights; give --weights" % folder)
    initialise(model, weights if pretrained else None)
    modules = parts(model)

    groups = config["optimizer"]["groups"]
    always = set()
    if config["model"].get("freeze"):
        always = set(STAGES[: STAGES.index(config["model"]["freeze"]) + 1])
    owner = {stage: group for group in groups for stage in group["parts"]}
    sgd = torch.optim.SGD(
        [
            {
                "params": [p for _, module in modules[stage] for p in module.parameters()],
                "factor": owner.get(stage, {}).get("lr-factor", 1),
                "weight_decay": owner.get(stage, {}).get("weight-decay", config["optimizer"]["weight-decay"]),
            }
            for stage in STAGES
            if stage not in always
        ],
        lr=config["optimizer"]["lr"],
        momentum=config["optimizer"]["momentum"],
        nesterov=config["optimizer"]["nesterov"],
    )

    def loader(dataset, size, shuffle):
        from_files = isinstance(dataset, Images)
        return DataLoader(
            dataset, size, shuffle, num_workers=workers if from_files else 0, persistent_workers=from_files and workers > 0
        )

    def features(images, steps):
        """Of the frozen part, as a data set."""
        model.eval()
        with torch.inference_mode():
            batches = [(model.features(x), y) for x, y in loader(Images(images, steps), FEATURE_BATCH, False)]
        return TensorDataset(*(torch.cat(column) for column in zip(*batches)))

    if data.get("views"):
        require(always == set(STAGES[:-1]), "views are for runs that train the head alone")
        forward = model.fc
        views = [features(train_images, augment) for _ in range(data["views"])]
        train_sets = [loader(view, batch, True) for view in views]
        val_set = loader(features(val_images, evaluate), FEATURE_BATCH, False)
    else:
        forward = model
        train_sets = [loader(Images(train_images, augment), batch, True)]
        val_set = loader(Images(val_images, evaluate), FEATURE_BATCH, False)

    per_epoch = len(train_sets[0])
    rate = learning_rate(config, per_epoch)
    smoothing = config["train"]["label-smoothing"]
    every = config["train"]["eval-every"]
    iteration = 0
    for epoch in range(epochs):
        waiting = {stage for stage, group in owner.items() if (group.get("thaw") or 0) > epoch}
        freeze(modules, always | waiting)
        right = seen = 0
        for x, y in train_sets[epoch % len(train_sets)]:
            for group in sgd.param_groups:
                group["lr"] = rate(iteration) * group["factor"]
            sgd.zero_grad(set_to_none=True)
            logits = forward(x)
            F.cross_entropy(logits, y, label_smoothing=smoothing).backward()
            sgd.step()
            right += (logits.argmax(1) == y).sum().item()
            seen += len(y)
            iteration += 1
        if (epoch + 1) % every == 0 or epoch + 1 == epochs:
            model.eval()
            with torch.inference_mode():
                correct = sum((forward(x).argmax(1) == y).sum().item() for x, y in val_set)
    return {
        "label": config["name"].rsplit("-seed", 1)[0],
        "seed": seed,
        "epochs": epochs,
        "test_error": "%.6f" % (1 - correct / len(val_images)),
        "training_error": "%.6f" % (1 - right / seen),
        "seconds": "%.3f" % (time.perf_counter() - begin),
    }


# --- comparison ---


def read(file):
    """Rows by label, in the order of the file; of those that are done."""
    rows = {}
    with open(file, newline="") as lines:
        for row in csv.DictReader(lines):
            if row.get("state", "done") == "done":
                rows.setdefault(row["label"], []).append((100 - 100 * float(row["test_error"]), float(row["seconds"])))
    return rows


def spread(values):
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else math.nan


def table(ours, peer):
    print("| | seeds | resnet4j | PyTorch | difference ± its standard error | resnet4j, s | PyTorch, s | PyTorch's time / ours |")
    print("|---|---|---|---|---|---|---|---|")
    for label, rows in ours.items():
        if label not in peer:
            continue
        others = peer[label]
        own, other = spread([top1 for top1, _ in rows]), spread([top1 for top1, _ in others])
        error = math.sqrt(own[1] ** 2 / len(rows) + other[1] ** 2 / len(others))
        seconds = [statistics.mean(time for _, time in each) for each in (rows, others)]
        seeds = str(len(rows)) if len(rows) == len(others) else "%d, %d" % (len(rows), len(others))
        print(
            (
                "| %s | %s | %.1f ± %.1f | %.1f ± %.1f | %+.1f ± %.1f | %.1f | %.1f | %.2f |"
                % (label, seeds, *own, *other, own[0] - other[0], error, *seconds, seconds[1] / seconds[0])
            ).replace(" ± nan", "")
        )


def figure(ours, peer, file):
    """Every seed a dot, the mean a line."""
    labels = [label for label in ours if label in peer]
    values = [top1 for rows in (ours, peer) for label in labels for top1, _ in rows[label]]
    low, high = 5 * math.floor(min(values) / 5), 5 * math.ceil(max(values) / 5)
    left, width, step = 150, 520, 40
    height = step * len(labels) + 60

    def x(top1):
        return left + width * (top1 - low) / (high - low)

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" font-family="sans-serif" font-size="13">'
        % (left + width + 30, height, left + width + 30),
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for tick in range(low, high + 1, 5):
        out.append('<path d="M%.1f 10V%d" stroke="#ddd"/>' % (x(tick), height - 45))
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%d %%</text>' % (x(tick), height - 28, tick))
    for i, label in enumerate(labels):
        middle = 10 + step * (i + 0.5)
        out.append('<text x="%d" y="%.1f" text-anchor="end">%s</text>' % (left - 12, middle + 4, escape(label)))
        for rows, shift, colour in ((ours, -7, "#0072b2"), (peer, 7, "#d55e00")):
            tops = [top1 for top1, _ in rows[label]]
            y = middle + shift
            out += ['<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s" fill-opacity="0.45"/>' % (x(t), y, colour) for t in tops]
            out.append('<path d="M%.1f %.1fv12" stroke="%s" stroke-width="3"/>' % (x(statistics.mean(tops)), y - 6, colour))
    for at, name, colour in ((left, "resnet4j", "#0072b2"), (left + 110, "PyTorch", "#d55e00")):
        out.append('<circle cx="%d" cy="%d" r="5" fill="%s"/>' % (at + 6, height - 10, colour))
        out.append('<text x="%d" y="%d">%s</text>' % (at + 18, height - 6, name))
    out.append('<text x="%d" y="%d" text-anchor="end">top-1; dots are seeds, lines their means</text>' % (left + width, height - 6))
    Path(file).write_text("\n".join(out) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("--weights")
    training.add_argument("--workers", type=int, default=2)
    training.add_argument("--threads", type=int, default=2)
    training.add_argument("runs", nargs="+", type=Path)
    comparing = commands.add_parser("table")
    comparing.add_argument("ours")
    comparing.add_argument("peer")
    comparing.add_argument("--figure")
    options = parser.parse_args()
    if options.command == "table":
        ours, peer = read(options.ours), read(options.peer)
        table(ours, peer)
        if options.figure:
            figure(ours, peer, options.figure)
        return
    import torch
    import torchvision  # noqa: F401; both before any time is taken

    torch.set_num_threads(options.threads)
    rows = csv.DictWriter(
        sys.stdout, ["label", "seed", "epochs", "test_error", "training_error", "seconds"], lineterminator="\n"
    )
    rows.writeheader()
    for run in options.runs:
        rows.writerow(train(run, options.weights, options.workers))
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except Unknown as e:
        sys.exit("transfer.py does not know " + str(e))
