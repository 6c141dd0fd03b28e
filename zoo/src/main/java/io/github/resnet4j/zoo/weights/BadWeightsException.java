package io.github.resnet4j.zoo.weights;

import java.nio.file.Path;

/**
 * A weight file that cannot be used. The message is one line: the file, what is wrong with it, what to do, the format,
 * and the place.
 */
public final class BadWeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final WeightFormat format;
    private final Fault fault;
    private final transient Location place;

    /**
     * A problem with a file.
     *
     * @param file as the user named it
     * @param format as far as it is known
     * @param fault which kind of problem
     * @param place where
     * @param problem what is wrong and what to do, beginning with a verb: "is cut short; download it again"
     */
    public BadWeightsException(Path file, WeightFormat format, Fault fault, Location place, String problem) {
        this(file, format, fault, place, problem, null);
    }

    /** A problem that another exception revealed. */
    public BadWeightsException(
            Path file, WeightFormat format, Fault fault, Location place, String problem, Throwable cause) {
        super(file + ": " + problem + where(format, place), cause);
        this.file = file;
        this.format = format;
        this.fault = fault;
        this.place = place;
    }

    private static String where(WeightFormat format, Location place) {
        boolean known = format != WeightFormat.UNKNOWN;
        boolean somewhere = !(place instanceof Location.Whole);
        return known || somewhere
                ? " (" + (known ? format.title() : "") + (known && somewhere ? ", " : "") + (somewhere ? place : "")
                        + ")"
                : "";
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Its format, if it is known. */
    public WeightFormat format() {
        return format;
    }

    /** Which kind of problem it is. */
    public Fault fault() {
        return fault;
    }

    /** Where it is. */
    public Location place() {
        return place;
    }
}
