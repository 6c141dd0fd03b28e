package io.github.resnet4j.zoo.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One operation of a network.
 *
 * @param name torchvision's state-dict name ({@code layer1.0.bn2}); unique, without underscores (DL4J splits keys there)
 * @param op what it computes
 * @param inputs names of the nodes it reads; {@link Network#INPUT} is the image
 * @param stage the part of the network it belongs to: {@code stem}, {@code layer1} … or {@code head}
 * @param inputShapes shapes of its inputs
 */
public record Node(String name, Op op, List<String> inputs, String stage, List<Shape> inputShapes) {

    /** @throws ShapeException if the operation cannot take inputs of these shapes */
    public Node {
        inputs = List.copyOf(inputs);
        inputShapes = List.copyOf(inputShapes);
        op.out(inputShapes);
    }

    /** Shape of its first input. */
    public Shape in() {
        return inputShapes.get(0);
    }

    /** Shape of its output. */
    public Shape out() {
        return op.out(inputShapes);
    }

    /** The tensors that it keeps, in PyTorch's order. */
    public List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        addSlots(slots);
        return Collections.unmodifiableList(slots);
    }

    /** Adds them to {@code all}; a guess of what a file holds goes through those of the whole zoo. */
    void addSlots(List<Slot> all) {
        for (Slot.Kind kind : op.slots(inputShapes)) {
            all.add(new Slot(this, kind));
        }
    }

    /** Trained values: weights, biases, BN's gamma and beta. */
    public long parameters() {
        return values(true);
    }

    /** Values that are kept but not trained: BN's running mean and variance. DL4J counts them as parameters. */
    public long statistics() {
        return values(false);
    }

    private long values(boolean trained) {
        return slots().stream()
                .filter(slot -> slot.role().trained() == trained)
                .mapToLong(Slot::elements)
                .sum();
    }

    /** Multiply-adds for one sample, of convolutions and dense layers, as the papers count them. */
    public long macs() {
        return op.macs(inputShapes);
    }
}
