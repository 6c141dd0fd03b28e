package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.datasets.superresolution.ImagePair;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Targets;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.finetune.quality.Fidelity;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * To make what a small image was made of. Measured as the papers do: whole images, rounded to 8 bits, luminance of BT.601
 * rounded to 8 bits, as many pixels left out at each border as the scale. A network of luminance is measured on what it makes.
 */
final class FidelityObjective implements Objective<SuperResolutionEvaluation> {
    private static final double MAX = 255;
    private static final int WINDOW = 11;

    private final Network network;
    private final Photographs photographs;
    private final Colours colours;
    private final int factor;
    private final BatchArrays arrays = new BatchArrays();

    /** @param photographs to measure on */
    FidelityObjective(Network network, Photographs photographs) {
        this.network = network;
        this.photographs = photographs;
        this.colours = SuperResolution.colours(network.input());
        this.factor = Upscaler.factor(network).orElseThrow();
    }

    /** The least rows and columns of an image: without its border, a window of SSIM. */
    int least() {
        return WINDOW + 2 * factor;
    }

    @Override
    public Targets targets(Batch batch, INDArray features, int epoch, int number) {
        return new Targets.Values(arrays.targets(batch));
    }

    /** None is simply right. */
    @Override
    public Map<Metric, Double> metrics(EpochProgress training) {
        return Map.of();
    }

    @Override
    public SuperResolutionEvaluation evaluate(
            Inference inference, BatchLoader loader, String weights, LongConsumer progress, BooleanSupplier stop) {
        List<Integer> readable = new ArrayList<>();
        try (Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                for (int index : batches.next().indices()) {
                    readable.add(index);
                }
            }
        }
        return evaluation(inference, readable, weights, progress, stop);
    }

    /** Measures on the photographs of these indices. */
    SuperResolutionEvaluation evaluation(
            Inference inference, List<Integer> indices, String weights, LongConsumer progress, BooleanSupplier stop) {
        long start = System.nanoTime();
        List<SuperResolutionEvaluation.Enlarged> enlarged = new ArrayList<>();
        double loss = 0;
        long broken = 0;
        try (Upscaler upscaler = new Upscaler(inference, network, Upscaler.Options.DEFAULT)) {
            for (int index : indices) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                ImagePair pair = photographs.pair(index, factor);
                boolean grey = photographs.isGrey(index, pair.high());
                try {
                    Made made = made(pair, grey, upscaler, stop);
                    loss += distance(made.image, made.truth) / indices.size();
                    enlarged.add(new SuperResolutionEvaluation.Enlarged(
                            index,
                            Fidelity.of(made.image, made.truth, factor, made.luminance),
                            Fidelity.of(
                                    Photographs.BICUBIC.larger(pair.low(), factor),
                                    pair.high(),
                                    factor,
                                    grey ? Fidelity.Luminance.GREY : Fidelity.Luminance.ROUNDED)));
                } catch (NonFiniteOutputException e) {
                    broken++;
                }
                progress.accept(enlarged.size() + broken);
            }
        }
        if (broken > 0) {
            throw new NonFiniteOutputException(weights, broken, indices.size());
        }
        return new SuperResolutionEvaluation(loss, enlarged, (System.nanoTime() - start) / 1e9);
    }

    /**
     * What the network makes.
     *
     * @param truth what it should be
     * @param luminance how both are compared
     */
    private record Made(Rgb8Image image, Rgb8Image truth, Fidelity.Luminance luminance) {}

    private Made made(ImagePair pair, boolean grey, Upscaler upscaler, BooleanSupplier stop) {
        if (grey) {
            return new Made(
                    upscaler.upscaleGrey(pair.low(), done -> stopIf(stop)), pair.high(), Fidelity.Luminance.GREY);
        }
        return colours == Colours.LUMINANCE
                ? new Made(
                        upscaler.upscaleGrey(colours.seen(pair.low()), done -> stopIf(stop)),
                        colours.seen(pair.high()),
                        Fidelity.Luminance.GREY)
                : new Made(upscaler.upscale(pair.low(), done -> stopIf(stop)), pair.high(), Fidelity.Luminance.ROUNDED);
    }

    private static void stopIf(BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    /** As the training's loss has it, but of what is rounded. */
    private double distance(Rgb8Image made, Rgb8Image truth) {
        boolean squared = network.output() instanceof Output.Values values && values.distance() == Output.Distance.L2;
        double unit = colours.largest() / MAX;
        double sum = 0;
        for (int i = 0; i < made.pixels().length; i++) {
            double difference = unit * ((made.pixels()[i] & 0xff) - (truth.pixels()[i] & 0xff));
            sum += squared ? difference * difference : Math.abs(difference);
        }
        return sum / made.pixels().length;
    }
}
