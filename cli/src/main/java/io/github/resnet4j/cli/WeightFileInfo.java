package io.github.resnet4j.cli;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.load.Fit;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.LoadReport;
import io.github.resnet4j.zoo.weights.load.Matching;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a weights file holds, found without reading any of its values.
 *
 * @param file as the user named it
 * @param format the file's format
 * @param tensors in the file's order
 * @param facts what else is known: an archive's card, or another file's metadata
 * @param notes what was done to get at the tensors
 * @param recognised the published name, if the registry knows the file
 * @param fits the networks that have a place for most of the tensors, best first
 * @param report how every tensor would load into the requested network
 */
record WeightFileInfo(
        String file,
        String format,
        List<Row> tensors,
        Map<String, String> facts,
        List<String> notes,
        Optional<String> recognised,
        List<String> fits,
        Optional<LoadReport> report) {
    private static final int MOST_FITS = 3;

    /** A tensor. */
    record Row(String name, String type, List<Long> shape) {}

    static WeightFileInfo of(
            Path file, WeightSet set, Optional<Architecture> into, Map<String, String> options, NameMapping names) {
        if (WeightFile.isArchive(file)) {
            if (into.isPresent() || names != NameMapping.NONE) {
                throw new UsageException(file
                        + " is a resnet4j archive and already has its network and names; leave out --arch and --map");
            }
            return ofArchive(file);
        }
        StateDict tensors = WeightFile.open(file, set);
        Optional<LoadReport> report = into.map(row -> Fit.of(tensors, names, row, options))
                .map(fit -> Matching.of(tensors, fit.network(), new LoadOptions(names, false))
                        .report());
        List<Row> rows = new ArrayList<>();
        tensors.tensors()
                .forEach((name, tensor) -> rows.add(new Row(name, tensor.type().name(), tensor.shape())));
        return new WeightFileInfo(
                file.toString(),
                tensors.format().title(),
                rows,
                tensors.metadata(),
                tensors.notes(),
                Pretrained.recognise(FileBytes.open(file)).map(PretrainedWeights::name),
                Fit.ranked(tensors, names).stream()
                        .limit(MOST_FITS)
                        .map(Fit::title)
                        .toList(),
                report);
    }

    private static WeightFileInfo ofArchive(Path file) {
        ModelCard card = ModelArchive.readCard(file);
        List<Row> rows = new ArrayList<>();
        for (Slot slot : card.network().slots()) {
            rows.add(new Row(slot.name(), "F32", slot.shape()));
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("architecture", card.architecture());
        if (!card.options().isEmpty()) {
            facts.put("options", InfoCommand.written(card.options()));
        }
        facts.put("input", card.input().toString());
        facts.put("classes", String.join(", ", card.classes()));
        facts.put("preprocessing", card.preprocessing().toString());
        card.temperature().ifPresent(value -> facts.put("temperature", Numbers.rate(value)));
        facts.putAll(card.provenance());
        return new WeightFileInfo(
                file.toString(),
                WeightFormat.ARCHIVE.title(),
                rows,
                facts,
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    long values() {
        return tensors.stream()
                .mapToLong(row -> row.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file);
        object.put("format", format);
        object.put("values", values());
        object.put("recognised", recognised.orElse(null));
        object.put("fits", fits);
        object.put("facts", facts);
        object.put("notes", notes);
        object.put("tensors", tensors);
        report.ifPresent(known -> object.put("report", known));
        return object;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%s: %s, %,d tensors, %,d values%n", file, format, tensors.size(), values()));
        recognised.ifPresent(name -> text.append(String.format("  published as %s%n", name)));
        notes.forEach(note -> text.append(String.format("  %s%n", Printable.brief(note))));
        facts.forEach(
                (key, value) -> text.append(String.format("  %s: %s%n", Printable.brief(key), Printable.brief(value))));
        int width = tensors.stream()
                .mapToInt(row -> Printable.brief(row.name()).length())
                .max()
                .orElse(0);
        for (Row row : tensors) {
            text.append(String.format(
                    "  %-" + Math.max(1, width) + "s  %-4s %s%n",
                    Printable.brief(row.name()),
                    row.type(),
                    row.shape()));
        }
        report.ifPresent(known -> text.append(known.text()).append(System.lineSeparator()));
        fits.forEach(fit -> text.append(String.format("  fits %s%n", fit)));
        return text.toString();
    }
}
