"""scipy's side of the benchmark of spectrograms: four seconds of sound to 10 log10 of the power, 1025x126.

    stft.py SOUNDS

Answers each line of the standard input with the seconds that one thread spends on its processor for so many sounds.
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import scipy
import scipy.fft

sounds = int(sys.argv[1])
samples = np.random.default_rng(1).standard_normal(64_000) / 8
samples /= np.abs(samples).max()
window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2048) / 2048)


def spectrogram(samples):
    padded = np.pad(samples, 1024, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::512]
    spectrum = scipy.fft.rfft(frames * window, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).T
    decibels = 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(decibels, decibels.max() - 80)


print("scipy", scipy.__version__, "numpy", np.__version__, flush=True)
for _ in sys.stdin:
    start = time.process_time()
    for _ in range(sounds):
        spectrogram(samples)
    print(time.process_time() - start, flush=True)
