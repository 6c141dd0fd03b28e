package io.github.resnet4j.zoo.internal.npy;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;

/**
 * A folder with one {@code .npy} file per tensor and {@code index.json}, which says of every tensor its {@code file},
 * {@code dtype} and {@code shape}.
 *
 * <p>A file is named like its tensor. Characters that some system forbids in file names are percent-encoded as in URLs:
 * {@code conv1/kernel:0} becomes {@code conv1%2Fkernel%3A0.npy}. Types are kept, by safetensors' names; only BF16, which
 * NumPy does not know, is written as {@code float32}, exactly.
 */
public final class NpyFolder {
    private static final int BUFFER = 1 << 16;

    private NpyFolder() {}

    /**
     * Writes tensors; the folder is there with all of them or not at all.
     *
     * @param folder must be empty or not exist; its parent must exist
     * @throws FileAlreadyExistsException if there is something in it, or it is a file
     * @throws IllegalArgumentException for a tensor whose name cannot be that of a file, because it is empty or, as a
     *     file's, longer than 200 bytes, or that has more dimensions than NumPy allows
     * @throws IOException if it cannot be written; nothing is left behind
     * @throws BadWeightsException if a tensor comes from a file that has changed; nothing is left behind
     */
    public static void write(Path folder, StateDict weights) throws IOException {
        requireFree(folder);
        Map<String, String> files = FileNames.of(weights.tensors().keySet());
        weights.tensors().forEach(NpyFolder::requireRank);
        AtomicFile.writeFolder(folder, part -> {
            for (Map.Entry<String, Tensor> tensor : weights.tensors().entrySet()) {
                Path file = part.resolve(files.get(tensor.getKey()));
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
                    Npy.write(tensor.getValue(), out);
                }
            }
            try (OutputStream out = Files.newOutputStream(part.resolve("index.json"))) {
                writeIndex(out, weights.tensors(), files);
            }
        });
    }

    private static void requireFree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new FileAlreadyExistsException(folder.toString(), null, "is a file; name a new folder");
        }
        try (Stream<Path> content = Files.list(folder)) {
            if (content.findAny().isPresent()) {
                throw new FileAlreadyExistsException(folder.toString(), null, "is not empty; name a new folder");
            }
        }
    }

    private static void requireRank(String name, Tensor tensor) {
        if (tensor.shape().size() > Npy.MAX_RANK) {
            throw new IllegalArgumentException("the tensor \"" + Printable.brief(name) + "\" has "
                    + tensor.shape().size() + " dimensions, NumPy allows at most " + Npy.MAX_RANK);
        }
    }

    private static void writeIndex(OutputStream out, Map<String, Tensor> tensors, Map<String, String> files)
            throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
            json.writeStartObject();
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("file", files.get(entry.getKey()));
                json.writeStringField("dtype", entry.getValue().type().name());
                json.writeArrayFieldStart("shape");
                for (long size : entry.getValue().shape()) {
                    json.writeNumber(size);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }
}
