package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.serving.internal.http.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;

/**
 * A form with files, as browsers and {@code curl -F} send it. All of it is in memory already; nothing goes to disk.
 *
 * @param images contents of the files
 * @param fields the other parts, as text
 */
record Multipart(List<Input> images, Map<String, String> fields) {
    /** Names under which clients of this and of other servers send their image. */
    private static final Set<String> IMAGES = Set.of("image", "images", "data", "body", "file");

    private static final int OTHER_PARTS = 16;
    private static final int LONGEST_FIELD = 256;

    /**
     * Reads a form.
     *
     * @param type the request's {@code Content-Type}, with the boundary
     * @param most images
     */
    static Multipart read(byte[] body, String type, int most) {
        MultiPartConfig config = new MultiPartConfig.Builder()
                .maxParts(most + OTHER_PARTS)
                .maxMemoryPartSize(-1)
                .maxPartSize(-1)
                .maxSize(-1)
                .maxHeadersSize(4096)
                .useFilesForPartsWithoutFileName(false)
                .build();
        try (MultiPartFormData.Parts parts = MultiPartFormData.getParts(
                Content.Source.from(ByteBuffer.wrap(body)), new Attributes.Mapped(), type, config)) {
            return of(parts);
        } catch (Refused e) {
            throw e;
        } catch (RuntimeException | IOException e) { // Jetty throws many kinds, all of them about the body
            throw Refused.badRequest("the form cannot be read: it needs a boundary, whole parts, and at most "
                    + (most + OTHER_PARTS) + " of them");
        }
    }

    private static Multipart of(MultiPartFormData.Parts parts) throws IOException {
        List<Input> images = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        for (MultiPart.Part part : parts) {
            ByteBuffer content = Content.Source.asByteBuffer(part.getContentSource());
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            if (IMAGES.contains(part.getName())) {
                images.add(new Input.ImageFile(bytes));
            } else if (bytes.length > LONGEST_FIELD) {
                throw Refused.badRequest("a part of the form that is no image is longer than " + LONGEST_FIELD
                        + " bytes; name images 'image'");
            } else if (fields.put(String.valueOf(part.getName()), new String(bytes, StandardCharsets.UTF_8)) != null) {
                throw Refused.badRequest("a field of the form is sent twice; send it once");
            }
        }
        return new Multipart(images, fields);
    }
}
