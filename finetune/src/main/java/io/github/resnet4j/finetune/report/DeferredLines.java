package io.github.resnet4j.finetune.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Remarks that wait until something more important has been said. What still waits at the end is said then: a failure
 * may need it.
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

    /** Says what is important, then what has waited for it. */
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
