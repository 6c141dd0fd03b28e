package io.github.resnet4j.zoo.body;

import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A feature pyramid (Lin et al. 2017, arXiv:1612.03144, section 3): maps of equally many channels, each of which knows what
 * the coarser ones know. Every map goes through a 1×1 convolution; to it is added what stands above it, repeated to its rows
 * and columns; of each sum, a 3×3 convolution makes the pyramid's map. All have biases, and none a normalisation or
 * activation.
 *
 * <p>Of C2, C3, … it makes P2, P3, … The nodes have torchvision's names for its {@code FeaturePyramidNetwork}, {@code
 * fpn.inner-blocks.0.0} for {@code fpn.inner_blocks.0.0}. Weights are uniform with variance 1 / fan-in, biases 0.
 *
 * @param channels of every map, at least 1; the paper's are 256
 * @param extra coarser maps upon the last
 */
public record FeaturePyramid(int channels, Extra extra) {
    /** The stage that its nodes belong to. */
    public static final String STAGE = "fpn";

    /** With 256 channels and every second place of P5 as P6: torchvision's for Faster and Mask R-CNN. */
    public static final FeaturePyramid TORCHVISION = new FeaturePyramid(256, Extra.SUBSAMPLED);

    private static final String PREFIX = STAGE + ".";
    private static final String INNER = PREFIX + "inner-blocks.";
    private static final String LAYER = PREFIX + "layer-blocks.";
    private static final String EXTRA = PREFIX + "extra-blocks.";

    /** What stands above the last level. */
    public enum Extra {
        /** Nothing. */
        NONE,
        /** Every second row and column of it: torchvision's {@code LastLevelMaxPool}, whose map is called {@code pool}. */
        SUBSAMPLED,
        /**
         * A 3×3 convolution with stride 2 of the last of the maps below, and another of its ReLU: two more maps, as in
         * RetinaNet (Lin et al. 2017b, arXiv:1708.02002, section 4); torchvision's {@code LastLevelP6P7(2048, 256)}.
         */
        CONVOLVED,
        /** The same of the pyramid's own last map: torchvision's {@code LastLevelP6P7(256, 256)}. */
        CONVOLVED_OWN
    }

    public FeaturePyramid {
        if (channels < 1) {
            throw new IllegalArgumentException("a pyramid needs at least 1 channel, got " + channels);
        }
    }

    /**
     * Writes its nodes.
     *
     * @param net that has written the maps
     * @param maps their nodes by names that end in a number, the largest map first: {@code C2}, {@code C3}, …
     * @return its own nodes by names with the same numbers, the largest first: {@code P2}, {@code P3}, …
     * @throws IllegalArgumentException if there are no maps, or a name has no number
     */
    public Map<String, String> write(NetworkWriter net, Map<String, String> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("a pyramid needs at least one map");
        }
        net.stage(STAGE);
        net.initial(Op.Initial.FAN_IN);
        List<String> names = List.copyOf(maps.keySet());
        Map<String, String> coarseFirst = new LinkedHashMap<>();
        String above = "";
        for (int i = names.size() - 1; i >= 0; i--) {
            String inner = net.biasedConv(INNER + i + ".0", maps.get(names.get(i)), channels, 1);
            if (!above.isEmpty()) {
                String larger = net.resize(PREFIX + i + ".resized", above, inner, Op.Interpolation.NEAREST);
                inner = net.sum(PREFIX + i + ".add", inner, larger);
            }
            above = inner;
            coarseFirst.put("P" + number(names.get(i)), net.biasedConv(LAYER + i + ".0", inner, channels, 3));
        }
        List<String> levels = new ArrayList<>(coarseFirst.keySet());
        Collections.reverse(levels);
        Map<String, String> pyramid = new LinkedHashMap<>();
        levels.forEach(level -> pyramid.put(level, coarseFirst.get(level)));
        String last = names.get(names.size() - 1);
        int next = number(last) + 1;
        String own = pyramid.get("P" + number(last));
        switch (extra) {
            case NONE -> {}
            case SUBSAMPLED -> pyramid.put("P" + next, net.maxPool(PREFIX + "pool", own, 1, 2, 0));
            case CONVOLVED -> convolved(net, maps.get(last), next, pyramid);
            case CONVOLVED_OWN -> convolved(net, own, next, pyramid);
        }
        return Collections.unmodifiableMap(pyramid);
    }

    private void convolved(NetworkWriter net, String from, int next, Map<String, String> pyramid) {
        String sixth = halving(net, EXTRA + "p6", from);
        // A leaky one of slope 0 is a ReLU that leaves its input, which is a map of the pyramid, as it is
        String seventh = halving(net, EXTRA + "p7", net.leakyRelu(EXTRA + "relu", sixth, 0));
        pyramid.put("P" + next, sixth);
        pyramid.put("P" + (next + 1), seventh);
    }

    private String halving(NetworkWriter net, String name, String from) {
        Window window = Window.square(3, 2, 1);
        return net.add(name, new Op.Convolution(channels, window, 1, true, 0, Op.Initial.FAN_IN), from);
    }

    private static int number(String map) {
        String digits = map.replaceFirst("^\\D*", "");
        if (!digits.matches("\\d{1,4}")) {
            throw new IllegalArgumentException(
                    "a pyramid's maps have names that end in a number, as C2 does, got " + map);
        }
        return Integer.parseInt(digits);
    }
}
