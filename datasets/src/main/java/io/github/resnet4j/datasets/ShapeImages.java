package io.github.resnet4j.datasets;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Draws small images of six shapes and writes them as a folder of class folders. Colour, size, place and angle are
 * random and tell nothing about the class, a distractor line crosses many images, and noise lies over all: only the
 * shape tells. The same seed draws the same images.
 */
public final class ShapeImages {
    /** Pixels along each side. */
    public static final int SIZE = 32;

    /** The class names, in the order of their folders. */
    public static final List<String> CLASSES = List.of("circle", "cross", "moon", "square", "star", "triangle");

    private ShapeImages() {}

    /**
     * Writes {@code train/CLASS/*.png} and {@code val/CLASS/*.png} below {@code root}.
     *
     * @param trainPerClass images of each class to train on
     * @param valPerClass images of each class to validate on
     * @throws IOException if a file cannot be written
     */
    public static void write(Path root, int trainPerClass, int valPerClass, long seed) throws IOException {
        ImageIO.setUseCache(false);
        writePart(root.resolve("train"), trainPerClass, seed);
        writePart(root.resolve("val"), valPerClass, seed + 1);
    }

    private static void writePart(Path part, int perClass, long seed) throws IOException {
        for (String name : CLASSES) {
            Path folder = Files.createDirectories(part.resolve(name));
            Random random = new Random(seed * 31 + name.hashCode());
            for (int i = 0; i < perClass; i++) {
                Path file = folder.resolve(String.format(Locale.ROOT, "%s-%04d.png", name, i));
                ImageIO.write(draw(name, random), "png", file.toFile());
            }
        }
    }

    static BufferedImage draw(String name, Random random) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        float hue = random.nextFloat();
        g.setPaint(new GradientPaint(0, 0, colour(random, hue, 0.25f), SIZE, SIZE, colour(random, hue + 0.1f, 0.4f)));
        g.fillRect(0, 0, SIZE, SIZE);
        if (random.nextInt(3) == 0) {
            g.setColor(colour(random, random.nextFloat(), 0.55f));
            g.setStroke(new BasicStroke(1.2f));
            g.drawLine(random.nextInt(SIZE), 0, random.nextInt(SIZE), SIZE);
        }
        double scale = 8.5 + 3.5 * random.nextDouble();
        AffineTransform place = AffineTransform.getTranslateInstance(
                scale + 1 + (SIZE - 2 * scale - 2) * random.nextDouble(),
                scale + 1 + (SIZE - 2 * scale - 2) * random.nextDouble());
        place.rotate(2 * Math.PI * random.nextDouble());
        place.scale(scale, scale);
        g.setColor(colour(random, hue + 0.3f + 0.4f * random.nextFloat(), 0.95f));
        g.fill(place.createTransformedShape(shape(name)));
        g.dispose();
        addNoise(image, random);
        return image;
    }

    private static Color colour(Random random, float hue, float brightness) {
        return Color.getHSBColor(hue, 0.45f + 0.5f * random.nextFloat(), brightness);
    }

    private static void addNoise(BufferedImage image, Random random) {
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int rgb = image.getRGB(x, y);
                int noise = (int) Math.round(random.nextGaussian() * 9);
                int red = clamp((rgb >> 16 & 255) + noise);
                int green = clamp((rgb >> 8 & 255) + noise);
                image.setRGB(x, y, red << 16 | green << 8 | clamp((rgb & 255) + noise));
            }
        }
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }

    /** The shape inside the unit circle. */
    private static Shape shape(String name) {
        return switch (name) {
            case "circle" -> new Ellipse2D.Double(-0.85, -0.85, 1.7, 1.7);
            case "cross" ->
                union(new Rectangle2D.Double(-0.95, -0.27, 1.9, 0.54), new Rectangle2D.Double(-0.27, -0.95, 0.54, 1.9));
            case "moon" -> moon();
            case "square" -> new Rectangle2D.Double(-0.72, -0.72, 1.44, 1.44);
            case "star" -> polygon(10, 1, 0.42);
            case "triangle" -> polygon(3, 1, 1);
            default -> throw new IllegalArgumentException("no shape named " + name);
        };
    }

    private static Area union(Shape first, Shape second) {
        Area area = new Area(first);
        area.add(new Area(second));
        return area;
    }

    private static Area moon() {
        Area area = new Area(new Ellipse2D.Double(-0.9, -0.9, 1.8, 1.8));
        area.subtract(new Area(new Ellipse2D.Double(-0.35, -0.8, 1.6, 1.6)));
        return area;
    }

    /** Corners at equal angles whose distances alternate between {@code outer} and {@code inner}. */
    private static Shape polygon(int corners, double outer, double inner) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * i / corners;
            double radius = i % 2 == 0 ? outer : inner;
            double x = radius * Math.cos(angle);
            double y = radius * Math.sin(angle);
            if (i == 0) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        path.closePath();
        return path;
    }
}
