package io.github.resnet4j.finetune.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.internal.report.Png;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A contact sheet: small images in rows with their labels, to see what augmentation does before training on it. */
public final class PreviewGrid {
    private static final int SMALLEST_CELL = 112;
    private static final int LARGEST_CELL = 224;
    private static final int GAP = 10;
    private static final int LABEL_HEIGHT = 22;
    private static final long MAX_PIXELS = 100_000_000;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    private PreviewGrid() {}

    /**
     * An image of the sheet.
     *
     * @param label shown below it, cut to its width; may be empty
     */
    public record Tile(Rgb8Image image, String label) {
        /** A tile of an AWT image; transparency is shown on black. */
        public static Tile of(BufferedImage image, String label) {
            int width = image.getWidth();
            int height = image.getHeight();
            BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = opaque.createGraphics();
            g.drawImage(image, 0, 0, null);
            g.dispose();
            int[] argb = opaque.getRGB(0, 0, width, height, null, 0, width);
            byte[] rgb = new byte[Math.multiplyExact(argb.length, 3)];
            for (int i = 0; i < argb.length; i++) {
                rgb[3 * i] = (byte) (argb[i] >> 16);
                rgb[3 * i + 1] = (byte) (argb[i] >> 8);
                rgb[3 * i + 2] = (byte) argb[i];
            }
            return new Tile(new Rgb8Image(width, height, rgb), label);
        }
    }

    /**
     * Writes {@code tiles} row by row. Images below 112 pixels are enlarged by a whole factor, above 224 reduced.
     *
     * @throws IllegalArgumentException for no tiles, no columns, or a sheet above 100 megapixels
     */
    public static void write(List<Tile> tiles, int columns, Path png) throws IOException {
        if (tiles.isEmpty() || columns < 1) {
            throw new IllegalArgumentException(
                    "a preview needs tiles and columns, got %d and %d".formatted(tiles.size(), columns));
        }
        int across = Math.min(columns, tiles.size());
        int down = (tiles.size() + across - 1) / across;
        int cell = tiles.stream().mapToInt(PreviewGrid::shownSide).max().getAsInt();
        long width = GAP + (long) across * (cell + GAP);
        long height = GAP + (long) down * (cell + LABEL_HEIGHT + GAP);
        if (width * height > MAX_PIXELS) {
            throw new IllegalArgumentException("%d tiles of %d pixels in %d columns are too many for one image"
                    .formatted(tiles.size(), cell, across));
        }
        Png.draw(png, (int) width, (int) height, g -> {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, (int) width, (int) height);
            for (int i = 0; i < tiles.size(); i++) {
                int x = GAP + i % across * (cell + GAP);
                int y = GAP + i / across * (cell + LABEL_HEIGHT + GAP);
                paint(g, tiles.get(i), x, y, cell);
            }
        });
    }

    private static void paint(Graphics2D g, Tile tile, int x, int y, int cell) {
        double scale = scale(tile);
        int width = Math.max(1, (int) Math.round(tile.image.width() * scale));
        int height = Math.max(1, (int) Math.round(tile.image.height() * scale));
        int left = x + (cell - width) / 2;
        int top = y + (cell - height) / 2;
        g.drawImage(Png.scale(Png.image(tile.image), width, height), left, top, null);
        g.setColor(new Color(0xc9ced6));
        g.drawRect(left - 1, top - 1, width + 1, height + 1);
        g.setFont(FONT);
        g.setColor(new Color(0x1f2933));
        FontMetrics metrics = g.getFontMetrics();
        String label = Ellipsis.fit(tile.label, metrics::stringWidth, cell);
        g.drawString(label, x + (cell - metrics.stringWidth(label)) / 2, y + cell + 16);
    }

    private static int shownSide(Tile tile) {
        return (int) Math.ceil(scale(tile) * Math.max(tile.image.width(), tile.image.height()));
    }

    private static double scale(Tile tile) {
        int side = Math.max(tile.image.width(), tile.image.height());
        if (side > LARGEST_CELL) {
            return LARGEST_CELL / (double) side;
        }
        return side >= SMALLEST_CELL ? 1 : Math.ceil(SMALLEST_CELL / (double) side);
    }
}
