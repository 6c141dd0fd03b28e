#!/usr/bin/env python3
"""Prints the equal error rates of bench/spoofing.sh as a table.

    spoofing_table.py WORK FEATURE...

WORK has FEATURE-digits.csv and FEATURE-sentences.csv with the columns file and score; the folder of a file is what made it.
"""
import csv
import pathlib
import sys

ATTACKS = ["espeak-ng", "flite", "festival"]


def equal_error_rate(real, spoofed):
    """The mean of both errors where they differ least, of several the lowest threshold: as SpoofingScores has it."""
    errors = []
    for threshold in [float("-inf"), *sorted(set(real + spoofed))]:
        miss = sum(score <= threshold for score in real) / len(real)
        false_alarm = sum(score > threshold for score in spoofed) / len(spoofed)
        errors.append((abs(miss - false_alarm), (miss + false_alarm) / 2))
    return min(errors, key=lambda error: error[0])[1]


def main():
    work, features = pathlib.Path(sys.argv[1]), sys.argv[2:]
    print(f"| words | attack | {' | '.join(features)} |")
    print(f"|---|---|{'---:|' * len(features)}")
    for words in ("digits", "sentences"):
        scores = {}
        for feature in features:
            with open(work / f"{feature}-{words}.csv", newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    made = pathlib.Path(row["file"]).parent.name
                    scores.setdefault((feature, made), []).append(float(row["score"]))
        for attack in [*ATTACKS, "all"]:
            cells = []
            for feature in features:
                spoofed = sum((scores[feature, name] for name in (ATTACKS if attack == "all" else [attack])), [])
                cells.append(f"{100 * equal_error_rate(scores[feature, 'bonafide'], spoofed):.1f} %")
            print(f"| {words} | {attack} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
