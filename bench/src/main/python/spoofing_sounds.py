#!/usr/bin/env python3
"""Makes the sounds of bench/spoofing.sh: real speech and what Debian's speech synthesisers say in its place.

    spoofing_sounds.py FSDD SPEECH OUT      numpy, scipy; the programs espeak-ng, flite, festival

FSDD holds the Free Spoken Digit Dataset, SPEECH the files ASR_spk{1,2}_snt{1..6}.wav of SpeechBrain's tests. OUT gets
OUT/digits/{train,val,test}/{bonafide,espeak-ng,flite,festival} and OUT/sentences/{bonafide,espeak-ng,flite,festival}.

Whatever tells a recording from a synthesiser without being speech is made equal in all of them, in this order:
  bandwidth   all are brought to 8 kHz, that of FSDD, and filtered to 100 ... 3,600 Hz
  pauses      silence at both ends of every word or sentence is cut off; 60 ms are put between them
  level       every word has the same mean square
  length      words follow one another for exactly four seconds, so the features never lengthen or cut anything
  noise       white noise, 30 dB below the speech, covers both the hiss of recordings and digital silence
  format      all are 16-bit WAV files of 16 kHz, and one program resampled them
Speakers and voices of train, val and test are disjoint; festival, a diphone voice and an HMM voice, is in test only.
"""
import pathlib
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import scipy.io.wavfile
import scipy.signal

RATE = 8_000
LENGTH = 4 * RATE
GAP = int(0.06 * RATE)
NOISE = 10 ** (-30 / 20)
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPEAKERS = {"train": ["george", "lucas", "nicolas"], "val": ["yweweler"], "test": ["jackson", "theo"]}

# What a voice is called, and in which part of the data it speaks. The same people are in both of the last two, so festival's
# kal_diphone is left out, which flite's kal16 is made of, and both have slt in test. flite trains with statistical and diphone voices.
ESPEAK = {
    "train": ["en-us", "en-gb+f2", "en-gb-scotland+m3", "en-us+m7", "en-gb-x-gbclan+f4"],
    "val": ["en-us+f3", "en-gb-x-rp+m5"],
    "test": ["en-gb", "en-us+f5", "en-029+m1"],
}
FLITE = {"train": ["awb", "kal16"], "val": ["rms"], "test": ["slt"]}
FESTIVAL = {"test": ["ked_diphone", "cmu_us_slt_arctic_hts"]}

# How many sounds of four seconds a class has.
COUNTS = {
    "train": {"bonafide": 210, "espeak-ng": 105, "flite": 105},
    "val": {"bonafide": 50, "espeak-ng": 30, "flite": 30},
    "test": {"bonafide": 120, "espeak-ng": 60, "flite": 60, "festival": 60},
}
# Speed and pitch of one and the same voice differ from take to take, as those of people do.
TAKES = [(0.85, 0.9), (0.92, 1.1), (1.0, 1.0), (1.0, 0.85), (1.08, 1.15), (1.18, 0.95)]

# Sentences 6 are left out: what they say is published nowhere.
SENTENCES = {
    "spk1": [
        "the child almost hurt the small dog",
        "drop the two when you add the figures",
        "at that high level the air is pure",
        "a thin stripe runs down the middle",
        "sunday is the best part of the week",
    ],
    "spk2": [
        "we are sure that one war is enough",
        "what joy there is in living",
        "tear a thin sheet from the yellow pad",
        "mend the coat before you go out",
        "jump the fence and hurry up the bank",
    ],
}


def read(path):
    rate, samples = scipy.io.wavfile.read(path)
    samples = samples / 32_768
    if rate != RATE:
        divisor = np.gcd(rate, RATE)
        samples = scipy.signal.resample_poly(samples, RATE // divisor, rate // divisor)
    return samples


BAND = scipy.signal.butter(4, [100, 3_600], "bandpass", fs=RATE, output="sos")


def clean(samples):
    """Filtered, without silence at the ends, at one level."""
    samples = scipy.signal.sosfiltfilt(BAND, samples)
    step = RATE // 100
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loud = np.flatnonzero((frames**2).mean(axis=1) > (frames**2).mean(axis=1).max() * 10**-3)
    samples = samples[loud[0] * step : (loud[-1] + 1) * step]
    return samples * 0.1 / np.sqrt((samples**2).mean())


def espeak(voice, text, take, out):
    speed, pitch = take
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(round(165 * speed)), "-p", str(round(50 * pitch)), "-w", out, text],
                   check=True, stderr=subprocess.DEVNULL)


def flite(voice, text, take, out):
    speed, pitch = take
    mean = {"slt": 190, "kal16": 105}.get(voice, 110)
    subprocess.run(["flite", "-voice", voice, "--setf", f"duration_stretch={1 / speed:.3f}",
                    "--setf", f"int_f0_target_mean={mean * pitch:.0f}", "-t", text, "-o", out], check=True)


def festival(voice, texts, folder):
    """Texts are (text, take, file); one process says them all."""
    script = [f"(voice_{voice})"]
    for text, (speed, _), out in texts:
        script.append(f"(Parameter.set 'Duration_Stretch {1 / speed:.3f})")
        script.append(f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{out}" \'riff)')
    file = folder / "say.scm"
    file.write_text("\n".join(script))
    subprocess.run(["festival", "-b", file], check=True, stderr=subprocess.DEVNULL)


def spoken(synthesiser, voice, texts, folder):
    """Every text in every take, as [take][text] of samples."""
    files = [[(text, take, folder / f"{t}-{i}.wav") for i, text in enumerate(texts)] for t, take in enumerate(TAKES)]
    if synthesiser == "festival":
        festival(voice, [one for take in files for one in take], folder)
    else:
        for text, take, out in (one for take in files for one in take):
            (espeak if synthesiser == "espeak-ng" else flite)(voice, text, take, out)
    return [[clean(read(out)) for _, _, out in take] for take in files]


def utterance(pieces, rng):
    """Four seconds of pieces in random order, as often as they are needed; with the noise."""
    parts, length = [], 0
    while length < LENGTH:
        for i in rng.permutation(len(pieces)):
            takes = pieces[i]
            parts += [takes[rng.integers(len(takes))], np.zeros(GAP)]
            length += len(parts[-2]) + GAP
    joined = np.concatenate(parts)
    start = rng.integers(len(joined) - LENGTH + 1)
    joined = joined[start : start + LENGTH]
    joined = joined / np.sqrt((joined**2).mean())
    joined = joined + NOISE * rng.standard_normal(LENGTH)
    high = scipy.signal.resample_poly(joined, 2, 1)
    return high * 0.05 / np.sqrt((high**2).mean())


def write(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    clipped = np.clip(np.round(samples * 32_767), -32_768, 32_767).astype("<i2")
    scipy.io.wavfile.write(path, 2 * RATE, clipped)


def series(folder, voices, count, pieces):
    """count utterances, of the voices in turn; pieces(voice) are [word][take] of samples. One that is complete is left alone."""
    if len(list(folder.glob("*.wav"))) == count:
        return
    rng = np.random.default_rng(zlib.crc32("/".join(folder.parts[-3:]).encode()))
    for v, voice in enumerate(voices):
        own = pieces(voice)
        for n in range(v, count, len(voices)):
            write(folder / f"{voice}-{n // len(voices):03}.wav", utterance(own, rng))
    print(f"{folder}: {count}", flush=True)


def main():
    fsdd, speech, out = map(pathlib.Path, sys.argv[1:4])
    synthesisers = (("espeak-ng", ESPEAK), ("flite", FLITE), ("festival", FESTIVAL))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)

        def digits(who):
            return [[clean(read(file)) for file in sorted(fsdd.glob(f"{digit}_{who}_*.wav"))] for digit in range(10)]

        def sentences(who):
            return [[clean(read(speech / f"ASR_{who}_snt{i + 1}.wav"))] for i in range(len(SENTENCES[who]))]

        def said(synthesiser, texts):
            return lambda voice: [list(takes) for takes in zip(*spoken(synthesiser, voice, texts, folder))]

        for part, counts in COUNTS.items():
            series(out / "digits" / part / "bonafide", SPEAKERS[part], counts["bonafide"], digits)
            for name, voices in synthesisers:
                if part in voices:
                    series(out / "digits" / part / name, voices[part], counts[name], said(name, WORDS))
        texts = [text for own in SENTENCES.values() for text in own]
        series(out / "sentences" / "bonafide", list(SENTENCES), 60, sentences)
        for name, voices in synthesisers:
            series(out / "sentences" / name, voices["test"], 60, said(name, texts))


if __name__ == "__main__":
    main()
