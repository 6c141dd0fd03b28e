package io.github.resnet4j.cli;

import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.util.Iterator;

/** The names of published weights, for shell completion. */
final class WeightNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Pretrained.list().stream().map(PretrainedWeights::name).iterator();
    }
}
