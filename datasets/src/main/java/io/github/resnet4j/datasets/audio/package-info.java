/**
 * Sounds from files, and what a network sees of them: every file untrusted, every feature by a published formula.
 *
 * <p>{@link io.github.resnet4j.datasets.audio.SoundDecoder} reads WAV and FLAC to one channel of samples, {@link
 * io.github.resnet4j.datasets.audio.Sound}. A {@link io.github.resnet4j.datasets.audio.SoundFeature} makes a map of
 * 1×rows×frames of it, those of Spec-ResNet (Alzantot et al. 2019): {@link
 * io.github.resnet4j.datasets.audio.LogSpectrogram}, {@link io.github.resnet4j.datasets.audio.Mfcc} and {@link
 * io.github.resnet4j.datasets.audio.Cqcc}. Everything is computed in double precision, on the calling thread.
 */
package io.github.resnet4j.datasets.audio;
