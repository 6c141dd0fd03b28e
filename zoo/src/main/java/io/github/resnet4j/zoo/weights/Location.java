package io.github.resnet4j.zoo.weights;

import io.github.resnet4j.files.Printable;

/** Where in a weight file something is wrong. */
public sealed interface Location {
    /** The file as a whole. */
    record Whole() implements Location {
        @Override
        public String toString() {
            return "whole file";
        }
    }

    /** A byte of the file, counted from 0. */
    record At(long offset) implements Location {
        @Override
        public String toString() {
            return "byte " + offset;
        }
    }

    /** A byte of a member of an archive, counted from the member's first. */
    record Entry(String name, long offset) implements Location {
        @Override
        public String toString() {
            return Printable.brief(name) + " byte " + offset;
        }
    }

    /** A tensor, or whatever else in the file has a name. */
    record Named(String tensor) implements Location {
        @Override
        public String toString() {
            return Printable.brief(tensor);
        }
    }

    /** The file as a whole. */
    Location WHOLE = new Whole();
}
