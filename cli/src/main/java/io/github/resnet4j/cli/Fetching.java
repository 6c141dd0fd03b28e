package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.download.DownloadProgress;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;

/** Shows a download, which takes minutes, as a line and a bar in MiB. */
final class Fetching implements DownloadProgress {
    private final ProgressView view;
    private boolean begun;

    private Fetching(ProgressView view) {
        this.view = view;
    }

    /**
     * The default download options, with progress shown in {@code view}.
     *
     * @throws UsageException if the environment names an invalid mirror
     */
    static DownloadOptions options(ProgressView view) {
        try {
            return DownloadOptions.standard().withProgress(new Fetching(view));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    @Override
    public void bytes(long done, long total) {
        if (!begun && (total == UNKNOWN || done < total)) {
            begun = true;
            view.line("fetching " + (total == UNKNOWN ? "a file of unknown size" : Numbers.bytes(total)));
            if (total != UNKNOWN) {
                view.begin("fetching", total >> 20);
            }
        }
        view.step(done >> 20, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        if (begun && total != UNKNOWN && done >= total) {
            begun = false;
            view.end();
        }
    }
}
