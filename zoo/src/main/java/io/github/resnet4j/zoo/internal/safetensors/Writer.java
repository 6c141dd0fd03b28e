package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;

/** Writes files that {@link Safetensors#open} accepts. */
final class Writer {
    /** The header ends, and the first tensor begins, at a multiple of this. */
    private static final int ALIGNMENT = 8;

    private Writer() {}

    static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        AtomicFile.write(file, out -> write(out, tensors, metadata));
    }

    static void write(OutputStream out, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Map.Entry<String, Tensor>> data = aligned(tensors);
        out.write(header(tensors, data, metadata));
        for (Map.Entry<String, Tensor> tensor : data) {
            tensor.getValue().write(out);
        }
    }

    /**
     * The order of the tensors' bytes: large elements first, so that each lies at a multiple of its size. The format does
     * not ask for it, but readers that map the file do.
     */
    private static List<Map.Entry<String, Tensor>> aligned(Map<String, Tensor> tensors) {
        List<Map.Entry<String, Tensor>> data = new ArrayList<>(tensors.entrySet());
        data.sort(Comparator.comparing(entry -> -entry.getValue().type().bytes()));
        return data;
    }

    /** The header with its length before it. */
    private static byte[] header(
            Map<String, Tensor> tensors, List<Map.Entry<String, Tensor>> data, Map<String, String> metadata) {
        requireReadable(tensors, metadata);
        Map<String, Long> begins = new HashMap<>();
        long end = 0;
        for (Map.Entry<String, Tensor> tensor : data) {
            begins.put(tensor.getKey(), end);
            if (tensor.getValue().bytes() > Rules.MAX_INTEGER - end) {
                throw new IllegalArgumentException("tensors of more than 2^53 bytes");
            }
            end += tensor.getValue().bytes();
        }
        byte[] json = json(tensors, begins, metadata);
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (length > Rules.MAX_HEADER) {
            throw new IllegalArgumentException(
                    "a header of " + length + " bytes, at most " + Rules.MAX_HEADER + " are allowed");
        }
        ByteBuffer header = ByteBuffer.allocate(Rules.PREFIX + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static void requireReadable(Map<String, Tensor> tensors, Map<String, String> metadata) {
        if (tensors.size() > Rules.MAX_ENTRIES || metadata.size() > Rules.MAX_ENTRIES) {
            throw new IllegalArgumentException(tensors.size() + " tensors and " + metadata.size()
                    + " entries of metadata, at most " + Rules.MAX_ENTRIES + " are allowed of each");
        }
        long text = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            requireReadable(entry.getKey(), entry.getValue());
            text += entry.getKey().length();
        }
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (!Rules.isText(entry.getKey()) || !Rules.isText(entry.getValue())) {
                throw new IllegalArgumentException(
                        "an unpaired surrogate in the metadata \"" + Printable.brief(entry.getKey()) + "\"");
            }
            text += entry.getKey().length() + entry.getValue().length();
        }
        if (text > Rules.MAX_TEXT) {
            throw new IllegalArgumentException(
                    "names and metadata of " + text + " characters, at most " + Rules.MAX_TEXT + " are allowed");
        }
    }

    private static void requireReadable(String name, Tensor tensor) {
        String which = "the tensor \"" + Printable.brief(name) + "\" ";
        Rules.nameProblem(name).ifPresent(problem -> {
            throw new IllegalArgumentException(which + "cannot be written, its name " + problem);
        });
        if (name.equals(Rules.METADATA)) {
            throw new IllegalArgumentException(which + "cannot be written, the name is that of the metadata");
        }
        if (tensor.shape().size() > Rules.MAX_RANK) {
            throw new IllegalArgumentException(
                    which + "has " + tensor.shape().size() + " dimensions, at most " + Rules.MAX_RANK + " are allowed");
        }
        if (tensor.shape().stream().anyMatch(size -> size > Rules.MAX_INTEGER)) {
            throw new IllegalArgumentException(which + "has a size above 2^53: " + tensor.shape());
        }
    }

    private static byte[] json(Map<String, Tensor> tensors, Map<String, Long> begins, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(Rules.METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                Tensor tensor = entry.getValue();
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("dtype", tensor.type().name());
                json.writeArrayFieldStart("shape");
                for (long size : tensor.shape()) {
                    json.writeNumber(size);
                }
                json.writeEndArray();
                long begin = begins.get(entry.getKey());
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(begin);
                json.writeNumber(begin + tensor.bytes());
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written", e);
        }
        return bytes.toByteArray();
    }
}
