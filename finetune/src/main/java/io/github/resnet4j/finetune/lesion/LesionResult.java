package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.finetune.report.Spread;
import io.github.resnet4j.zoo.network.Chain;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What a lesion study measured. Errors are shares of images whose most probable class is not theirs; parts that were not
 * measured are empty.
 *
 * @param model where the model comes from
 * @param network its architecture
 * @param parameters trained values in it
 * @param engine that ran it, in words
 * @param data what it was measured on
 * @param images how many images
 * @param skipped names of images that could not be read
 * @param missing parts that were asked for and are yet to be measured; after the end of a study none
 * @param seed of everything random
 * @param residual whether units are residual blocks; otherwise they are layers
 * @param baseline error of the whole network
 * @param single error without one unit, for each that can be removed
 * @param removedTogether which units the sets were drawn from
 * @param drawImages images for random sets and orders
 * @param drawBaseline error of the whole network on these; NaN if there are none
 * @param random errors without several units
 * @param permuted errors with units swapped
 * @param paths gradients at the input by path length
 * @param pathImages images whose gradients these are
 * @param responses of the layers of this model and of others
 * @param kept units that cannot be removed, with the reason
 * @param seconds it took
 */
public record LesionResult(
        String model,
        String network,
        long parameters,
        String engine,
        String data,
        long images,
        List<String> skipped,
        List<String> missing,
        long seed,
        boolean residual,
        double baseline,
        List<Single> single,
        String removedTogether,
        long drawImages,
        double drawBaseline,
        List<Several> random,
        List<Permuted> permuted,
        List<PathLength> paths,
        int pathImages,
        List<Response> responses,
        Map<String, String> kept,
        double seconds) {

    /**
     * One unit removed (Veit et al. 2016, figure 3).
     *
     * @param position of the unit among all blocks or layers, from 1
     * @param unit its name
     * @param downSampling whether it changes the shape of its map
     */
    public record Single(int position, String unit, boolean downSampling, double error) {}

    /**
     * Several units removed together (figure 5a).
     *
     * @param removed how many
     * @param draw the number of the random set, from 1
     * @param units their names
     */
    public record Several(int removed, int draw, List<String> units, double error) {}

    /**
     * Units of equal dimensions swapped (figure 5b).
     *
     * @param swaps random pairs that were swapped, one after the other
     * @param draw the number of the random permutation, from 1
     * @param tau Kendall's rank correlation of the units that may be swapped, which leave out those that change the shape
     * @param tauOfAll the same with those, which stand where they stood
     * @param order the units as they ran
     */
    public record Permuted(int swaps, int draw, double tau, double tauOfAll, List<String> order, double error) {}

    /**
     * Paths through so many branches, and through the shortcuts of all other blocks (figure 6).
     *
     * @param length branches on the path
     * @param share of all paths that have this length: binomial
     * @param gradient norm of the gradient of an image's loss that reaches the image along such a path: root mean square over
     *     images, mean over the draws
     * @param deviation standard deviation over the draws
     * @param product share times gradient
     */
    public record PathLength(int length, double share, double gradient, double deviation, double product) {}

    /**
     * How strongly a layer responds (He et al. 2015, figure 7).
     *
     * @param model whose layer it is
     * @param position of the layer among those measured, from 1
     * @param layer its name
     * @param deviation standard deviation of its outputs, behind batch normalisation, before ReLU and addition
     */
    public record Response(String model, int position, String layer, double deviation) {}

    /** The unit without which the error is largest; the first of equals. */
    public Optional<Single> worst() {
        return single.stream().reduce((a, b) -> b.error > a.error ? b : a);
    }

    /** The median error without one unit; NaN if none was removed. */
    public double medianSingle() {
        return median(single.stream().mapToDouble(Single::error));
    }

    /** What units are called. */
    String unit() {
        return residual ? "block" : "layer";
    }

    /** What a part found, in one line. */
    String line(LesionPart part) {
        return switch (part) {
            case SINGLE ->
                "baseline " + percent(baseline) + "; "
                        + worst().map(worst -> "worst single " + unit() + " " + worst.unit + ": " + percent(worst.error)
                                        + "; median "
                                        + percent(medianSingle()))
                                .orElse("no " + unit() + " can be removed");
            case RANDOM ->
                random.isEmpty()
                        ? "no " + unit() + "s can be removed together"
                        : "without " + byCount(random, Several::removed, Several::error, unit());
            case PERMUTED -> "after " + byCount(permuted, Permuted::swaps, Permuted::error, "swap");
            case PATHS ->
                effective()
                        .map(lengths -> String.format(
                                Locale.ROOT,
                                "paths: those through %d to %d of %d blocks, %.3g %% of all, bring 95 %% of the gradient",
                                lengths.least,
                                lengths.most,
                                lengths.blocks,
                                100 * lengths.share))
                        .orElse("paths: no gradient reaches the input");
            case RESPONSES -> responsesLine();
        };
    }

    /**
     * The lengths of the paths that bring 95 % of the gradient; those that bring the first and the last 2.5 % are left out.
     *
     * @param share of all paths
     */
    public record Effective(int least, int most, int blocks, double share) {}

    /** The lengths of effective paths, if paths were measured. */
    public Optional<Effective> effective() {
        double total = paths.stream().mapToDouble(PathLength::product).sum();
        if (!(total > 0)) {
            return Optional.empty();
        }
        int blocks = paths.get(paths.size() - 1).length;
        int least = length(0.025 * total);
        int most = length(0.975 * total);
        double share = IntStream.rangeClosed(least, most)
                .mapToDouble(length -> PathLengths.share(length, blocks))
                .sum();
        return Optional.of(new Effective(least, most, blocks, share));
    }

    /** Where the sum of the products passes {@code part}. */
    private int length(double part) {
        double sum = 0;
        for (PathLength path : paths) {
            sum += path.product;
            if (sum >= part) {
                return path.length;
            }
        }
        return paths.get(paths.size() - 1).length;
    }

    private static <R> String byCount(
            List<R> measured, ToIntFunction<R> count, ToDoubleFunction<R> error, String what) {
        int least = measured.stream().mapToInt(count).min().orElseThrow();
        int most = measured.stream().mapToInt(count).max().orElseThrow();
        return IntStream.of(least, most)
                .distinct()
                .mapToObj(size -> (size == 1 ? "1 " + what : size + " " + what + "s") + ": median "
                        + percent(median(measured.stream()
                                .filter(one -> count.applyAsInt(one) == size)
                                .mapToDouble(error))))
                .collect(Collectors.joining("; "));
    }

    private String responsesLine() {
        return "responses (standard deviation): "
                + responses.stream()
                        .map(Response::model)
                        .distinct()
                        .map(this::medianResponse)
                        .collect(Collectors.joining("; "));
    }

    private String medianResponse(String of) {
        return of + " median "
                + String.format(
                        Locale.ROOT,
                        "%.3g",
                        median(responses.stream()
                                .filter(response -> response.model.equals(of))
                                .mapToDouble(Response::deviation)));
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static double median(DoubleStream values) {
        return Spread.median(values.toArray()).orElse(Double.NaN);
    }

    /** What is known so far. */
    static final class Builder {
        private final String model;
        private final Chain chain;
        private final String data;
        private final long seed;
        private final Lesions lesions;
        private long images;
        private double baseline = Double.NaN;
        private List<Single> single = List.of();
        private List<Several> random = List.of();
        private List<Permuted> permuted = List.of();
        private LesionStudy.Whole draws = new LesionStudy.Whole(Double.NaN, 0);
        private List<PathLength> paths = List.of();
        private int pathImages;
        private List<Response> responses = List.of();

        Builder(String model, Chain chain, String data, long seed, Lesions lesions) {
            this.model = model;
            this.chain = chain;
            this.data = data;
            this.seed = seed;
            this.lesions = lesions;
        }

        void baseline(double error, long onImages) {
            baseline = error;
            images = onImages;
        }

        void single(List<Single> all) {
            single = all;
        }

        void random(List<Several> all, LesionStudy.Whole whole) {
            random = all;
            draws = whole;
        }

        void permuted(List<Permuted> all, LesionStudy.Whole whole) {
            permuted = all;
            draws = whole;
        }

        void paths(List<PathLength> all, int ofImages) {
            paths = all;
            pathImages = ofImages;
        }

        void responses(List<Response> all) {
            responses = all;
        }

        LesionResult result(String engine, List<String> skipped, List<String> missing, double seconds) {
            return new LesionResult(
                    model,
                    chain.network().name(),
                    chain.network().parameters(),
                    engine,
                    data,
                    images,
                    skipped,
                    missing,
                    seed,
                    chain.residual(),
                    baseline,
                    single,
                    lesions.removedTogether(),
                    draws.images(),
                    draws.error(),
                    random,
                    permuted,
                    paths,
                    pathImages,
                    responses,
                    lesions.kept(),
                    seconds);
        }
    }
}
