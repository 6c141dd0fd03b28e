package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.finetune.lesion.LesionFolder;
import io.github.resnet4j.finetune.lesion.LesionPart;
import io.github.resnet4j.finetune.lesion.LesionStudy;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.report.Spread;
import io.github.resnet4j.finetune.run.Preview;
import io.github.resnet4j.finetune.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The error of a run's model without each of its blocks, in the run's folder {@code lesion}; measured once. */
final class BlockLesions {
    private static final int BATCH_SIZE = 64;
    private static final long MOST_BYTES = 16L << 20;

    private BlockLesions() {}

    private static Path folder(PlannedRun run) {
        return run.folder().resolve("lesion");
    }

    /** The last epoch's, as in the papers; of runs that have only one model, that is it. */
    private static Path model(PlannedRun run) {
        Path last = run.folder().resolve("last.zip");
        return Files.exists(last) ? last : run.folder().resolve("model.zip");
    }

    /** The median, if it was measured after the model was trained. */
    static OptionalDouble error(PlannedRun run) {
        Path numbers = folder(run).resolve("lesion.json");
        Path model = model(run);
        try {
            if (Files.notExists(numbers)
                    || Files.notExists(model)
                    || Files.size(numbers) > MOST_BYTES
                    || Files.getLastModifiedTime(numbers).compareTo(Files.getLastModifiedTime(model)) < 0) {
                return OptionalDouble.empty();
            }
            JsonNode single =
                    JsonMapper.shared().readTree(Files.readString(numbers)).path("single");
            return Spread.median(StreamSupport.stream(single.spliterator(), false)
                    .mapToDouble(unit -> unit.path("error").asDouble(Double.NaN))
                    .filter(Double::isFinite)
                    .toArray());
        } catch (IOException | JacksonException e) {
            return OptionalDouble.empty(); // and measured again
        }
    }

    /** Measures it on the run's validation images. */
    static void measure(PlannedRun run, TrainingRun.Options options, ProgressView view, BooleanSupplier stop)
            throws IOException {
        Preview data = Preview.open(run.config(), options.download());
        SourceModel model = SourceModel.open(ModelRequest.of(model(run).toString()), options.download(), view::line);
        LesionStudy.run(
                model,
                List.of(),
                data.val(),
                "the validation images of " + run.name(),
                new LesionStudy.Options(
                        Set.of(LesionPart.SINGLE),
                        1,
                        run.seed(),
                        false,
                        BATCH_SIZE,
                        1,
                        1,
                        run.config().engine(),
                        BadImages.FAIL),
                new LesionFolder(folder(run), options.commandLine()),
                true,
                view,
                stop);
    }
}
