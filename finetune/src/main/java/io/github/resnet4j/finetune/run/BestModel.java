package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * {@code model.zip}: the model of the best epoch so far, as {@link EpochRow#betterThan} has it, from the first evaluation
 * on. Its card names the epoch: that, not the log, says what the file holds, whenever the process was killed.
 */
final class BestModel {
    static final String FILE = "model.zip";

    /** What earlier versions called it; their {@link #FILE} was the last epoch's. */
    static final String EARLIER_FILE = "best.zip";

    /** Key of the epoch in the provenance of a card. */
    static final String EPOCH = "epoch";

    private final Path file;
    private final IntFunction<ModelCard> card;
    private final Supplier<ComputationGraph> graph;
    private Optional<EpochRow> kept;

    /**
     * @param folder the run's
     * @param graph that is trained
     * @param card of the model after an epoch
     * @param done the epochs before this process. A file that is of none of them was left by a run that had gone further
     *     than its newest checkpoint, and is replaced
     */
    BestModel(Path folder, Supplier<ComputationGraph> graph, IntFunction<ModelCard> card, List<EpochRow> done)
            throws IOException {
        this.file = folder.resolve(FILE);
        this.graph = graph;
        this.card = card;
        Path earlier = folder.resolve(EARLIER_FILE);
        Optional<EpochRow> best = EpochRow.best(done);
        if (best.isPresent() && of(file, done).isEmpty() && of(earlier, done).equals(best)) {
            Files.move(earlier, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        this.kept = of(file, done);
    }

    /** The epoch whose model the file holds. */
    Optional<EpochRow> row() {
        return kept;
    }

    /** Writes the graph's model if the epoch is the best so far. */
    void offer(EpochRow row) throws IOException {
        if (row.evaluated() && kept.map(row::betterThan).orElse(true)) {
            ModelArchive.write(file, card.apply(row.epoch()), graph.get());
            kept = Optional.of(row);
        }
    }

    /** The epoch whose model a file holds, of those given. */
    static Optional<EpochRow> of(Path file, List<EpochRow> rows) {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            String epoch = ModelArchive.readCard(file).provenance().get(EPOCH);
            return rows.stream()
                    .filter(row ->
                            row.evaluated() && String.valueOf(row.epoch()).equals(epoch))
                    .findFirst();
        } catch (BadWeightsException e) {
            return Optional.empty();
        }
    }
}
