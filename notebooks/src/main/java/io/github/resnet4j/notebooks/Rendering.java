package io.github.resnet4j.notebooks;

import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;

/** The forms in which a value is shown. JJava's own renderer of images is not used: it cuts off their last bytes. */
final class Rendering {
    static final String TEXT = "text/plain";
    static final String HTML = "text/html";
    static final String PNG = "image/png";

    private Rendering() {}

    /** By MIME type; every value has {@link #TEXT}. */
    static Map<String, String> of(Object value) {
        if (value instanceof RenderedImage image) {
            return Map.of(PNG, png(image), TEXT, image.getWidth() + "×" + image.getHeight() + " image");
        }
        if (value instanceof Html html) {
            return Map.of(HTML, html.markup(), TEXT, html.text());
        }
        return Map.of(TEXT, text(value));
    }

    private static String png(RenderedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IllegalArgumentException(
                        "an image of " + image.getSampleModel().getNumBands()
                                + " bands cannot be shown: PNG has no such images; draw it into a BufferedImage of TYPE_INT_RGB");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static String text(Object value) {
        if (!value.getClass().isArray()) {
            return String.valueOf(value);
        }
        Object[] elements = new Object[Array.getLength(value)];
        Arrays.setAll(elements, i -> Array.get(value, i));
        return Arrays.deepToString(elements);
    }
}
