package io.github.resnet4j.notebooks;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Whether what a cell put out is still what its notebook holds. A cell may say how exactly, in a line of its own:
 *
 * <ul>
 *   <li>{@code // tolerance 0.02}: numbers may differ by so much; {@code // tolerance 5%}: by that share of the larger
 *   <li>{@code // varies: WHY}: text is not compared, only of which kinds the outputs are
 * </ul>
 *
 * All else in a text must be equal. Images must have the same size and roughly the same colours in the same places:
 * fonts and the rounding of curves differ between machines.
 */
final class Comparison {
    private static final Pattern TOLERANCE = Pattern.compile(
            "^\\s*//\\s*tolerance\\s+([0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)(%?)(?:\\s.*)?$", Pattern.MULTILINE);
    private static final Pattern VARIES = Pattern.compile("^\\s*//\\s*varies\\b", Pattern.MULTILINE);
    private static final Pattern NUMBER = Pattern.compile("[-+−]?(?:[0-9][0-9,]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?");
    private static final int GRID = 16;
    /** Of 1, the mean over the grid: half of the places in quite another grey, or a picture that is blank. */
    private static final double MOST_COLOUR = 0.08;

    private final double tolerance;
    private final boolean relative;
    private final boolean varies;

    /** @param cell its source, which may state a tolerance */
    Comparison(String cell) {
        Matcher stated = TOLERANCE.matcher(cell);
        boolean found = stated.find();
        this.relative = found && !stated.group(2).isEmpty();
        this.tolerance = found ? Double.parseDouble(stated.group(1)) / (relative ? 100 : 1) : 0;
        this.varies = VARIES.matcher(cell).find();
    }

    /** What differs, in words, if anything does. */
    Optional<String> difference(CellOutput stored, CellOutput now) {
        if (stored.printed().isBlank() != now.printed().isBlank()) {
            return Optional.of(
                    now.printed().isBlank() ? "prints nothing any more" : "prints, but its notebook holds no output");
        }
        if (!stored.shown().keySet().equals(now.shown().keySet())) {
            return Optional.of("shows " + kinds(now) + ", but its notebook holds " + kinds(stored));
        }
        return text(stored.printed(), now.printed()).or(() -> shown(stored, now));
    }

    private static String kinds(CellOutput output) {
        return output.shown().isEmpty()
                ? "nothing"
                : String.join(" and ", new TreeSet<>(output.shown().keySet()));
    }

    private Optional<String> shown(CellOutput stored, CellOutput now) {
        for (String type : stored.shown().keySet()) {
            String before = stored.shown().get(type);
            String after = now.shown().get(type);
            Optional<String> difference = type.equals(Rendering.PNG) ? image(before, after) : text(before, after);
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private Optional<String> text(String stored, String now) {
        if (varies) {
            return Optional.empty();
        }
        String[] before = stored.strip().split("\\R", -1);
        String[] after = now.strip().split("\\R", -1);
        for (int i = 0; i < Math.min(before.length, after.length); i++) {
            if (!same(before[i].stripTrailing(), after[i].stripTrailing())) {
                return Optional.of("`" + after[i].strip() + "` instead of `" + before[i].strip() + "`" + allowed());
            }
        }
        return before.length == after.length
                ? Optional.empty()
                : Optional.of(after.length + " lines instead of " + before.length);
    }

    private String allowed() {
        if (tolerance == 0) {
            return "";
        }
        return " (tolerance " + (relative ? 100 * tolerance + "%" : String.valueOf(tolerance)) + ")";
    }

    /** Equal but for numbers, which are as near as stated. Spaces in front of a number only align it. */
    private boolean same(String stored, String now) {
        if (stored.equals(now)) {
            return true;
        }
        if (tolerance == 0) {
            return false;
        }
        Matcher before = NUMBER.matcher(stored);
        Matcher after = NUMBER.matcher(now);
        int storedEnd = 0;
        int nowEnd = 0;
        while (before.find()) {
            if (!after.find()
                    || !between(stored, storedEnd, before.start()).equals(between(now, nowEnd, after.start()))
                    || !near(value(before.group()), value(after.group()))) {
                return false;
            }
            storedEnd = before.end();
            nowEnd = after.end();
        }
        return !after.find() && stored.substring(storedEnd).equals(now.substring(nowEnd));
    }

    private static String between(String text, int from, int to) {
        return text.substring(from, to).replaceAll(" +$", " ");
    }

    private static double value(String number) {
        return Double.parseDouble(number.replace(",", "").replace('−', '-'));
    }

    private boolean near(double stored, double now) {
        double most = relative ? tolerance * Math.max(Math.abs(stored), Math.abs(now)) : tolerance;
        return Math.abs(stored - now) <= most * (1 + 1e-9); // 0.3 and 0.4 differ by 0.1, and by a rounding
    }

    private static Optional<String> image(String stored, String now) {
        BufferedImage before = decode(stored);
        BufferedImage after = decode(now);
        if (before == null) {
            return Optional.of("its notebook holds an image that cannot be read");
        }
        if (before.getWidth() != after.getWidth() || before.getHeight() != after.getHeight()) {
            return Optional.of("an image of " + after.getWidth() + "×" + after.getHeight() + " instead of "
                    + before.getWidth() + "×" + before.getHeight());
        }
        double[] first = grid(before);
        double[] second = grid(after);
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            sum += Math.abs(first[i] - second[i]);
        }
        double difference = sum / first.length;
        return difference <= MOST_COLOUR
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "another image: colours differ by %.0f %% on average", 100 * difference));
    }

    private static BufferedImage decode(String base64) {
        try {
            return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Mean colours, 0 to 1, of the fields of a grid. */
    private static double[] grid(BufferedImage image) {
        double[] sums = new double[GRID * GRID * 3];
        int[] counts = new int[GRID * GRID];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int field = y * GRID / image.getHeight() * GRID + x * GRID / image.getWidth();
                Color colour = new Color(image.getRGB(x, y));
                sums[3 * field] += colour.getRed() / 255.0;
                sums[3 * field + 1] += colour.getGreen() / 255.0;
                sums[3 * field + 2] += colour.getBlue() / 255.0;
                counts[field]++;
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= Math.max(1, counts[i / 3]);
        }
        return sums;
    }
}
