package io.github.resnet4j.zoo.pretrained;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of weights that somebody published for an architecture of the zoo, and what you need to know to use it.
 *
 * @param architecture its name in the zoo
 * @param tag who trained the weights, how, on what: {@code tv_in1k}
 * @param url where the file is, {@code https:}
 * @param bytes its size; absent if the publisher does not state it
 * @param hash its hash, or the beginning of it
 * @param licence SPDX identifier, or {@link #UNKNOWN_LICENCE} where the publisher names none. What ImageNet's own terms
 *     mean for weights trained on it is for lawyers
 * @param preprocessing how an image becomes an input
 * @param channelOrder the order of colours that the file's first convolution expects
 * @param classNames what the logits stand for
 * @param accuracy as published, with this preprocessing; absent if none is published for this very file
 * @param source the publisher and its name for the recipe
 * @param page the publisher's page about it
 */
public record PretrainedWeights(
        String architecture,
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

    private static final int BYTES_PER_VALUE = 4;
    private static final long ROOM = 1 << 20;

    public PretrainedWeights {
        if (!architecture.matches("[a-z0-9-]+") || !tag.matches("[a-z0-9_-]+")) {
            throw new IllegalArgumentException(architecture + "." + tag + " is not a valid name for weights");
        }
        if (!"https".equals(url.getScheme())
                || url.getHost() == null
                || url.getPath().endsWith("/")) {
            throw new IllegalArgumentException(url + " is not the https address of a file");
        }
        if (bytes.isPresent() && bytes.getAsLong() <= 0) {
            throw new IllegalArgumentException(url + " cannot have a size of " + bytes.getAsLong() + " bytes");
        }
    }

    /** What users call them: {@code resnet50.tv_in1k}. */
    public String name() {
        return architecture + "." + tag;
    }

    /** The file's name. */
    public String fileName() {
        return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
    }

    /**
     * The most bytes that the file can have: its size, or if that is unknown twice what the architecture's parameters
     * and statistics take as 32-bit floats, and a mebibyte.
     */
    public long maxBytes() {
        if (bytes.isPresent()) {
            return bytes.getAsLong();
        }
        Network network = Zoo.find(architecture).network();
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
