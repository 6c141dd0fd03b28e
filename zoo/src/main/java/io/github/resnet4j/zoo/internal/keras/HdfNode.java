package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A group or an array by the way that leads to it.
 *
 * @param way the addresses of all objects from the root to this one
 */
record HdfNode(Hdf5 file, List<Long> way) {
    private static final int DEPTH = 16;

    static HdfNode root(Hdf5 file, long address) {
        return new HdfNode(file, List.of(address));
    }

    /** Identifies the object, whatever path leads to it. */
    long address() {
        return way.get(way.size() - 1);
    }

    /** The names of what is in the group, in the file's order; none if it is an array. */
    Set<String> names() {
        return file.group(address()).links().keySet();
    }

    Attributes attributes() {
        return file.attributes(address());
    }

    /** Whether it is an array. */
    boolean isArray() {
        return file.header(address()).has(Header.Message.LAYOUT);
    }

    /** The array as a tensor; {@code name} is for messages. */
    Tensor tensor(String name) {
        return Dataset.tensor(file.header(address()), name);
    }

    /**
     * What a path leads to.
     *
     * @param path names with slashes between them
     * @return empty if there is nothing
     */
    Optional<HdfNode> find(String path) {
        Optional<HdfNode> node = Optional.of(this);
        for (String name : path.split("/")) {
            if (!name.isEmpty()) {
                node = node.flatMap(above -> above.child(name));
            }
        }
        return node;
    }

    /** What a name in the group leads to. */
    Optional<HdfNode> child(String name) {
        return Optional.ofNullable(file.group(address()).links().get(name)).map(link -> follow(name, link));
    }

    private HdfNode follow(String name, Group.Link link) {
        Location place = new Location.Named(name);
        if (link instanceof Group.Link.Hard hard) {
            if (way.contains(hard.address())) {
                throw file.hostile(Fault.CYCLE, place, "has a group that contains itself");
            }
            if (way.size() == DEPTH) {
                throw file.hostile(Fault.LIMIT, place, "nests groups more than " + DEPTH + " deep");
            }
            List<Long> longer = new ArrayList<>(way);
            longer.add(hard.address());
            return new HdfNode(file, List.copyOf(longer));
        }
        throw link instanceof Group.Link.External
                ? file.unread(Fault.EXTERNAL, place, "refers to another file, which resnet4j does not open")
                : file.unread(Fault.CYCLE, place, "has a soft link, which Keras does not write");
    }
}
