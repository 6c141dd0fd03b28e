package io.github.resnet4j.zoo.pretrained;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of weights that somebody published for an architecture of the zoo, and what you need to know to use it.
 *
 * @param architecture its name in the zoo
 * @param options of the architecture where the weights were trained with others than its own; the tensors may not tell
 * @param tag who trained the weights, how, on what: {@code tv_in1k}
 * @param url where the file is, {@code https:}; {@code classpath:} if this build of resnet4j holds it
 * @param bytes its size; absent if the publisher does not state it
 * @param hash its hash, or the beginning of it; of a {@code .zip} that of the only file in it
 * @param licence SPDX identifier, or {@link #UNKNOWN_LICENCE} where the publisher names none. What ImageNet's own terms
 *     mean for weights trained on it is for lawyers
 * @param preprocessing how an image becomes an input
 * @param channelOrder the order of colours that the file's first convolution expects
 * @param classNames what the logits stand for
 * @param accuracy as published, with this preprocessing; absent if none is published for this very file
 * @param source the publisher and its name for the recipe
 * @param page the publisher's page about it; for a file that this build holds, a path in resnet4j's repository
 */
public record PretrainedWeights(
        String architecture,
        Map<String, String> options,
        String tag,
        URI url,
        OptionalLong bytes,
        FileHash hash,
        String licence,
        Preprocessing preprocessing,
        ChannelOrder channelOrder,
        ClassNames classNames,
        Optional<Accuracy> accuracy,
        String source,
        URI page) {
    /** In place of a licence that the publisher does not name. */
    public static final String UNKNOWN_LICENCE = "unknown";

    private static final String BUNDLED = "classpath";
    private static final String ZIP = ".zip";
    private static final int BYTES_PER_VALUE = 4;
    private static final long ROOM = 1 << 20;

    public PretrainedWeights {
        options = Map.copyOf(options);
        if (!architecture.matches("[a-z0-9-]+") || !tag.matches("[a-z0-9_-]+")) {
            throw new IllegalArgumentException(architecture + "." + tag + " is not a valid name for weights");
        }
        boolean addressed = BUNDLED.equals(url.getScheme())
                ? url.getPath() != null && bytes.isPresent() && hash.isWhole()
                : "https".equals(url.getScheme()) && url.getHost() != null;
        if (!addressed || url.getPath().endsWith("/")) {
            throw new IllegalArgumentException(
                    url + " is neither the https address of a file nor a resource of known size and hash");
        }
        if (bytes.isPresent() && bytes.getAsLong() <= 0) {
            throw new IllegalArgumentException(url + " cannot have a size of " + bytes.getAsLong() + " bytes");
        }
    }

    /** What users call them: {@code resnet50.tv_in1k}. */
    public String name() {
        return architecture + "." + tag;
    }

    /** The published file's name. */
    public String fileName() {
        return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
    }

    /** Whether this build of resnet4j holds the file, so that nothing needs to be downloaded. */
    public boolean isBundled() {
        return BUNDLED.equals(url.getScheme());
    }

    /**
     * The bytes of a file that this build holds, unchecked.
     *
     * @throws IllegalStateException if this build does not hold it
     */
    public InputStream open() {
        InputStream in = isBundled() ? PretrainedWeights.class.getResourceAsStream(url.getPath()) : null;
        if (in == null) {
            throw new IllegalStateException(url + " is not in this build of resnet4j");
        }
        return in;
    }

    /** Whether the weights are the only file in a zip archive. */
    public boolean isZipped() {
        return fileName().endsWith(ZIP);
    }

    /** The name of the file with the weights: without {@code .zip}. */
    public String unzippedName() {
        return isZipped() ? fileName().substring(0, fileName().length() - ZIP.length()) : fileName();
    }

    /** The architecture with the weights' options. */
    public Architecture row() {
        return Zoo.find(architecture).with(options);
    }

    /**
     * The most bytes that the file can have: its size, or if that is unknown twice what the architecture's parameters
     * and statistics take as 32-bit floats, and a mebibyte.
     */
    public long maxBytes() {
        if (bytes.isPresent()) {
            return bytes.getAsLong();
        }
        Network network = row().network();
        return 2 * BYTES_PER_VALUE * (network.parameters() + network.statistics()) + ROOM;
    }

    /** The same with the size, if the publisher states it. */
    PretrainedWeights size(long known) {
        return with(OptionalLong.of(known), hash);
    }

    /** The same with all digits of the SHA-256. */
    PretrainedWeights sha256(String hex) {
        if (hash.algorithm() != FileHash.Algorithm.SHA_256 || !hash.matches(hex)) {
            throw new IllegalArgumentException(name() + " has " + hash + ", not " + hex);
        }
        return with(bytes, new FileHash(hash.algorithm(), hex));
    }

    private PretrainedWeights with(OptionalLong size, FileHash digits) {
        return new PretrainedWeights(
                architecture,
                options,
                tag,
                url,
                size,
                digits,
                licence,
                preprocessing,
                channelOrder,
                classNames,
                accuracy,
                source,
                page);
    }
}
