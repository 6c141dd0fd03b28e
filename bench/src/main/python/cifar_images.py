"""The images of the second table in results/transfer, as PNG files and lists of them.

    cifar_images.py BATCHES OUT

reads CIFAR-10's binary batches (data_batch_1.bin … test_batch.bin) in BATCHES and writes

    OUT/train/CLASS/NUMBER.png, OUT/test/CLASS/NUMBER.png   all 60,000 images, without loss
    OUT/eight-classes.csv                                   those of all classes but cat and dog
    OUT/cats-and-dogs-N-S.csv                               N training images each of cats and dogs, drawn with seed S, and
                                                            all 2,000 of them in the test batch

The lists have the columns path, label and split; `resnet4j finetune --labels` and transfer.py read them.
"""

import csv
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()
LEFT_OUT = ["cat", "dog"]
IMAGES_PER_CLASS = [10, 25, 100]
SEEDS = [1, 2, 3, 4, 5]
BYTES = 1 + 3 * 32 * 32


def write_images(records, folder):
    """The paths of the images by class, in the order of the records."""
    paths = {name: [] for name in CLASSES}
    for name in CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, record in enumerate(records):
        name = CLASSES[record[0]]
        path = folder / name / ("%05d.png" % number)
        Image.fromarray(record[1:].reshape(3, 32, 32).transpose(1, 2, 0)).save(path)
        paths[name].append(path)
    return paths


def write_list(file, train, test, classes):
    with open(file, "w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["path", "label", "split"])
        for split, paths in (("train", train), ("val", test)):
            for name in classes:
                rows.writerows([path.relative_to(file.parent).as_posix(), name, split] for path in paths[name])


def main(batches, out):
    def records(*names):
        return np.concatenate([np.fromfile(batches / (name + ".bin"), np.uint8).reshape(-1, BYTES) for name in names])

    train = write_images(records(*("data_batch_%d" % i for i in range(1, 6))), out / "train")
    test = write_images(records("test_batch"), out / "test")
    write_list(out / "eight-classes.csv", train, test, [name for name in CLASSES if name not in LEFT_OUT])
    for seed in SEEDS:
        for images in IMAGES_PER_CLASS:
            draw = random.Random("%d %d" % (seed, images))
            drawn = {name: sorted(draw.sample(train[name], images)) for name in LEFT_OUT}
            write_list(out / ("cats-and-dogs-%d-%d.csv" % (images, seed)), drawn, test, LEFT_OUT)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
