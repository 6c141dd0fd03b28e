package io.github.resnet4j.spark.internal.inference;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * From what images say of their class to the model's classes. It is made once, on the driver: a task that meets a class which
 * others do not, or not all of them, counts it alike.
 *
 * @param byName the model's class by the name of a class
 * @param byNumber the model's class by the number that the data give a class; empty if it is the same number
 * @param classes the model's number of classes
 */
public record Labels(Map<String, Integer> byName, List<Integer> byNumber, int classes) implements Serializable {
    public Labels {
        byName = Map.copyOf(byName);
        byNumber = List.copyOf(byNumber);
    }

    /** The model's class; empty if the data's is none of them. */
    OptionalInt of(String label) {
        Integer named = byName.get(label);
        if (named != null) {
            return OptionalInt.of(named);
        }
        if (!label.matches("\\d{1,9}")) {
            return OptionalInt.empty();
        }
        int number = Integer.parseInt(label);
        if (byNumber.isEmpty()) {
            return number < classes ? OptionalInt.of(number) : OptionalInt.empty();
        }
        return number < byNumber.size() ? OptionalInt.of(byNumber.get(number)) : OptionalInt.empty();
    }
}
