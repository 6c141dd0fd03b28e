package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The small values that belong to an object. Keras keeps its names in lists of texts; other attributes are not read.
 */
final class Attributes {
    private final Hdf5 file;
    private final Map<String, Attribute> byName = new HashMap<>();

    /** How long the descriptions of an attribute's elements and shape are, and what follows its name. */
    private record Attribute(int version, int typeBytes, int shapeBytes, Cursor rest) {}

    Attributes(Header header) {
        this.file = header.file();
        for (Cursor info : header.all(Header.Message.ATTRIBUTE_INFO)) {
            requireNoHeap(info);
        }
        for (Cursor message : header.all(Header.Message.ATTRIBUTE)) {
            add(message);
        }
    }

    /** An object with many attributes, in the newest version of HDF5, keeps them elsewhere. */
    private void requireNoHeap(Cursor info) {
        info.version(0);
        info.skip((info.u8() & 1) != 0 ? Short.BYTES : 0); // the creation order so far
        if (info.i64() != Hdf5.NOWHERE) {
            throw info.unread(Fault.UNSUPPORTED, "are in a fractal heap, which Keras does not write");
        }
    }

    private void add(Cursor message) {
        int version = message.u8();
        if (version < 1 || version > 3) {
            throw message.bad(Fault.ATTR, "has version " + version + "; only 1 to 3 exist");
        }
        int shared = message.u8();
        int nameBytes = message.u16();
        int typeBytes = message.u16();
        int shapeBytes = message.u16();
        message.skip(version == 3 ? 1 : 0); // character set: ASCII is UTF-8 too
        String name = message.text(nameBytes, Fault.ATTR);
        if (version == 1) {
            message.align();
        } else if ((shared & 3) != 0) {
            throw message.unread(Fault.ATTR, "shares its description with others, which Keras does not write");
        }
        Cursor rest = message.part("the attribute " + Printable.brief(name), message.remaining());
        if (byName.putIfAbsent(name, new Attribute(version, typeBytes, shapeBytes, rest)) != null) {
            throw rest.bad(Fault.ATTR, "occurs twice");
        }
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * The texts of an attribute: one of a scalar, none of an empty list, whatever its elements would be.
     *
     * @return empty if there is no such attribute
     */
    Optional<List<String>> texts(String name) {
        Attribute attribute = byName.get(name);
        if (attribute == null) {
            return Optional.empty();
        }
        file.account().text();
        Cursor rest = attribute.rest.again();
        Datatype type = Datatype.read(field(rest, attribute.typeBytes, attribute.version));
        Cursor sizes = field(rest, attribute.shapeBytes, attribute.version);
        Dataspace shape = Dataspace.read(sizes);
        if (sizes.remaining() > 0) {
            throw sizes.bad(Fault.ATTR, "is longer than it should be");
        }
        if (shape.sizes().size() > 1) {
            throw rest.bad(Fault.ATTR, "has the shape " + shape.sizes() + " and is not a list");
        }
        List<String> texts = new ArrayList<>();
        for (long i = 0; i < shape.count(); i++) {
            file.account().text();
            texts.add(text(type, rest));
        }
        if (rest.remaining() >= Long.BYTES) { // anything shorter is padding
            throw rest.bad(Fault.ATTR, "has more strings than it declares");
        }
        return Optional.of(texts);
    }

    private static Cursor field(Cursor from, int length, int version) {
        Cursor field = from.part("the description of an attribute", length);
        if (version == 1) {
            from.align();
        }
        return field;
    }

    private String text(Datatype type, Cursor from) {
        if (type.bytes() > from.remaining()) {
            throw from.bad(Fault.ATTR, "has fewer strings than it declares");
        }
        if (type instanceof Datatype.Text text && text.bytes() > 0) {
            return from.text(text.bytes(), Fault.ATTR);
        }
        if (type instanceof Datatype.TextReference reference) {
            return file.heap().text(from.part("a reference to a text", reference.bytes()));
        }
        throw from.bad(Fault.ATTR, "is not a string");
    }

    /**
     * The same of a list that may be cut into {@code name0}, {@code name1}..., as Keras does with more than 64,512
     * bytes.
     */
    Optional<List<String>> list(String name) {
        Optional<List<String>> whole = texts(name);
        if (whole.isPresent() || !has(name + 0)) {
            return whole;
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; has(name + i); i++) {
            all.addAll(texts(name + i).orElseThrow());
        }
        return Optional.of(all);
    }
}
