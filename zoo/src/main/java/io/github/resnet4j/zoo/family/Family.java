package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import java.util.List;

/** A family of networks: a paper and a table of variants. Every family is listed in {@code Zoo}. */
public interface Family {
    /** The rows, smallest first. */
    List<Architecture> table();
}
