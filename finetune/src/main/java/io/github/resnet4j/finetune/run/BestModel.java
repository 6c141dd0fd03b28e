package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * {@code best.zip}: the model with the highest validation accuracy so far, the earliest if equal. Its card names the
 * epoch, so that a file left by a run that was resumed from an earlier epoch is not mistaken for this run's.
 */
final class BestModel {
    static final String FILE = "best.zip";

    /** Key of the epoch in the provenance of its card. */
    static final String EPOCH = "epoch";

    private final Path file;
    private final IntFunction<ModelCard> card;
    private final Supplier<ComputationGraph> graph;
    private Optional<EpochRow> best;

    /**
     * @param folder the run's
     * @param graph that is trained
     * @param card of the model after an epoch
     * @param done the epochs before this process
     */
    BestModel(Path folder, Supplier<ComputationGraph> graph, IntFunction<ModelCard> card, List<EpochRow> done) {
        this.file = folder.resolve(FILE);
        this.graph = graph;
        this.card = card;
        this.best = EpochRow.best(done);
    }

    /** The epoch of the highest accuracy, if any was evaluated. */
    Optional<EpochRow> row() {
        return best;
    }

    /** Writes the graph's model if the epoch is the best so far. */
    void offer(EpochRow row) throws IOException {
        if (!row.evaluated() || best.filter(so -> so.valTop1() >= row.valTop1()).isPresent()) {
            return;
        }
        best = Optional.of(row);
        ModelArchive.write(file, card.apply(row.epoch()), graph.get());
    }

    /** Deletes a file that is of another epoch than the best. */
    void settle() throws IOException {
        if (Files.exists(file) && !epoch().equals(best.map(row -> String.valueOf(row.epoch())))) {
            Files.delete(file);
        }
    }

    private Optional<String> epoch() {
        try {
            return Optional.ofNullable(ModelArchive.readCard(file).provenance().get(EPOCH));
        } catch (BadWeightsException e) {
            return Optional.empty();
        }
    }
}
