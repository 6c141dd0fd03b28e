package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.zoo.network.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What of a run's images would spoil its training.
 *
 * @param names what the user writes to set a key
 */
record RunChecks(RunConfig config, KeyNames names) {
    /** @throws UsageException if a batch has fewer images than there are replicas */
    void requireImagesForAll(int replicas) {
        int batch = config.train().batchSize();
        if (batch < replicas) {
            throw new UsageException(names.of("train.batch-size") + " is " + batch
                    + ", which is the batch of all executors" + " together, but there are " + replicas
                    + ": set at least " + replicas + ", or take fewer executors");
        }
    }

    /** Early stopping and a schedule that comes down at its end do not go together. */
    void remarkOnPatience(Consumer<String> remarks) {
        Optional<Integer> patience = config.train().monitoring().patience();
        boolean endsLow = config.schedule() instanceof ScheduleConfig.Cosine
                || config.schedule() instanceof ScheduleConfig.OneCycle;
        if (endsLow && patience.isPresent() && patience.get() < config.train().epochs()) {
            remarks.accept(
                    "warning: " + names.of("train.patience") + " may end the run while the learning rate is still"
                            + " high, which this schedule lowers towards its end; leave it out and train for fewer epochs ("
                            + names.setting("train.epochs", "N") + ")");
        }
    }

    /** Of one value, batch normalisation would learn nothing and take a variance of 0; PyTorch refuses that, too. */
    void requireStatistics(ResolvedRun task, Consumer<String> remarks) {
        Optional<Node> norm = task.normOfOneValue();
        if (norm.isEmpty()) {
            return;
        }
        String name = norm.get().name();
        int batchSize = config.train().batchSize();
        int images = task.inputs().train().size();
        if (Math.min(batchSize, images) == 1) {
            throw new UsageException(names.of("train.batch-size") + ": " + name
                    + " normalises maps of 1×1, so a batch of one image"
                    + " gives it no statistics; use at least 2 images in a batch, or larger ones ("
                    + names.of("data.image-size") + ")");
        }
        if (images % batchSize == 1) {
            remarks.accept(
                    "one image is left out of every epoch, another each time: it would be a batch of its own, which"
                            + " gives " + name + " with its maps of 1×1 no statistics");
        }
    }

    /** Accuracies on different images do not compare. */
    void requireSameImages(Samples val, List<RunOutcome> others) {
        String own = val.fingerprint();
        List<String> different = others.stream()
                .filter(other -> !other.validation().equals(own))
                .map(RunOutcome::name)
                .toList();
        if (!different.isEmpty()) {
            throw new UsageException(
                    String.join(", ", different) + (different.size() == 1 ? " was" : " were")
                            + " evaluated on other validation images than this run will be, so their accuracies do not compare");
        }
    }

    /** Before anything is computed or deleted: all images that cannot be read, of both parts, in one message. */
    void requireReadable(List<BatchLoader> parts, BooleanSupplier stop) {
        if (!config.data().checkImages()) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (BatchLoader part : parts) {
            try {
                part.check(stop);
            } catch (BadDataException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new BadDataException(String.join("; ", problems));
        }
    }
}
