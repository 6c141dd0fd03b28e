package io.github.resnet4j.engine.internal.ir;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of operations that there are. */
public final class OperationKinds {
    private OperationKinds() {}

    /** All but these. */
    @SafeVarargs
    public static Set<Class<?>> allBut(Class<? extends Operation>... others) {
        Set<Class<?>> without = new HashSet<>();
        for (Class<?> other : others) {
            without.add(other);
        }
        return Stream.of(Operation.class, Operation.Loss.class)
                .flatMap(kind -> Stream.of(kind.getPermittedSubclasses()))
                .filter(kind -> kind != Operation.Loss.class && !without.contains(kind))
                .collect(Collectors.toSet());
    }
}
