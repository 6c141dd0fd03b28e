package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.finetune.internal.report.Figure;
import io.github.resnet4j.finetune.internal.report.Figure.Axis;
import io.github.resnet4j.finetune.internal.report.Figure.Mark;
import io.github.resnet4j.finetune.internal.report.Figure.Point;
import io.github.resnet4j.finetune.internal.report.Figure.Scale;
import io.github.resnet4j.finetune.internal.report.Figure.Series;
import io.github.resnet4j.finetune.lesion.LesionResult.Permuted;
import io.github.resnet4j.finetune.lesion.LesionResult.Response;
import io.github.resnet4j.finetune.lesion.LesionResult.Several;
import io.github.resnet4j.finetune.lesion.LesionResult.Single;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The figures of a study, of what it has measured. */
final class LesionFigures {
    private static final Axis ERROR = new Axis("error", Scale.PERCENT);

    private final LesionResult result;

    private LesionFigures(LesionResult result) {
        this.result = result;
    }

    /** In the papers' order. */
    static List<Figure> of(LesionResult result) {
        LesionFigures figures = new LesionFigures(result);
        List<Figure> all = new ArrayList<>();
        if (!result.single().isEmpty()) {
            all.add(figures.single());
        }
        if (!result.random().isEmpty()) {
            all.add(figures.random());
        }
        if (!result.permuted().isEmpty()) {
            all.add(figures.permuted());
        }
        if (!result.paths().isEmpty()) {
            all.addAll(figures.paths());
        }
        if (!result.responses().isEmpty()) {
            all.add(figures.responses(false));
            all.add(figures.responses(true));
        }
        return all;
    }

    private static Series whole(double error) {
        return new Series("whole network", Mark.LEVEL, List.of(new Point(0, error, "whole network")));
    }

    /** Random sets and orders may be measured on fewer images, with the whole network's error on those. */
    private String onImages() {
        return ", measured on " + Numbers.count(result.drawImages(), "image", "images");
    }

    private Figure single() {
        String unit = result.unit();
        List<Series> series = new ArrayList<>();
        series.add(new Series(
                "without the " + unit,
                Mark.LINE,
                result.single().stream().map(LesionFigures::point).toList()));
        List<Point> changing = result.single().stream()
                .filter(Single::downSampling)
                .map(LesionFigures::point)
                .toList();
        if (!changing.isEmpty()) {
            series.add(new Series("of these, down-sampling", Mark.DOTS, changing));
        }
        series.add(whole(result.baseline()));
        String caption = result.residual()
                ? "The branch of one block is removed, its shortcut stays; that of a down-sampling block too"
                        + " (Veit et al. 2016, figure 3)."
                : "One layer is replaced by nothing, with the normalisation and activation behind it"
                        + " (Veit et al. 2016, figure 3). Layers that change the shape of their map cannot be removed.";
        return new Figure(
                "single",
                "One " + unit + " removed",
                caption,
                new Axis("position of the " + unit, Scale.WHOLE),
                ERROR,
                series);
    }

    private static Point point(Single one) {
        return new Point(one.position(), one.error(), one.unit());
    }

    private Figure random() {
        String unit = result.unit();
        return new Figure(
                "random",
                "Several " + unit + "s removed",
                "Random sets, drawn from " + result.removedTogether() + onImages()
                        + ". Each box goes from the first to the third quartile of the draws, with the median, and its lines"
                        + " to the least and the largest (Veit et al. 2016, figure 5a).",
                new Axis(unit + "s removed", Scale.WHOLE),
                ERROR,
                List.of(
                        new Series(
                                "random sets",
                                Mark.BOXES,
                                result.random().stream()
                                        .map(one -> new Point(one.removed(), one.error(), label(one)))
                                        .toList()),
                        whole(result.drawBaseline())));
    }

    private static String label(Several one) {
        return "without " + String.join(", ", one.units());
    }

    private Figure permuted() {
        return new Figure(
                "permuted",
                "Blocks swapped",
                "Random pairs of blocks of equal dimensions are swapped, one pair after the other; down-sampling blocks stay."
                        + " Kendall's tau compares the order of the other blocks with the original one: 1 is the same order"
                        + onImages()
                        + " (Veit et al. 2016, figure 5b).",
                new Axis("Kendall's tau", Scale.NUMBER),
                ERROR,
                List.of(
                        new Series(
                                "random swaps",
                                Mark.DOTS,
                                result.permuted().stream()
                                        .map(one -> new Point(one.tau(), one.error(), label(one)))
                                        .toList()),
                        whole(result.drawBaseline())));
    }

    private static String label(Permuted one) {
        return Numbers.count(one.swaps(), "swap", "swaps") + ", tau " + Numbers.fixed(one.tau(), 3);
    }

    private List<Figure> paths() {
        String gradient =
                "One path at a time goes back from the loss to the image: through the branches of as many blocks,"
                        + " chosen at random, and through the shortcuts of all others. The norm of the gradient that arrives, root mean"
                        + " square over " + Numbers.count(result.pathImages(), "image", "images")
                        + ", mean over the draws";
        return List.of(
                path(
                        "path-numbers",
                        "Paths of each length",
                        "A path takes either the branch or the shortcut of every block, so that the number of branches on it"
                                + " is binomial (Veit et al. 2016, figure 6a).",
                        new Axis("share of all paths", Scale.PERCENT),
                        "paths",
                        LesionResult.PathLength::share),
                path(
                        "path-gradients",
                        "Gradient by path length",
                        gradient + " (Veit et al. 2016, figure 6b).",
                        new Axis("norm of the gradient", Scale.LOGARITHMIC),
                        "gradient along one path",
                        LesionResult.PathLength::gradient),
                path(
                        "path-products",
                        "What paths of each length bring",
                        "Share of all paths, times the gradient along one"
                                + result.effective()
                                        .map(lengths -> ": 95 % comes along paths through " + lengths.least() + " to "
                                                + lengths.most() + " of " + lengths.blocks() + " blocks, which are "
                                                + Numbers.percent(lengths.share()) + " of all")
                                        .orElse("")
                                + " (Veit et al. 2016, figure 6c).",
                        new Axis("share × gradient", Scale.NUMBER),
                        "share × gradient",
                        LesionResult.PathLength::product));
    }

    private Figure path(
            String id,
            String title,
            String caption,
            Axis y,
            String name,
            ToDoubleFunction<LesionResult.PathLength> measure) {
        return new Figure(
                id,
                title,
                caption,
                new Axis("blocks whose branch is on the path", Scale.WHOLE),
                y,
                List.of(new Series(
                        name,
                        Mark.LINE,
                        result.paths().stream()
                                .map(path -> new Point(
                                        path.length(),
                                        measure.applyAsDouble(path),
                                        Numbers.count(path.length(), "block", "blocks")))
                                .toList())));
    }

    private Figure responses(boolean sorted) {
        Stream<String> models = result.responses().stream().map(Response::model).distinct();
        return new Figure(
                sorted ? "responses-sorted" : "responses",
                sorted ? "Responses, sorted" : "Responses of the layers",
                "Standard deviation of the outputs of each layer with 3×3 kernels, behind batch normalisation, before ReLU"
                        + " and addition" + (sorted ? ", from large to small" : ", from input to output")
                        + " (He et al. 2015, figure 7).",
                new Axis(sorted ? "rank of the layer" : "position of the layer", Scale.WHOLE),
                new Axis("standard deviation", Scale.NUMBER),
                models.map(model -> new Series(model, Mark.LINE, responses(model, sorted)))
                        .toList());
    }

    private List<Point> responses(String model, boolean sorted) {
        List<Response> of = result.responses().stream()
                .filter(response -> response.model().equals(model))
                .sorted(
                        sorted
                                ? Comparator.comparingDouble(Response::deviation)
                                        .reversed()
                                : Comparator.comparingInt(Response::position))
                .toList();
        return IntStream.range(0, of.size())
                .mapToObj(i -> new Point(i + 1, of.get(i).deviation(), of.get(i).layer()))
                .toList();
    }
}
