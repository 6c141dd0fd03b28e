package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.WeightWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Reads and writes safetensors files. */
public final class Safetensors {
    private static final int SNIFF = 64;

    /** The format. */
    public static final WeightReader READER = new WeightReader() {
        @Override
        public List<String> extensions() {
            return List.of("safetensors");
        }

        @Override
        public boolean matches(FileBytes file) {
            return Safetensors.matches(file);
        }

        @Override
        public StateDict open(FileBytes file, WeightSet set) {
            return Safetensors.open(file);
        }
    };

    /** The same to be written. */
    public static final WeightWriter WRITER = new WeightWriter() {
        @Override
        public String extension() {
            return "safetensors";
        }

        @Override
        public void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
            Safetensors.write(file, tensors, metadata);
        }
    };

    private Safetensors() {}

    /**
     * Whether a file begins as one of this format does, damaged or not: with the length of a header and an opening brace.
     * Reads 72 bytes.
     */
    public static boolean matches(FileBytes file) {
        if (file.size() <= Rules.PREFIX) {
            return false;
        }
        long length = file.buffer(0, Rules.PREFIX).getLong();
        ByteBuffer header = file.buffer(Rules.PREFIX, (int) Math.min(SNIFF, file.size() - Rules.PREFIX));
        while (header.hasRemaining()) {
            byte first = header.get();
            if (" \t\r\n".indexOf(first) < 0) {
                return first == '{' && length >= header.position() && length <= Rules.MAX_HEADER;
            }
        }
        return false;
    }

    /**
     * Reads the header; tensors are read when asked for. They come in the header's order, which is that in which they
     * were saved, wherever their bytes lie.
     *
     * <p>What is refused beyond what the format's reference refuses is listed with this package. The tensors throw {@link
     * BadWeightsException} with {@link Fault#CHANGED} if the file is cut, written to, replaced or removed before they
     * are read.
     *
     * @throws BadWeightsException if the file is damaged, or made to mislead
     */
    public static StateDict open(FileBytes file) {
        if (file.size() <= Rules.PREFIX) {
            throw bad(
                    file,
                    Fault.HEADER_SMALL,
                    Location.WHOLE,
                    "is cut short: it has only " + file.size() + " bytes; download it again");
        }
        long length = file.buffer(0, Rules.PREFIX).getLong();
        if (length < 0 || length > Rules.MAX_HEADER) {
            throw bad(
                    file,
                    Fault.HEADER_LARGE,
                    new Location.At(0),
                    "is not a safetensors file, or is damaged: its header would have " + Long.toUnsignedString(length)
                            + " bytes, more than the " + Rules.MAX_HEADER + " allowed; download it again");
        }
        long data = file.size() - Rules.PREFIX - length;
        if (data < 0) {
            throw bad(
                    file,
                    Fault.HEADER_LENGTH,
                    new Location.At(0),
                    "is cut short: its header has " + length + " bytes, the whole file only " + file.size()
                            + "; download it again");
        }
        HeaderParser.Header header = HeaderParser.parse(file, (int) length);
        requireNoGaps(file, header.spans(), data);
        return new StateDict(file.path(), WeightFormat.SAFETENSORS, header.tensors(), header.metadata(), List.of());
    }

    /** Every byte of the file belongs to one tensor: nothing can be hidden in it. */
    private static void requireNoGaps(FileBytes file, List<HeaderParser.Span> spans, long data) {
        spans.sort(Comparator.comparingLong(HeaderParser.Span::begin).thenComparingLong(HeaderParser.Span::end));
        long end = 0;
        for (HeaderParser.Span span : spans) {
            if (span.begin() < end) {
                throw bad(
                        file,
                        Fault.OVERLAP,
                        new Location.Named(span.name()),
                        "has a tensor that begins within another; do not trust it");
            }
            if (span.begin() > end) {
                throw bad(
                        file,
                        Fault.HOLE,
                        new Location.Named(span.name()),
                        "has " + (span.begin() - end) + " bytes before a tensor that belong to none; do not trust it");
            }
            end = span.end();
        }
        if (end != data) {
            throw bad(
                    file,
                    Fault.INCOMPLETE,
                    new Location.At(file.size() - Math.max(0, data - end)),
                    end > data
                            ? "is cut short: " + (end - data) + " bytes are missing; download it again"
                            : "has " + (data - end) + " bytes after its last tensor; download it again");
        }
    }

    /**
     * Writes tensors with what they are said to be in {@link StateDict#metadata()}.
     *
     * @see #write(Path, Map, Map)
     */
    public static void write(Path file, StateDict weights) throws IOException {
        write(file, weights.tensors(), weights.metadata());
    }

    /**
     * Writes tensors as they are, without a change of type; an existing file is replaced in one step once the new one is
     * on disk. The same tensors in the same order give the same bytes, and {@link #open} gives them in that order.
     *
     * @param file its folder must exist
     * @param tensors by name
     * @param metadata what to say of them in words; PyTorch's tools expect {@code format} to be {@code pt}
     * @throws IllegalArgumentException for what {@link #open} would refuse: names and metadata that are none, too many of
     *     them, too many dimensions
     * @throws IOException if the file cannot be written; an existing one is as before
     * @throws BadWeightsException if a tensor comes from a file that has changed; an existing {@code file} is as before
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Writer.write(file, tensors, metadata);
    }

    private static BadWeightsException bad(FileBytes file, Fault fault, Location place, String problem) {
        return Rules.bad(file, fault, place, problem);
    }
}
