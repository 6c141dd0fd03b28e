package io.github.resnet4j.finetune.config;

import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a compact constructor demands of its components; {@link #verify} reports all that is wrong in one exception. */
final class Requirements {
    /**
     * One demand that is not met; {@code key} is empty where it concerns several components, and {@code runs[1].label}
     * where it concerns a part of one.
     */
    record Fault(String key, String message) {
        @Override
        public String toString() {
            return key.isEmpty() ? message : key + ": " + message;
        }
    }

    /** Values a record does not accept. */
    static final class Failed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final transient List<Fault> faults;

        private Failed(List<Fault> faults) {
            super(faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
            this.faults = List.copyOf(faults);
        }

        List<Fault> faults() {
            return faults;
        }
    }

    private final List<Fault> faults = new ArrayList<>();

    Requirements that(boolean holds, String key, String message) {
        if (!holds) {
            faults.add(new Fault(key, message));
        }
        return this;
    }

    Requirements together(boolean holds, String message) {
        return that(holds, "", message);
    }

    Requirements atLeast(String key, int value, int low) {
        return that(value >= low, key, "must be at least " + low + ", not " + value);
    }

    Requirements atLeast(String key, Optional<Integer> value, int low) {
        return value.map(v -> atLeast(key, v, low)).orElse(this);
    }

    Requirements atLeast(String key, double value, double low) {
        return that(value >= low && finite(value), key, "must be at least " + number(low) + ", not " + number(value));
    }

    Requirements positive(String key, double value) {
        return that(value > 0 && finite(value), key, "must be greater than 0, not " + number(value));
    }

    Requirements positive(String key, Optional<Double> value) {
        return value.map(v -> positive(key, v)).orElse(this);
    }

    /** From {@code low} to {@code high}, {@code high} excluded. */
    Requirements fraction(String key, double value, double low, double high) {
        return that(
                value >= low && value < high,
                key,
                "must be at least " + number(low) + " and less than " + number(high) + ", not " + number(value));
    }

    Requirements written(String key, String value) {
        return that(!value.isBlank(), key, "must not be blank");
    }

    Requirements written(String key, Optional<String> value) {
        return value.map(v -> written(key, v)).orElse(this);
    }

    /** Throws what was found, if anything. */
    void verify() {
        if (!faults.isEmpty()) {
            throw new Failed(faults);
        }
    }

    private static boolean finite(double value) {
        return Math.abs(value) <= Double.MAX_VALUE;
    }

    private static String number(double value) {
        return Numbers.decimal(value);
    }
}
