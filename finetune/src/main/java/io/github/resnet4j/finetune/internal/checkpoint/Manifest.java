package io.github.resnet4j.finetune.internal.checkpoint;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a checkpoint consists of, so that any change to it shows.
 *
 * @param sha256 of this manifest's own bytes with zeros here, as everything below is to be trusted too
 * @param format version of this layout
 * @param iteration see {@link Position}
 * @param epoch see {@link Position}
 * @param batch see {@link Position}
 * @param progress see {@link Snapshot}
 * @param files by name
 * @param identity see {@link Snapshot}
 */
@JsonPropertyOrder({"sha256", "format", "iteration", "epoch", "batch", "progress", "files", "identity"})
record Manifest(
        String sha256,
        int format,
        long iteration,
        int epoch,
        int batch,
        EpochProgress progress,
        Map<String, Content> files,
        Map<String, String> identity) {
    static final int FORMAT = 1;

    private static final String START = "{\"sha256\":\"";
    private static final String UNSIGNED = "0".repeat(64);
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Size and hash of a file. */
    record Content(long bytes, String sha256) {}

    static Manifest of(Snapshot snapshot, Map<String, Content> files) {
        Position at = snapshot.position();
        return new Manifest(
                UNSIGNED,
                FORMAT,
                at.iteration(),
                at.epoch(),
                at.batch(),
                snapshot.progress(),
                files,
                snapshot.identity());
    }

    /** As JSON, with its hash. */
    byte[] toBytes() {
        byte[] bytes = MAPPER.writeValueAsBytes(this);
        byte[] hash = hash(bytes).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(hash, 0, bytes, START.length(), hash.length);
        return bytes;
    }

    /**
     * @throws IOException if a byte is not as it was written, or the format is not known
     */
    static Manifest read(byte[] bytes) throws IOException {
        int end = START.length() + UNSIGNED.length();
        if (bytes.length <= end) {
            throw new IOException("the manifest is cut short");
        }
        byte[] unsigned = bytes.clone();
        Arrays.fill(unsigned, START.length(), end, (byte) '0');
        String hash = new String(bytes, START.length(), UNSIGNED.length(), StandardCharsets.US_ASCII);
        if (!hash.equals(hash(unsigned))) {
            throw new IOException("the manifest is damaged (checksum)");
        }
        try {
            Manifest manifest = MAPPER.readValue(bytes, Manifest.class);
            if (manifest.format != FORMAT) {
                throw new IOException(
                        "the manifest has format " + manifest.format + ", but this version supports " + FORMAT);
            }
            return manifest;
        } catch (JacksonException e) {
            throw new IOException(
                    "the manifest cannot be understood, line "
                            + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
                    e);
        }
    }

    private static String hash(byte[] bytes) {
        return Digest.sha256().add(bytes).hex();
    }
}
