"""Draws a small set for semantic segmentation: traffic signs on photographs.

    signs.py PHOTOGRAPHS OUT [--train 160] [--val 80] [--side 64] [--seed 1]

Below OUT are `classes.txt`, and `train` and `val` with `images/NAME.png` and `masks/NAME.png`, palette PNGs with VOC's colours: 0 is
what is no sign, 1 to 4 are the kinds of signs, 255 (void) is their rim of about a pixel. PHOTOGRAPHS is any folder of photographs; each
is used in one of the two parts only. Signs are of any size from a fifth to three fifths of a picture, turned, brighter or darker than
they should be, out of focus, and partly covered by each other or by a piece of another photograph. The same arguments draw the same
pictures.
"""

import argparse
import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

CLASSES = ["background", "stop", "warning", "direction", "priority"]
VOID = 255
FINE = 4  # shapes are drawn so many times as large, for smooth edges
EXTENSIONS = {".jpg", ".jpeg", ".png"}


def voc_palette():
    """The colours of PASCAL VOC: the bits of a class, three at a time, from the highest bit of red, green and blue on."""
    palette = []
    for number in range(256):
        colour = [0, 0, 0]
        for bit in range(8):
            for channel in range(3):
                colour[channel] |= (number >> (3 * bit + channel) & 1) << (7 - bit)
        palette += colour
    return palette


def polygon(corners, turn, radius, centre):
    return [
        (
            centre[0] + radius * math.cos(turn + 2 * math.pi * corner / corners),
            centre[1] + radius * math.sin(turn + 2 * math.pi * corner / corners),
        )
        for corner in range(corners)
    ]


def sign(kind, radius, turn):
    """A sign as RGBA, its centre in the middle."""
    size = int(2.2 * radius * FINE)
    centre, r = (size / 2, size / 2), radius * FINE
    image = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(image)
    if kind == "stop":
        draw.polygon(polygon(8, turn + math.pi / 8, r, centre), (240, 240, 236, 255))
        draw.polygon(polygon(8, turn + math.pi / 8, 0.9 * r, centre), (190, 26, 34, 255))
        across = polygon(4, turn + math.pi / 2, 1, (0, 0))
        along, up = across[3], across[0]
        bar = [
            (centre[0] + r * (s * along[0] + t * up[0]), centre[1] + r * (s * along[1] + t * up[1]))
            for s, t in ((-0.55, -0.15), (0.55, -0.15), (0.55, 0.15), (-0.55, 0.15))
        ]
        draw.polygon(bar, (240, 240, 236, 255))
    elif kind == "warning":
        draw.polygon(polygon(3, turn - math.pi / 2, r, centre), (196, 30, 36, 255))
        draw.polygon(polygon(3, turn - math.pi / 2, 0.66 * r, centre), (238, 236, 228, 255))
        draw.line([centre, polygon(1, turn - math.pi / 2, 0.4 * r, centre)[0]], (20, 20, 20, 255), max(1, int(0.14 * r)))
    elif kind == "direction":
        draw.ellipse((centre[0] - r, centre[1] - r, centre[0] + r, centre[1] + r), (24, 72, 164, 255))
        tip, tail = polygon(2, turn - math.pi / 2, 0.7 * r, centre)
        draw.line([tail, tip], (244, 244, 244, 255), max(1, int(0.2 * r)))
        head = polygon(3, turn - math.pi / 2, 0.42 * r, ((centre[0] + 2 * tip[0]) / 3, (centre[1] + 2 * tip[1]) / 3))
        draw.polygon(head, (244, 244, 244, 255))
    else:
        draw.polygon(polygon(4, turn, r, centre), (244, 242, 234, 255))
        draw.polygon(polygon(4, turn, 0.72 * r, centre), (232, 176, 24, 255))
    small = image.resize((size // FINE, size // FINE), Image.Resampling.BOX)
    light = random.uniform(0.6, 1.25)
    rgb = ImageEnhance.Brightness(small.convert("RGB")).enhance(light)
    rgb = ImageEnhance.Color(rgb).enhance(random.uniform(0.5, 1.1))
    rgb.putalpha(small.getchannel("A"))
    return rgb


def crop(photograph, side):
    """A square part of a photograph, scaled."""
    width, height = photograph.size
    part = int(min(width, height) * random.uniform(0.5, 1))
    left, top = random.randint(0, width - part), random.randint(0, height - part)
    square = photograph.crop((left, top, left + part, top + part))
    return square.resize((side, side), Image.Resampling.BILINEAR)


def picture(photograph, other, side):
    """A picture and its mask."""
    image, mask = crop(photograph, side), Image.new("L", (side, side), 0)
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        kind = random.choice(CLASSES[1:])
        radius = side * random.uniform(0.1, 0.3)
        drawn = sign(kind, radius, math.radians(random.uniform(-20, 20)))
        at = tuple(int(random.uniform(0.1, 0.9) * side - drawn.size[0] / 2) for _ in range(2))
        image.paste(drawn.convert("RGB"), at, drawn.getchannel("A"))
        alpha = drawn.getchannel("A")
        inside = alpha.point(lambda a: 255 if a > 250 else 0)
        rim = alpha.point(lambda a: 255 if a > 4 else 0)
        mask.paste(VOID, at, rim)
        mask.paste(CLASSES.index(kind), at, inside)
    if random.random() < 0.3:  # something in front
        w, h = (int(side * random.uniform(0.08, 0.3)) for _ in range(2))
        at = (random.randint(0, side - w), random.randint(0, side - h))
        image.paste(crop(other, side).crop((0, 0, w, h)), at)
        mask.paste(0, (*at, at[0] + w, at[1] + h))
    if random.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 0.9)))
    mask = mask.convert("P")
    mask.putpalette(voc_palette())
    return image, mask


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photographs", type=Path)
    parse.add_argument("out", type=Path)
    parse.add_argument("--train", type=int, default=160)
    parse.add_argument("--val", type=int, default=80)
    parse.add_argument("--side", type=int, default=64)
    parse.add_argument("--seed", type=int, default=1)
    asked = parse.parse_args()
    files = sorted(file for file in asked.photographs.rglob("*") if file.suffix.lower() in EXTENSIONS)
    if len(files) < 4:
        parse.error("%s has %d photographs; there must be some for each part" % (asked.photographs, len(files)))
    random.seed(asked.seed)
    random.shuffle(files)
    shared = len(files) * asked.val // (asked.train + asked.val)
    for part, count, own in (("val", asked.val, files[:shared]), ("train", asked.train, files[shared:])):
        for kind in ("images", "masks"):
            (asked.out / part / kind).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            photograph = Image.open(own[number % len(own)]).convert("RGB")
            other = Image.open(random.choice(own)).convert("RGB")
            image, mask = picture(photograph, other, asked.side)
            image.save(asked.out / part / "images" / ("%04d.png" % number))
            mask.save(asked.out / part / "masks" / ("%04d.png" % number))
    (asked.out / "classes.txt").write_text("\n".join(CLASSES) + "\n")


if __name__ == "__main__":
    main()
