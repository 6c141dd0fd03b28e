package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.report.HeatMap;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.nio.file.Path;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;

/** Sounds as pictures: what the network takes of them, and what in it speaks for the network's answer. */
final class HeardSounds implements AutoCloseable {
    private static final int SIDE = 160;
    /** The last maps of these networks are 5×1 at the least, which do not show when anything was heard. */
    private static final int LEAST_PLACES = 8;

    private final SpoofingSounds sounds;
    private final SoundFeature feature;
    private final ModelArchive.Loaded model;
    private final Inference inference;
    private final Optional<ClassActivationMaps> maps;

    /**
     * Two pictures, as PNG.
     *
     * @param plain the feature
     * @param explained the same with what speaks for the answer; absent if the network has no maps
     */
    record Pictures(byte[] plain, Optional<byte[]> explained) {}

    /** @param modelFile the network */
    HeardSounds(SpoofingSounds sounds, SoundFeature feature, Path modelFile) {
        this.sounds = sounds;
        this.feature = feature;
        model = ModelArchive.read(modelFile, NetworkGraph.Options.seeded(1));
        try {
            inference = Inference.of(model.graph(), model.card().input(), 1, Engine.AUTO);
        } catch (RuntimeException e) {
            NetworkGraph.close(model.graph());
            throw e;
        }
        maps = maps();
    }

    private Optional<ClassActivationMaps> maps() {
        try {
            return ClassActivationMaps.ofLargerMaps(model.network(), model.graph(), inference, LEAST_PLACES);
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            return Optional.empty(); // a report without maps is better than none
        }
    }

    /**
     * The pictures of a sound; nothing if it cannot be read any more, as files come and go.
     *
     * @param answer the class that is to be explained
     */
    Optional<Pictures> of(int index, int answer) {
        float[] values;
        try {
            values = feature.of(sounds.sound(index));
        } catch (BadDataException e) {
            return Optional.empty();
        }
        Rgb8Image picture = SpectrogramPicture.of(values, feature.rows(), feature.frames(), SIDE);
        Optional<byte[]> explained = maps.map(known -> {
            long[] shape = {1, 1, feature.rows(), feature.frames()};
            ActivationMap map =
                    known.of(Nd4j.create(values, shape, 'c'), answer).get(0);
            return HeatMap.png(picture, upsideDown(map));
        });
        return Optional.of(new Pictures(Png.encode(Png.image(picture)), explained));
    }

    /** Low frequencies are the first rows of a map, and at the bottom of a picture. */
    private static ActivationMap upsideDown(ActivationMap map) {
        float[] values = new float[map.values().length];
        for (int row = 0; row < map.height(); row++) {
            System.arraycopy(
                    map.values(), row * map.width(), values, (map.height() - 1 - row) * map.width(), map.width());
        }
        return new ActivationMap(map.height(), map.width(), values);
    }

    @Override
    public void close() {
        maps.ifPresent(ClassActivationMaps::close);
        try (inference) {
            NetworkGraph.close(model.graph());
        }
    }
}
