package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/** Which feature of sounds a network takes: its input says so. */
final class Feature {
    /** What a card's provenance calls it. */
    static final String KEY = "feature";

    private Feature() {}

    /** @throws UsageException if no feature has this shape */
    static SoundFeature of(Shape input) {
        return List.of("stft", "mfcc", "cqcc").stream()
                .map(SoundFeature::named)
                .filter(feature -> input.equals(new Shape(1, feature.rows(), feature.frames())))
                .findFirst()
                .orElseThrow(() -> new UsageException("the network's input " + input
                        + " is that of no feature of sounds: take spec-resnet-stft, spec-resnet-mfcc or"
                        + " spec-resnet-cqcc"));
    }
}
