package io.github.resnet4j.datasets.transform;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.List;

/**
 * Covers a random rectangle (Zhong et al. 2017, arXiv:1708.04896; drawn as torchvision draws it). Put it last.
 *
 * @param p probability, 0 to 1
 * @param minScale least share of the image's area, above 0
 * @param maxScale greatest share of the image's area, at most 1
 * @param minRatio least width / height
 * @param maxRatio greatest width / height; the ratio is uniform on a logarithmic scale
 * @param color red, green and blue, each 0 to 255; by default ImageNet's mean, which normalisation makes 0
 */
public record RandomErasing(
        @Default("0.5") double p,
        @Default("0.02") double minScale,
        @Default("0.33") double maxScale,
        @Default("0.3") double minRatio,
        @Default("3.3") double maxRatio,
        @Default("[124, 116, 104]") List<Integer> color)
        implements Transform {
    private static final int ATTEMPTS = 10;

    public RandomErasing {
        Check.probability("random-erasing", p);
        Check.range("random-erasing", "scale", minScale, maxScale, 1);
        Check.range("random-erasing", "ratio", minRatio, maxRatio, Double.MAX_VALUE);
        color = List.copyOf(color);
        if (color.size() != 3 || color.stream().anyMatch(value -> value < 0 || value > 255)) {
            throw new IllegalArgumentException(
                    "random-erasing needs a color of three numbers from 0 to 255, got " + color);
        }
    }

    @Override
    public Rgb8Image applyToMask(Rgb8Image mask, SampleRandom random) {
        throw new UnsupportedOperationException("random-erasing has no step for masks");
    }

    @Override
    public boolean keepsMasks() {
        return false;
    }

    @Override
    public Rgb8Image apply(Rgb8Image image, SampleRandom random) {
        if (random.nextDouble() >= p) {
            return image;
        }
        int width = image.width();
        int height = image.height();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double area = (double) width * height * random.uniform(minScale, maxScale);
            double ratio = Math.exp(random.uniform(Math.log(minRatio), Math.log(maxRatio)));
            int w = (int) Math.rint(Math.sqrt(area * ratio));
            int h = (int) Math.rint(Math.sqrt(area / ratio));
            if (w < width && h < height) {
                return covered(image, random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
            }
        }
        return image;
    }

    private Rgb8Image covered(Rgb8Image image, int left, int top, int width, int height) {
        byte[] line = new byte[3 * width];
        for (int i = 0; i < line.length; i++) {
            line[i] = (byte) (int) color.get(i % 3);
        }
        byte[] out = image.pixels().clone();
        for (int y = top; y < top + height; y++) {
            System.arraycopy(line, 0, out, (y * image.width() + left) * 3, line.length);
        }
        return new Rgb8Image(image.width(), image.height(), out);
    }
}
