package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.finetune.quality.Fidelity;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.Measured;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * How near images that a network makes come to what they should be.
 *
 * @param loss mean distance of all values, each image counting the same
 * @param enlarged one for each image, in the order of the data
 * @param seconds it took, with reading
 */
record SuperResolutionEvaluation(double loss, List<Enlarged> enlarged, double seconds) implements Measured {
    SuperResolutionEvaluation {
        enlarged = List.copyOf(enlarged);
    }

    /**
     * What became of an image.
     *
     * @param index in the data
     * @param network of what the network makes
     * @param bicubic of what bicubic interpolation makes
     */
    record Enlarged(int index, Fidelity network, Fidelity bicubic) {
        /** By how many decibels the network is better. */
        double gain() {
            return network.psnr() - bicubic.psnr();
        }
    }

    /** A mean over the images. */
    double mean(Function<Enlarged, Fidelity> which, ToDoubleFunction<Fidelity> figure) {
        return enlarged.stream().map(which).mapToDouble(figure).average().orElse(Double.NaN);
    }

    @Override
    public Map<Metric, Double> metrics() {
        Map<Metric, Double> metrics = new LinkedHashMap<>();
        metrics.put(SuperResolution.PSNR, mean(Enlarged::network, Fidelity::psnr));
        metrics.put(SuperResolution.SSIM, mean(Enlarged::network, Fidelity::ssim));
        return metrics;
    }

    @Override
    public long images() {
        return enlarged.size();
    }
}
