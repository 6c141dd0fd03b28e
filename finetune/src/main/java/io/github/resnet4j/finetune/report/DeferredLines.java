package io.github.resnet4j.finetune.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Remarks held back until something more important has been printed. Those still held back at the end are printed then:
 * a failure may need them.
 */
public final class DeferredLines implements AutoCloseable {
    private final ProgressView view;
    private final List<String> waiting = new ArrayList<>();

    /** @param view where the remarks go in the end */
    public DeferredLines(ProgressView view) {
        this.view = view;
    }

    /** A remark. */
    public void add(String line) {
        waiting.add(line);
    }

    /** Prints the important line, then the remarks held back. */
    public void after(String line) {
        view.line(line);
        close();
    }

    @Override
    public void close() {
        waiting.forEach(view::line);
        waiting.clear();
    }
}
