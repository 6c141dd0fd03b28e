package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Place;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import io.github.resnet4j.zoo.weights.names.Naming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How well a file's tensors fit a network of the zoo, by names and shapes.
 *
 * @param architecture the row of the zoo, where need be with other shortcuts
 * @param classes of the file's classifier, or the row's where the file has none
 * @param matched how many tensors have a place
 * @param total how many tensors the file and the network have, those that match counted once
 */
public record Fit(Architecture architecture, int classes, int matched, int total) {
    ...
}
