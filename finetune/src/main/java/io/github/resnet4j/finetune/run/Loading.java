package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.RunConfig;

/** How a run loads its images. */
final class Loading {
    private Loading() {}

    /** Of training images. */
    static LoaderOptions training(RunConfig config, ResolvedRun run) {
        LoaderOptions all = of(config, true).viewing(config.data().views().orElse(0));
        return run.normOfOneValue().isPresent() ? all.droppingSingle() : all;
    }

    /** Of validation images. */
    static LoaderOptions evaluating(RunConfig config) {
        return of(config, false);
    }

    /** Training replaces what it may skip, so that batches keep their size; evaluation leaves it out. */
    private static LoaderOptions of(RunConfig config, boolean training) {
        BadImages onBadImage = config.data().onBadImage() == DataConfig.OnBadImage.FAIL
                ? BadImages.FAIL
                : training ? BadImages.REPLACE : BadImages.LEAVE_OUT;
        int workers =
                config.data().workers().orElse(Math.max(1, Runtime.getRuntime().availableProcessors()));
        LoaderOptions all = new LoaderOptions(
                config.train().batchSize(), config.train().seed(), workers, 2 * workers, training, onBadImage);
        return training && config.data().sampling() == DataConfig.Sampling.BALANCED ? all.balancing() : all;
    }
}
