package io.github.resnet4j.cli;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import java.util.Iterator;

/** Names that a shell completes. */
final class Completion {
    private Completion() {}

    /** Those of the zoo's networks. */
    static final class Networks implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Zoo.list().stream().map(Architecture::name).iterator();
        }
    }

    /** Those of published weights. */
    static final class Weights implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Pretrained.list().stream().map(PretrainedWeights::name).iterator();
        }
    }
}
