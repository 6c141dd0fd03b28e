package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.JpegTraces;
import io.github.resnet4j.datasets.Split;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.Measure;
import io.github.resnet4j.finetune.internal.report.Provenance;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ExperimentReport;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.ExperimentReport.Trial;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.Spread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Sums up what an experiment's folders hold. */
final class Summary {
    private final ExperimentConfig config;
    private final Map<PlannedRun, RunState> states;
    private final Map<String, String> diverged;
    private final Map<Path, Boolean> jpegs = new HashMap<>();

    Summary(ExperimentConfig config, Map<PlannedRun, RunState> states, Map<String, String> diverged) {
        this.config = config;
        this.states = states;
        this.diverged = diverged;
    }

    ExperimentReport report() {
        List<Line> lines = config.runs().stream().map(this::line).toList();
        Findings findings = new Findings(lines);
        return new ExperimentReport(
                config.title(),
                config.source(),
                config.question(),
                config.claims().stream().map(findings::of).toList(),
                lines,
                warnings(lines),
                facts());
    }

    private Line line(ExperimentConfig.Run run) {
        List<Trial> trials = states.keySet().stream()
                .filter(planned -> planned.label().equals(run.label()))
                .map(this::trial)
                .toList();
        return new Line(
                run.label(),
                run.config().model().name(),
                run.expected().map(ExperimentConfig.Published::figure),
                run.expected().map(ExperimentConfig.Published::source),
                run.config().train().epochs(),
                run.epochsInFull(),
                trials,
                spread(trials, trial -> 1 - last(trial).val(Metric.TOP1)),
                spread(trials, trial -> 1 - last(trial).train(Metric.TOP1)),
                spread(trials, trial -> trial.secondsPerImage().orElse(Double.NaN)),
                spread(trials, trial -> trial.lesionError().orElse(Double.NaN)));
    }

    private Trial trial(PlannedRun run) {
        RunState state = states.get(run);
        return new Trial(
                run.seed(),
                run.name(),
                state.stage() == RunState.Stage.DONE,
                diverged.containsKey(run.name()) ? "diverged" : state.stage().words(),
                state.epochs(),
                state.provenance()
                        .map(Provenance::seconds)
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()),
                BlockLesions.error(run));
    }

    private static EpochRow last(Trial trial) {
        return trial.epochs().get(trial.epochs().size() - 1);
    }

    /** Of the trials that are done. */
    private static Spread spread(List<Trial> trials, ToDoubleFunction<Trial> measure) {
        return Spread.of(trials.stream()
                .filter(Trial::done)
                .mapToDouble(measure)
                .filter(Double::isFinite)
                .toArray());
    }

    private List<String> warnings(List<Line> lines) {
        List<String> warnings = new ArrayList<>();
        lengths(lines)
                .forEach((length, labels) -> warnings.add("Shortened to " + length + " epochs"
                        + (labels.size() == lines.size() ? "" : " (" + String.join(", ", labels) + ")")
                        + "; published figures are for full length."));
        config.runs().stream()
                .flatMap(run -> run.config().data().limit().stream())
                .distinct()
                .forEach(limit -> warnings.add("Only " + Numbers.count(limit)
                        + " images of each part were used (data.limit); published figures are for all."));
        if (hasJpegs()) {
            warnings.add(
                    "The images bear the traces of JPEG compression, which costs several points; published figures are"
                            + " for images without.");
        }
        fingerprints().values().stream()
                .filter(runs -> runs.size() > 1)
                .forEach(runs -> warnings.add(
                        "Not all runs were trained on the same images, so that their errors cannot be compared: "
                                + runs.values().stream()
                                        .map(names -> String.join(", ", names))
                                        .collect(Collectors.joining("; others are "))));
        boolean timed = config.claims().stream().anyMatch(claim -> claim.measure() == Measure.TRAINING_TIME);
        if (timed && machines().size() > 1) {
            warnings.add("The runs were not timed alike, so that their times cannot be compared: "
                    + String.join("; ", machines()));
        }
        diverged.forEach((run, why) -> warnings.add(run + " diverged: " + why));
        return warnings;
    }

    /** Labels of the runs that are shortened, by how much. */
    private static Map<String, List<String>> lengths(List<Line> lines) {
        Map<String, List<String>> lengths = new LinkedHashMap<>();
        lines.stream().filter(line -> line.epochs() < line.fullEpochs()).forEach(line -> lengths.computeIfAbsent(
                        line.length(), any -> new ArrayList<>())
                .add(line.label()));
        return lengths;
    }

    /** Whether the test images of CIFAR were JPEGs; false if they are not there any more. */
    private boolean hasJpegs() {
        return states.keySet().stream().anyMatch(this::hasJpegs);
    }

    private boolean hasJpegs(PlannedRun run) {
        Optional<CifarVariant> variant = variant(run.config().data().dataset());
        Optional<Path> folder = states.get(run).dataFolder();
        try {
            return variant.isPresent()
                    && folder.isPresent()
                    && jpegs.computeIfAbsent(
                            folder.get(), dir -> JpegTraces.in(CifarDataset.read(dir, variant.get(), Split.VAL)));
        } catch (BadDataException e) {
            return false;
        }
    }

    private static Optional<CifarVariant> variant(DatasetKind dataset) {
        return switch (dataset) {
            case CIFAR10 -> Optional.of(CifarVariant.CIFAR10);
            case CIFAR100 -> Optional.of(CifarVariant.CIFAR100);
            case FOLDER, IMAGENET -> Optional.empty();
        };
    }

    /** Runs by the images that they were trained on, apart for every file of labels. */
    private Map<Optional<Path>, Map<String, List<String>>> fingerprints() {
        Map<Optional<Path>, Map<String, List<String>>> runs = new LinkedHashMap<>();
        states.forEach((run, state) -> state.provenance().ifPresent(provenance -> runs.computeIfAbsent(
                        run.config().data().labels(), any -> new LinkedHashMap<>())
                .computeIfAbsent(provenance.dataFingerprint(), any -> new ArrayList<>())
                .add(run.name())));
        return runs;
    }

    /** What the runs that are done were timed on. */
    private Set<String> machines() {
        return states.values().stream()
                .flatMap(state -> state.provenance().stream())
                .map(run -> run.machine().cpu() + ", "
                        + Numbers.count(run.machine().threads(), "thread", "threads") + ", " + run.engine())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        config.source().ifPresent(source -> facts.put("Source", source));
        facts.put("Data", distinct(run -> Optional.of(data(run))));
        facts.put("Seeds", config.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        facts.put(
                "CPU",
                provenance(p ->
                        p.machine().cpu() + ", " + Numbers.count(p.machine().threads(), "thread", "threads")));
        facts.put("Java", provenance(p -> p.machine().java()));
        facts.put(
                "resnet4j",
                provenance(p -> p.machine().resnet4j()
                        + p.machine()
                                .commit()
                                .map(commit -> " at " + commit.substring(0, 10))
                                .orElse("")));
        facts.put("Backend", provenance(p -> p.machine().backend()));
        facts.put("Engine", provenance(Provenance::engine));
        facts.put("Command", provenance(p -> String.join(" ", p.commandLine())));
        facts.values().removeIf(String::isEmpty);
        return facts;
    }

    private String data(PlannedRun run) {
        DatasetKind kind = run.config().data().dataset();
        return variant(kind).map(CifarVariant::title).orElse(kind.name().toLowerCase(Locale.ROOT))
                + states.get(run)
                        .dataFolder()
                        .or(() -> run.config().data().dir())
                        .map(dir -> " in " + dir)
                        .orElse("");
    }

    private String distinct(Function<PlannedRun, Optional<String>> fact) {
        Set<String> values = new TreeSet<>();
        states.keySet().forEach(run -> fact.apply(run).ifPresent(values::add));
        return String.join("; ", values);
    }

    private String provenance(Function<Provenance, String> fact) {
        return distinct(run -> states.get(run).provenance().map(fact));
    }
}
