package io.github.resnet4j.serving.internal.model;

import io.github.resnet4j.serving.ModelEntry;
import io.github.resnet4j.serving.ServerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All models of a server, in the order of their names and versions. */
public final class Models implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Models.class);

    private final List<ServedModel> models;
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "resnet4j-reload");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean loaded;

    /**
     * @throws IllegalArgumentException if there is none, or two have the same name and version
     */
    public Models(List<ModelEntry> entries, ServerOptions options, ServedModel.Events events) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("no model to serve; name at least one");
        }
        List<ServedModel> all = new ArrayList<>();
        for (ModelEntry entry : entries) {
            if (all.stream()
                    .anyMatch(model -> model.name().equals(entry.name()) && model.version() == entry.version())) {
                throw new IllegalArgumentException("two models are called " + entry.name() + ":" + entry.version()
                        + "; give them other names or versions, NAME:VERSION=FILE");
            }
            all.add(new ServedModel(entry, options, events));
        }
        all.sort(Comparator.comparing(ServedModel::name).thenComparing(ServedModel::version));
        this.models = List.copyOf(all);
    }

    /**
     * Loads all of them, and from then on those whose files change.
     *
     * @param look how often files are looked at
     * @throws RuntimeException as {@link Replica#load}, for the first that cannot be served
     */
    public void load(Duration look) {
        models.forEach(ServedModel::load);
        loaded = true;
        watcher.scheduleWithFixedDelay(this::reload, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void reload() {
        try {
            models.forEach(ServedModel::reload);
        } catch (RuntimeException | Error e) { // the next look is to come in any case
            LOG.warn("looking at the models' files: {}", e.toString());
        }
    }

    /** Whether every model answers. */
    public boolean isLoaded() {
        return loaded;
    }

    public List<ServedModel> all() {
        return models;
    }

    /** Names, each once. */
    public List<String> names() {
        return models.stream().map(ServedModel::name).distinct().toList();
    }

    /** Versions of a name, ascending; empty if nothing has it. */
    public List<Integer> versions(String name) {
        return models.stream()
                .filter(model -> model.name().equals(name))
                .map(ServedModel::version)
                .toList();
    }

    /** The model of a version, or of the highest. */
    public Optional<ServedModel> find(String name, OptionalInt version) {
        return models.stream()
                .filter(model -> model.name().equals(name))
                .filter(model -> version.isEmpty() || version.getAsInt() == model.version())
                .reduce((lower, higher) -> higher);
    }

    /** Looks at no file any more, answers what waits, frees the memory. */
    @Override
    public void close() {
        watcher.shutdown();
        try {
            watcher.awaitTermination(1, TimeUnit.MINUTES); // a reload that is under way
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        models.forEach(ServedModel::close);
    }
}
