package io.github.resnet4j.zoo;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads a spec's options from a map and collects everything that is wrong with them. A method for each kind of value
 * takes the option's key and present value, and returns the map's value, or the present one where the map has none:
 *
 * <pre>{@code
 * OptionReader read = new OptionReader(options);
 * MySpec made = new MySpec(read.choice("norm", norm, Norm.class), read.integer("growth", growth, 1, 512));
 * read.verify();
 * }</pre>
 */
public final class OptionReader {
    private final Map<String, String> given;
    private final List<String> known = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Reads from {@code options}, keys to values. */
    public OptionReader(Map<String, String> options) {
        given = new LinkedHashMap<>(options);
    }

    /** One of an enum's constants, spelt as its {@code toString}. */
    public <E extends Enum<E>> E choice(String key, E present, Class<E> type) {
        String value = take(key);
        if (value == null) {
            return present;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equals(value)) {
                return constant;
            }
        }
        String all = Arrays.stream(type.getEnumConstants()).map(E::toString).collect(Collectors.joining(", "));
        return refuse(key, value, "is not one of " + all, present);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean present) {
        String value = take(key);
        return value == null || value.equals("true") || value.equals("false")
                ? value == null ? present : value.equals("true")
                : refuse(key, value, "is not true or false", present);
    }

    /** A whole number between two others, both included. */
    public int integer(String key, int present, int least, int most) {
        return integer(key, present, least, most, 1);
    }

    /**
     * The same for a number that must not be larger for a reason of its own.
     *
     * @param beyond what a larger one does, as the message is to say it: {@code leaves no channels}
     */
    public int integer(String key, int present, int least, int most, String beyond) {
        String value = given.getOrDefault(key, "");
        if (value.matches("[+]?[0-9]{1,9}") && Integer.parseInt(value) > most) {
            return refuse(key, take(key), beyond + "; the nearest that does not is " + most, present);
        }
        return integer(key, present, least, most);
    }

    /**
     * One of {@code least}, {@code least + step}, {@code least + 2 step}, … up to {@code most}, or the present value: the
     * layers of a network of equal blocks, say.
     */
    public int integer(String key, int present, int least, int most, int step) {
        String value = take(key);
        if (value == null) {
            return present;
        }
        String why = "is not a whole number from " + least + " to " + most;
        if (value.matches("[+-]?[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            int below = number - Math.floorMod(number - least, step);
            if (number == present || number >= least && number <= most && below == number) {
                return number;
            }
            if (step > 1) {
                int nearest = number - below <= step / 2 ? below : below + step;
                int last = most - (most - least) % step;
                why = "is none of " + least + ", " + (least + step) + ", " + (least + 2 * step) + ", …, " + last
                        + "; the nearest is " + Math.max(least, Math.min(last, nearest));
            }
        }
        return refuse(key, value, why, present);
    }

    /** One of some whole numbers, in their order. */
    public int integer(String key, int present, List<Integer> some) {
        String value = take(key);
        if (value == null) {
            return present;
        }
        for (int number : some) {
            if (String.valueOf(number).equals(value)) {
                return number;
            }
        }
        String all = some.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return refuse(key, value, (some.size() == 1 ? "is not " : "is not one of ") + all, present);
    }

    /** A number between two others, both included. */
    public double number(String key, double present, double least, double most) {
        String value = take(key);
        if (value == null) {
            return present;
        }
        if (value.matches("[+-]?[0-9]{0,20}\\.?[0-9]{1,20}([eE][+-]?[0-9]{1,3})?")) {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        return refuse(key, value, "is not a number from " + least + " to " + most, present);
    }

    /**
     * Checks that everything was valid. Call it last.
     *
     * @throws OptionException if a value is invalid or a key unknown; the message lists them all
     */
    public void verify() {
        given.keySet()
                .forEach(key -> problems.add("unknown option \"" + Printable.brief(key) + "\""
                        + Suggest.nearest(key, known)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(
                                        known.isEmpty()
                                                ? "; this network has no options"
                                                : "; its options are " + String.join(", ", known))));
        if (!problems.isEmpty()) {
            throw new OptionException(problems);
        }
    }

    private String take(String key) {
        known.add(key);
        return given.remove(key);
    }

    private <T> T refuse(String key, String value, String why, T present) {
        problems.add("option " + key + ": \"" + Printable.brief(value) + "\" " + why);
        return present;
    }
}
