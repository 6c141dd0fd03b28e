package io.github.resnet4j.engine.internal.read;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * How DL4J's classes are read, one row for each. Only the exact class counts: a subclass may compute something
 * else.
 *
 * @param <T> what is read
 * @param <R> what comes of it
 */
final class Table<T, R> {
    private final Map<Class<?>, BiFunction<T, Vertex, R>> rows = new HashMap<>();

    /** This table with one more row. */
    <C extends T> Table<T, R> row(Class<C> type, BiFunction<C, Vertex, R> read) {
        rows.put(type, (thing, vertex) -> read.apply(type.cast(thing), vertex));
        return this;
    }

    boolean knows(T thing) {
        return rows.containsKey(thing.getClass());
    }

    /** @throws UnreadableVertexException if there is no row for it, or it can be read no further */
    R read(T thing, Vertex vertex) {
        vertex.require(knows(thing), "the engine does not support " + Vertex.className(thing));
        return rows.get(thing.getClass()).apply(thing, vertex);
    }
}
