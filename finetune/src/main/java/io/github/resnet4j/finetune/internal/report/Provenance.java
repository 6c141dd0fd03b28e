package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a result comes from: what you need to repeat or question a run.
 *
 * @param machine the software and hardware it ran on
 * @param model name, or file, of the network
 * @param parameters trainable numbers in it
 * @param seed of everything random
 * @param dataFingerprint digest of the images and their labels
 * @param commandLine the arguments, program first
 * @param started in UTC
 * @param seconds the run took
 * @param engine what trained: {@code onednn}, {@code dl4j}, or several, first to last, in a resumed run
 */
public record Provenance(
        Machine machine,
        String model,
        long parameters,
        long seed,
        String dataFingerprint,
        List<String> commandLine,
        Instant started,
        double seconds,
        String engine) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final long MAX_BYTES = 1 << 20;

    public Provenance {
        commandLine = List.copyOf(commandLine);
    }

    /** The record as JSON, a key per component. */
    public String json() {
        return JSON.writeValueAsString(this) + "\n";
    }

    /** Writes {@code provenance.json}. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, json());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException also when it is not such a file
     */
    public static Provenance read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than any provenance (" + (MAX_BYTES >> 20) + " MB)");
            }
            Provenance read = JSON.readValue(Files.readString(file), Provenance.class);
            if (read == null || read.machine == null) {
                throw new IOException("not a provenance.json");
            }
            return read;
        } catch (IOException e) {
            throw FileProblem.cannotBe("read", file, e);
        } catch (JacksonException e) {
            throw new IOException(file + ": not a provenance.json: " + e.getOriginalMessage(), e);
        }
    }
}
