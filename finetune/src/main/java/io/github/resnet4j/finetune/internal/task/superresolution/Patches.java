package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.datasets.superresolution.ImagePair;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Random parts of photographs to train on, several of each in an epoch: small ones of C×H×W, and what they were made of. Pairs
 * of images are kept in memory, as far as a quarter of the heap has room for them.
 */
final class Patches implements Samples {
    private static final int HEAP_SHARE = 4;

    private final Photographs photographs;
    private final int each;
    private final Shape input;
    private final int factor;
    private final Colours colours;
    private final Map<Integer, ImagePair> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    /**
     * @param each patches of a photograph in an epoch
     * @param input a patch in low resolution
     */
    Patches(Photographs photographs, int each, Shape input, int factor) {
        this.photographs = photographs;
        this.each = each;
        this.input = input;
        this.factor = factor;
        this.colours = SuperResolution.colours(input);
    }

    /** Patches of a photograph in an epoch. */
    int each() {
        return each;
    }

    /** The values of the patches and, as their targets, those of high resolution. */
    SampleSource source() {
        return index -> {
            ImagePair pair = pair(index / each);
            return (view, random, slot) -> {
                ImagePair patch = pair.patch(input.height(), random);
                colours.write(patch.low(), slot.features(), slot.at());
                colours.write(patch.high(), slot.targets(), slot.targetAt());
            };
        };
    }

    private ImagePair pair(int photograph) {
        synchronized (kept) {
            ImagePair known = kept.get(photograph);
            if (known != null) {
                return known;
            }
        }
        ImagePair read = photographs.pair(photograph, factor);
        ImagePair pair = new ImagePair(colours.seen(read.low()), colours.seen(read.high()), factor);
        keep(photograph, pair);
        return pair;
    }

    private void keep(int photograph, ImagePair pair) {
        long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
        synchronized (kept) {
            if (kept.putIfAbsent(photograph, pair) == null) {
                keptBytes += bytes(pair);
            }
            List<Integer> oldest = new ArrayList<>(kept.keySet());
            for (int i = 0; keptBytes > most && i < oldest.size(); i++) {
                keptBytes -= bytes(kept.remove(oldest.get(i)));
            }
        }
    }

    private static long bytes(ImagePair pair) {
        return (long) pair.low().pixels().length + pair.high().pixels().length;
    }

    @Override
    public int size() {
        return Math.multiplyExact(photographs.size(), each);
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public String name(int index) {
        return photographs.name(index / each);
    }

    @Override
    public void check(int index) {
        if (index % each == 0) {
            int side = factor * input.height();
            photographs.check(
                    index / each,
                    side,
                    "a patch of " + input.height() + "x" + input.width() + ", enlarged " + factor + " times,");
        }
    }

    @Override
    public String fingerprint() {
        return photographs.fingerprint();
    }

    @Override
    public long lastModified(int index) {
        return photographs.lastModified(index / each);
    }
}
