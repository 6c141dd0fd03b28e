package io.github.resnet4j.zoo;

import java.util.List;

/**
 * A family of networks: a table of variants, in one file with the {@link Spec} that writes them.
 *
 * <p>The zoo's own families are listed in {@link Zoo}. Further ones come from the class path: a class with a public
 * constructor without parameters, named in a file {@code META-INF/services/io.github.resnet4j.zoo.Family}. They are
 * found by name, trained, saved and loaded like the zoo's own.
 */
public interface Family {
    /** The rows, smallest first; their names are unique in the whole zoo. */
    List<Architecture> table();
}
