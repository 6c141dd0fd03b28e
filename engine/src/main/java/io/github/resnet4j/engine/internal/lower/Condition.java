package io.github.resnet4j.engine.internal.lower;

import java.util.ArrayList;
import java.util.List;

/**
 * When an instruction runs.
 *
 * @param kept all of these branches count
 * @param dropped not all of these count, if there are any
 */
record Condition(List<Coin> kept, List<Coin> dropped) {
    static final Condition ALWAYS = new Condition(List.of(), List.of());

    /** That all of these branches count. */
    static Condition kept(List<Coin> coins) {
        return new Condition(coins, List.of());
    }

    /** The same, and that this branch counts. */
    Condition and(Coin coin) {
        List<Coin> all = new ArrayList<>(kept);
        all.add(coin);
        return new Condition(List.copyOf(all), dropped);
    }

    /** The same, but that this branch does not count. */
    Condition without(Coin coin) {
        return new Condition(kept, List.of(coin));
    }

    /** Whether it runs in the next execution. */
    boolean holds() {
        return kept.stream().allMatch(Coin::kept)
                && (dropped.isEmpty() || !dropped.stream().allMatch(Coin::kept));
    }

    /** {@code step}, if it holds. */
    Runnable guard(Runnable step) {
        if (equals(ALWAYS)) {
            return step;
        }
        return () -> {
            if (holds()) {
                step.run();
            }
        };
    }
}
