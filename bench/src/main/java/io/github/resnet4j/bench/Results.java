package io.github.resnet4j.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one interleaved run gave.
 *
 * @param settings what was measured
 * @param machine where
 * @param entries one for each contestant, all with the same rounds
 */
record Results(Settings settings, Machine machine, List<Entry> entries) {
    Results {
        entries = List.copyOf(entries);
    }

    /**
     * One contestant.
     *
     * @param name in the table
     * @param description software and version
     * @param peer others are compared with it
     * @param series its speed at each task
     */
    record Entry(String name, String description, boolean peer, Map<Task, Series> series) {}

    /** The peer that is faster at this task, by the median; empty if there is no peer. */
    Optional<Entry> betterPeer(Task task) {
        return entries.stream().filter(Entry::peer).max(Comparator.comparingDouble(entry -> entry.series()
                .get(task)
                .median()));
    }

    /** How fast this contestant is, the better peer being 1. */
    Optional<Double> ratio(Entry entry, Task task) {
        return betterPeer(task)
                .map(peer -> entry.series().get(task).ratioTo(peer.series().get(task)));
    }

    /** For people: one line for each contestant and task. */
    String table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s, batch %d, %d threads, %d rounds of %.1f s; %s, %d cores, %s, Java %s, load %.1f",
                settings.model(),
                settings.batch(),
                settings.threads(),
                settings.rounds(),
                settings.seconds(),
                machine.cpu(),
                machine.cores(),
                machine.os(),
                machine.java(),
                machine.load()));
        for (Task task : Task.values()) {
            lines.add("");
            lines.add(String.format(
                    Locale.ROOT, "%-26s%9s%9s%9s%9s", task.word() + ", images/s", "median", "min", "max", "ratio"));
            for (Entry entry : entries) {
                Series series = entry.series().get(task);
                lines.add(String.format(
                        Locale.ROOT,
                        "%-26s%9.1f%9.1f%9.1f%9s",
                        entry.name(),
                        series.median(),
                        series.min(),
                        series.max(),
                        ratio(entry, task)
                                .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                                .orElse("-")));
            }
        }
        lines.add("");
        entries.forEach(entry -> lines.add(entry.name() + ": " + entry.description()));
        return String.join(System.lineSeparator(), lines);
    }

    /** For programs: objects, lists, strings and numbers in a fixed order. */
    Map<String, Object> json() {
        List<Object> contestants = new ArrayList<>();
        for (Entry entry : entries) {
            Map<String, Object> contestant = new LinkedHashMap<>();
            contestant.put("name", entry.name());
            contestant.put("description", entry.description());
            contestant.put("peer", entry.peer());
            for (Task task : Task.values()) {
                Series series = entry.series().get(task);
                Map<String, Object> numbers = new LinkedHashMap<>();
                numbers.put("imagesPerSecond", series.rounds());
                numbers.put("median", series.median());
                numbers.put("min", series.min());
                numbers.put("max", series.max());
                ratio(entry, task).ifPresent(ratio -> numbers.put("ratio", ratio));
                contestant.put(task.word(), numbers);
            }
            contestants.add(contestant);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("settings", settings);
        object.put("machine", machine);
        object.put("contestants", contestants);
        return object;
    }
}
