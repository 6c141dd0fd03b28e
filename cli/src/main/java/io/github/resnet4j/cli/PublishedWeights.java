package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.model.PretrainedFetch;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.zoo.pretrained.Accuracy;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The registry of published weights, for people and as JSON. */
final class PublishedWeights {
    private PublishedWeights() {}

    /** Prints the rows whose names match. */
    static void print(CommandSpec spec, String pattern, boolean json) {
        List<PretrainedWeights> rows = Pretrained.list(pattern);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(rows.stream().map(PublishedWeights::object).toList()));
            return;
        }
        if (rows.isEmpty()) {
            List<String> names =
                    Pretrained.list().stream().map(PretrainedWeights::name).toList();
            throw new ParameterException(
                    spec.commandLine(),
                    "no published weights match \"" + pattern + "\"; "
                            + Suggest.nearest(pattern, names)
                                    .map(name -> "did you mean " + name + "? ")
                                    .orElse("")
                            + "`resnet4j list --pretrained` shows all " + names.size());
        }
        out.printf("%-44s %7s %7s %9s %-14s %s%n", "NAME", "TOP-1", "TOP-5", "SIZE", "LICENCE", "FETCHED");
        for (PretrainedWeights row : rows) {
            out.printf(
                    "%-44s %7s %7s %9s %-14s %s%n",
                    row.name(),
                    row.accuracy()
                            .map(Accuracy::top1)
                            .map(PublishedWeights::percent)
                            .orElse("-"),
                    row.accuracy()
                            .map(Accuracy::top5)
                            .filter(OptionalDouble::isPresent)
                            .map(OptionalDouble::getAsDouble)
                            .map(PublishedWeights::percent)
                            .orElse("-"),
                    row.bytes().isPresent() ? Numbers.bytes(row.bytes().getAsLong()) : "-",
                    row.licence(),
                    PretrainedFetch.cached(row, CacheFolder.standard()) ? "yes" : "");
        }
    }

    /** One row in full. */
    static String text(PretrainedWeights row) {
        StringBuilder text = new StringBuilder();
        object(row).forEach((key, value) -> {
            if (value != null) {
                text.append(String.format("%-14s %s%n", key, value instanceof List<?> list ? join(list) : value));
            }
        });
        return text.toString();
    }

    private static String join(List<?> list) {
        return String.join(", ", list.stream().map(String::valueOf).toList());
    }

    /** One row as JSON has it. */
    static Map<String, Object> object(PretrainedWeights row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", row.name());
        object.put("architecture", row.architecture());
        object.put(
                "address", row.isBundled() ? "comes with resnet4j" : row.url().toString());
        object.put("bytes", orNull(row.bytes()));
        object.put("hash", row.hash().toString());
        object.put("licence", row.licence());
        object.put("source", row.source());
        object.put("page", row.page().toString());
        object.put("top1", row.accuracy().map(Accuracy::top1).orElse(null));
        object.put(
                "top5",
                row.accuracy()
                        .map(Accuracy::top5)
                        .filter(OptionalDouble::isPresent)
                        .map(OptionalDouble::getAsDouble)
                        .orElse(null));
        Preprocessing prepare = row.preprocessing();
        object.put("resize", orNull(prepare.resize()));
        object.put("crop", orNull(prepare.crop()));
        object.put("interpolation", prepare.interpolation());
        object.put("mean", prepare.mean());
        object.put("std", prepare.std());
        object.put("classes", row.classNames().count());
        object.put("fetched", PretrainedFetch.cached(row, CacheFolder.standard()));
        return object;
    }

    private static Object orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static Object orNull(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
