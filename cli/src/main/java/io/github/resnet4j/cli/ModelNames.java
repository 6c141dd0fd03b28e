package io.github.resnet4j.cli;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import java.util.Iterator;

/** The zoo's names, for shell completion. */
final class ModelNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Zoo.list().stream().map(Architecture::name).iterator();
    }
}
