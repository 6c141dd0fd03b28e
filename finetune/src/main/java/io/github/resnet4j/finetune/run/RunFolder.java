package io.github.resnet4j.finetune.run;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.internal.report.EventLog;
import io.github.resnet4j.finetune.internal.report.ExecutorLog;
import io.github.resnet4j.finetune.internal.report.JsonReport;
import io.github.resnet4j.finetune.internal.task.classification.HeldOutAnswers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of a run's results. */
final class RunFolder {
    /** The last epoch's model. */
    static final String LAST_MODEL = "last.zip";

    /** Everything a run writes; nothing else is ever deleted. */
    private static final List<String> CONTENTS = List.of(
            "config.yaml",
            ChoicesFile.NAME,
            "provenance.json",
            "log.csv",
            EventLog.FILE,
            ExecutorLog.FILE,
            "curves.png",
            "confusion.png",
            "report.html",
            JsonReport.FILE,
            "MODEL_CARD.md",
            BestModel.FILE,
            BestModel.EARLIER_FILE,
            LAST_MODEL,
            HeldOutAnswers.FILE,
            "checkpoints");

    private RunFolder() {}

    /** @throws UsageException if {@code folder} is, or would be in, a file */
    static void requirePossible(Path folder, KeyNames names) {
        for (Path path = folder.toAbsolutePath(); path != null; path = path.getParent()) {
            if (Files.exists(path)) {
                if (!Files.isDirectory(path)) {
                    throw new UsageException(path + " is a file, so the run's folder cannot be " + folder
                            + "; choose another with " + names.setting("name", "NAME") + " or "
                            + names.setting("output.dir", "DIR"));
                }
                return;
            }
        }
    }

    /** @throws UsageException if {@code folder} holds another run and neither resuming nor overwriting is asked for */
    static void requireFree(Path folder, boolean resume, boolean overwrite, KeyNames names) {
        boolean used = CONTENTS.stream().anyMatch(entry -> Files.exists(folder.resolve(entry)));
        if (used && !resume && !overwrite) {
            throw new UsageException(folder + " holds an earlier run: resume it (--resume), replace it (--overwrite)"
                    + " or choose another name (" + names.setting("name", "NAME") + ")");
        }
    }

    /** Deletes what an earlier run left. */
    static void clear(Path folder) throws IOException {
        for (String entry : CONTENTS) {
            AtomicFile.deleteTree(folder.resolve(entry));
        }
    }
}
