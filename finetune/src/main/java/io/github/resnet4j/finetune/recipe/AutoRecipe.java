package io.github.resnet4j.finetune.recipe;

import io.github.resnet4j.finetune.recipe.Effort.Scope;
import io.github.resnet4j.finetune.recipe.Evidence.Images;
import io.github.resnet4j.finetune.recipe.Evidence.Model;
import io.github.resnet4j.finetune.recipe.Evidence.Probe;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules of the recipe {@code auto}. Where it can, it takes them from those whose recipes hold for any data: the BiT
 * hyper-rule (Kolesnikov et al. 2020, arXiv:1912.11370, section 3.3) for resolution, length and mixup, fastai's {@code
 * fine_tune} (Howard and Gugger 2020, arXiv:2002.04688) for the head first and smaller steps for earlier stages.
 *
 * @param size height and width of the network's input
 * @param choices in the order in which they are best read
 * @param seconds that the run is estimated to take
 */
public record AutoRecipe(int size, List<Choice> choices, double seconds) {
    /** How long a run may take that was given no time: a night. */
    private static final double NIGHT = 8 * 3600;

    /** Networks for larger images than this are for photographs, others for small pictures such as CIFAR's. */
    private static final int SMALL_NETWORK = 64;
    /** BiT-HyperRule: images below 96×96 are seen at 128, not at the full size. */
    private static final int SMALL_IMAGE = 96;

    private static final int SIZE_FOR_SMALL_IMAGES = 128;

    /** Below so many training images, or so many of a class, the head alone is trained. */
    private static final int FEW = 100;

    private static final int FEW_PER_CLASS = 10;
    /** BiT-HyperRule: from here on, data sets are not small any more: longer schedules and mixup. */
    private static final int MANY = 20_000;

    private static final int VERY_MANY = 500_000;

    /** Of a probe: from here on, the head alone will do; and below, the weights know little of such images. */
    private static final double SOLVED = 0.99;

    private static final double STRANGE = 0.25;
    /** How many standard errors worse a probe must be at twice the size to stay at the own size. */
    private static final double WORSE = 2;

    /** Images of the largest class for one of the smallest from which on classes are weighed, or drawn evenly. */
    private static final double UNEVEN = 3;

    private static final double VERY_UNEVEN = 10;

    /** The learning rate of the earliest stage, as a share of the last one's. */
    private static final double EARLIEST = 0.1;

    public AutoRecipe {
        choices = List.copyOf(choices);
    }

    /** No recipe is as short as was asked for. */
    public static final class TooShort extends Exception {
        private static final long serialVersionUID = 1;
        private final double seconds;

        TooShort(double seconds) {
            super("at least " + Numbers.duration(seconds));
            this.seconds = seconds;
        }

        /** The least that would do. */
        public double seconds() {
            return seconds;
        }
    }

    /** The sizes of images among which the size is chosen: at these, probes are of use. */
    public static List<Integer> sizes(Images images, Model model, Given given) {
        if (given.has("data.image-size") || given.has("data.eval") || given.has("data.augment")) {
            return List.of(given.size());
        }
        if (model.size() > SMALL_NETWORK) {
            boolean small = images.shorterSide() < SMALL_IMAGE && model.size() > SIZE_FOR_SMALL_IMAGES;
            return List.of(small ? SIZE_FOR_SMALL_IMAGES : model.size());
        }
        return images.shorterSide() < 2 * model.size()
                ? List.of(model.size())
                : List.of(model.size(), 2 * model.size());
    }

    /** The size of the images, which speed is to be measured at. */
    public static int size(Evidence evidence, Given given) {
        List<Integer> sizes = sizes(evidence.images(), evidence.model(), given);
        int first = sizes.get(0);
        if (sizes.size() == 1) {
            return first;
        }
        int second = sizes.get(1);
        Optional<Probe> small = evidence.probe(first);
        Optional<Probe> large = evidence.probe(second);
        boolean worse = small.isPresent()
                && large.isPresent()
                && large.get().accuracy()
                        < small.get().accuracy() - WORSE * small.get().standardError();
        return worse ? first : second;
    }

    /** Images of a step: enough that an epoch has several steps. */
    public static int batchSize(Images images, Given given) {
        if (given.has("train.batch-size")) {
            return given.batchSize();
        }
        if (images.training() >= MANY) {
            return 64;
        }
        return Math.max(8, Math.min(32, Integer.highestOneBit(images.training() / 8)));
    }

    /**
     * Chooses.
     *
     * @param evidence with the machine's speed
     * @param seconds that the run may take at most; without, a night, if that is possible
     * @throws TooShort if nothing is done in this time
     */
    public static AutoRecipe choose(Evidence evidence, Given given, Optional<Double> seconds) throws TooShort {
        Effort wanted = plan(evidence, given);
        List<Effort> shorter = shorter(wanted, evidence, given);
        Effort least = shorter.stream()
                .min(Comparator.comparingDouble(plan -> plan.seconds(evidence, given)))
                .orElseThrow();
        Optional<Effort> fitting = shorter.stream()
                .filter(plan -> plan.seconds(evidence, given) <= seconds.orElse(NIGHT))
                .findFirst();
        if (fitting.isEmpty() && seconds.isPresent()) {
            throw new TooShort(least.seconds(evidence, given));
        }
        Effort plan = fitting.orElse(least);
        String limit = "to end within " + Numbers.duration(seconds.orElse(NIGHT));
        return new AutoRecipe(
                plan.size(), new Rules(evidence, given, wanted, plan, limit).choices(), plan.seconds(evidence, given));
    }

    /** Without a thought for the time. */
    private static Effort plan(Evidence evidence, Given given) {
        int batch = batchSize(evidence.images(), given);
        Scope scope = scope(evidence, given);
        int epochs = given.has("train.epochs") ? given.epochs() : epochs(evidence, scope, batch);
        return new Effort(size(evidence, given), scope, epochs, batch, 4);
    }

    private static Scope scope(Evidence evidence, Given given) {
        Images images = evidence.images();
        Model model = evidence.model();
        if (!model.pretrained()) {
            return given.freeze().isPresent() ? Scope.GIVEN : Scope.SCRATCH;
        }
        if (given.freeze().isPresent()) {
            boolean all = !model.body().isEmpty()
                    && given.freeze().get().equals(model.frozen(model.body().size()));
            return all ? Scope.HEAD : Scope.GIVEN;
        }
        if (given.has("optimizer.groups") || model.body().isEmpty()) {
            return Scope.ALL;
        }
        double gain = gain(evidence, given);
        if (images.training() < FEW || images.perClass() < FEW_PER_CLASS || gain >= SOLVED) {
            return Scope.HEAD;
        }
        return gain < STRANGE ? Scope.ALL : Scope.GRADUAL;
    }

    private static double gain(Evidence evidence, Given given) {
        return evidence.probe(size(evidence, given)).map(Probe::gain).orElse(0.5);
    }

    private static int epochs(Evidence evidence, Scope scope, int batch) {
        int images = evidence.images().training();
        int perEpoch = perEpoch(images, batch);
        return switch (scope) {
            case SCRATCH -> between(30, (4000 + perEpoch - 1) / perEpoch, 100);
            case HEAD -> between(20, steps(images) / perEpoch, 60);
            default -> between(8, steps(images) / perEpoch, images < MANY ? 30 : 12);
        };
    }

    private static int perEpoch(int images, int batch) {
        return (images + batch - 1) / batch;
    }

    /** BiT-HyperRule. */
    private static int steps(int images) {
        return images < MANY ? 500 : images < VERY_MANY ? 10_000 : 20_000;
    }

    private static int between(int least, int value, int most) {
        return Math.max(least, Math.min(most, value));
    }

    /**
     * What a plan can be shortened to, in the order of preference: fewer epochs; then the last stage and the head alone;
     * then smaller images; then the head alone, on fewer views of each image. The first is the plan itself.
     */
    private static List<Effort> shorter(Effort wanted, Evidence evidence, Given given) {
        Stream<Effort> plans = epochs(wanted, given);
        boolean pretrained = evidence.model().pretrained();
        boolean free = (wanted.scope() == Scope.GRADUAL || wanted.scope() == Scope.ALL)
                && !given.has("optimizer.groups")
                && !evidence.model().body().isEmpty();
        Effort late = free && evidence.model().body().size() > 1 ? wanted.withScope(Scope.LATE) : wanted;
        if (!late.equals(wanted)) {
            plans = Stream.concat(plans, epochs(late, given));
        }
        List<Integer> smaller = given.has("data.image-size") || given.has("data.eval") || given.has("data.augment")
                ? List.of()
                : smaller(wanted.size(), evidence.model().size());
        for (int size : smaller) {
            if (late.scope() != Scope.HEAD) {
                plans = Stream.concat(plans, epochs(late.withSize(size), given));
            }
        }
        if (pretrained && (free || wanted.scope() == Scope.HEAD)) {
            Effort head = wanted.withScope(Scope.HEAD);
            plans = Stream.concat(plans, views(head, given));
            for (int size : smaller) {
                plans = Stream.concat(plans, views(head.withSize(size), given));
            }
        }
        return plans.toList();
    }

    private static Stream<Effort> views(Effort plan, Given given) {
        return given.has("data.views")
                ? epochs(plan, given)
                : Stream.of(4, 2, 1).flatMap(views -> epochs(plan.withViews(views), given));
    }

    private static Stream<Effort> epochs(Effort plan, Given given) {
        int fewest = given.has("train.epochs") ? plan.epochs() : Math.min(plan.epochs(), plan.fewestEpochs());
        return IntStream.iterate(plan.epochs(), epochs -> epochs >= fewest, epochs -> epochs - 1)
                .mapToObj(plan::withEpochs);
    }

    /** Three quarters and half of a size; but small networks keep what they were made for. */
    private static List<Integer> smaller(int size, int own) {
        int least = own > SMALL_NETWORK ? SIZE_FOR_SMALL_IMAGES : own;
        return Stream.of(3, 2)
                .map(quarters -> size * quarters / 4 / 32 * 32)
                .filter(other -> other >= least && other < size)
                .distinct()
                .toList();
    }

    /** What a plan means in keys, and why. */
    private record Rules(Evidence evidence, Given given, Effort wanted, Effort plan, String limit) {
        List<Choice> choices() {
            List<Choice> all = new ArrayList<>();
            all.add(size());
            all.addAll(trained());
            all.add(epochs());
            all.add(batch());
            all.addAll(steps());
            all.addAll(looks());
            loss().ifPresent(all::add);
            all.addAll(balance());
            return all;
        }

        private Images images() {
            return evidence.images();
        }

        private boolean scratch() {
            return !evidence.model().pretrained();
        }

        private String many() {
            return Numbers.count(images().training(), "training image", "training images");
        }

        private Choice size() {
            String seen = "images of about " + images().width() + "×" + images().height();
            int own = evidence.model().size();
            String reason;
            if (plan.size() < wanted.size()) {
                reason = "smaller than " + wanted.size() + ", " + limit;
            } else if (plan.size() == own) {
                reason = (scratch() ? "the network's own" : "what the weights were trained on")
                        + (plan.size()
                                                == sizes(images(), evidence.model(), given)
                                                        .get(0)
                                        && sizes(images(), evidence.model(), given)
                                                        .size()
                                                > 1
                                ? "; at twice that they clearly tell classes apart less well (" + probes() + ")"
                                : "; " + seen);
            } else if (plan.size() > own) {
                reason = "twice the " + (scratch() ? "network's" : "weights'") + " own " + own
                        + ", as there is more to see in "
                        + seen
                        + (evidence.probes().size() > 1 ? " (" + probes() + ")" : "");
            } else {
                reason = "BiT's rule for small images: " + seen;
            }
            return Choice.of("data.image-size", plan.size(), reason);
        }

        private String probes() {
            return evidence.probes().stream()
                    .map(probe -> "probe at " + probe.size() + ": " + Numbers.wholePercent(probe.accuracy()) + " ± "
                            + Numbers.wholePercent(probe.standardError()))
                    .collect(Collectors.joining(", "));
        }

        private String probed() {
            return evidence.probe(wanted.size())
                    .map(probe -> "the probe is right about "
                            + Numbers.wholePercent(probe.accuracy()) + ", guessing about "
                            + Numbers.wholePercent(probe.chance()))
                    .orElse("no probe was made");
        }

        private List<Choice> trained() {
            List<Evidence.Stage> body = evidence.model().body();
            return switch (plan.scope()) {
                case GIVEN ->
                    List.of(Choice.of(
                            "model.freeze",
                            "'" + given.freeze().orElseThrow().replace("'", "''") + "'",
                            "as you set it"));
                case SCRATCH ->
                    List.of(Choice.of(
                            "optimizer.groups",
                            "[]",
                            "all at one rate",
                            "random weights: all layers have all to learn"));
                case ALL ->
                    given.has("optimizer.groups")
                            ? List.of()
                            : List.of(Choice.of(
                                    "optimizer.groups",
                                    "[]",
                                    "all at one rate",
                                    "the weights know little of such images: " + probed()));
                case GRADUAL ->
                    List.of(Choice.of(
                            "optimizer.groups",
                            groups(),
                            "head first, then all",
                            Numbers.count(plan.headEpochs(), "epoch", "epochs") + " for the head, then everything, "
                                    + body.get(0).name() + " in steps a tenth of "
                                    + body.get(body.size() - 1).name() + "'s: " + probed()));
                case LATE ->
                    List.of(Choice.of(
                            "model.freeze",
                            evidence.model().frozen(body.size() - 1),
                            "up to " + evidence.model().frozen(body.size() - 1),
                            "only the last stage and the head are trained, " + limit));
                case HEAD ->
                    List.of(Choice.of(
                            "model.freeze",
                            evidence.model().frozen(body.size()),
                            "all but the head",
                            wanted.scope() != Scope.HEAD
                                    ? "only the head is trained, " + limit
                                    : gain(evidence, given) >= SOLVED
                                            ? "the features tell the classes apart already: " + probed()
                                            : "with " + many() + " of " + images().classes()
                                                    + " classes, more than a head would learn them by heart"));
            };
        }

        private String groups() {
            List<Evidence.Stage> body = evidence.model().body();
            return IntStream.range(0, body.size())
                    .mapToObj(i -> String.format(
                            Locale.ROOT,
                            "{parts: [%s], lr-factor: %s, thaw: %d}",
                            body.get(i).name(),
                            Numbers.rate(body.size() == 1 ? 1 : Math.pow(EARLIEST, 1 - i / (body.size() - 1.0))),
                            plan.headEpochs()))
                    .collect(Collectors.joining(", ", "[", "]"));
        }

        private Choice epochs() {
            int perEpoch = perEpoch(images().training(), plan.batch());
            String reason;
            if (plan.epochs() < wanted.epochs()) {
                reason = "fewer than " + wanted.epochs() + ", " + limit;
            } else if (plan.scope() == Scope.SCRATCH) {
                reason =
                        "random weights: 4,000 steps of " + Numbers.count(perEpoch) + " an epoch, but 30 to 100 epochs";
            } else if (plan.scope() == Scope.HEAD) {
                reason = "on features that are kept, an epoch costs next to nothing";
            } else {
                int most = images().training() < MANY ? 30 : 12;
                reason = many() + ": BiT's rule gives " + Numbers.count(AutoRecipe.steps(images().training()))
                        + " steps, " + Numbers.count(perEpoch) + " an epoch"
                        + (plan.epochs() == most
                                ? "; " + most + " epochs at most"
                                : plan.epochs() == 8 ? "; 8 epochs at least" : "");
            }
            return Choice.of("train.epochs", plan.epochs(), reason);
        }

        private Choice batch() {
            return Choice.of(
                    "train.batch-size",
                    plan.batch(),
                    Numbers.count(perEpoch(images().training(), plan.batch()), "step", "steps") + " an epoch");
        }

        private List<Choice> steps() {
            double scale = plan.batch() / 32.0;
            double base =
                    switch (plan.scope()) {
                        case SCRATCH -> 0.05;
                        default -> 0.01;
                    };
            boolean plain = !evidence.model().normalized() && plan.scope() != Scope.HEAD;
            String lr = Numbers.decimal(Double.parseDouble(Numbers.rate(base * scale * (plain ? 0.2 : 1))));
            double warmup = Math.min(1, plan.epochs() / 10.0);
            return List.of(
                    Choice.of(
                            "optimizer.lr",
                            lr,
                            Numbers.decimal(base) + " for a batch of 32, in proportion"
                                    + (plain ? ", and a fifth of it without batch normalisation" : "")
                                    + (scratch() ? "" : "; larger steps would undo what the weights know")),
                    Choice.of(
                            "optimizer.weight-decay",
                            scratch() ? "5e-4" : "1e-4",
                            scratch()
                                    ? "without weights to start from, little else keeps them small"
                                    : "small: the weights are good already"),
                    Choice.of(
                            "schedule",
                            "{type: cosine, warmup: {epochs: " + Numbers.decimal(warmup) + ", factor: 0.1}}",
                            "cosine, warm-up",
                            "falls to 0 at the end, so that no patience is needed to stop in time"));
        }

        private List<Choice> looks() {
            List<Choice> all = new ArrayList<>();
            boolean asIs = images().uniform() && images().width() == plan.size() && images().height() == plan.size();
            boolean strong = images().training() >= 2000 && plan.scope() != Scope.HEAD && !asIs;
            String crop = asIs
                    ? "{pad-crop: {padding: " + Math.max(1, plan.size() / 8) + "}}"
                    : "{random-resized-crop: {size: " + plan.size() + ", min-scale: " + (strong ? 0.2 : 0.35)
                            + ", interpolation: " + evidence.model().interpolation() + "}}";
            all.add(Choice.of(
                    "data.augment",
                    "[" + crop + ", horizontal-flip]",
                    asIs ? "shifts and flips" : "crops and flips",
                    asIs
                            ? "the images have the network's size"
                            : "crops of at least " + (strong ? "a fifth" : "a third") + " of an image"
                                    + (strong ? ", as there are many" : "")));
            if (plan.scope() == Scope.HEAD && given.cacheable()) {
                all.add(Choice.of(
                        "data.views",
                        plan.views(),
                        "of each image, so that the features are computed once"
                                + (plan.views() < wanted.views() ? "; fewer than 4, " + limit : "")));
            }
            if (images().training() >= MANY && plan.scope() != Scope.HEAD) {
                all.add(Choice.of("train.mix", "{mixup: 0.1}", "mixup 0.1", "BiT's rule from 20,000 images on"));
            }
            return all;
        }

        private Optional<Choice> loss() {
            boolean smooth = images().classes() >= 10 && plan.scope() != Scope.HEAD;
            return smooth
                    ? Optional.of(Choice.of(
                            "train.label-smoothing",
                            "0.1",
                            "usual for " + Numbers.count(images().classes()) + " classes"))
                    : Optional.empty();
        }

        private List<Choice> balance() {
            double ratio = (double) images().largest() / Math.max(1, images().smallest());
            if (ratio < UNEVEN || given.has("data.sampling") || given.has("data.class-weights")) {
                return List.of();
            }
            String counts = "from " + Numbers.count(images().smallest()) + " to " + Numbers.count(images().largest())
                    + " images in a class";
            return List.of(
                    ratio < VERY_UNEVEN
                            ? Choice.of(
                                    "data.class-weights", "balanced", counts + ": those of small classes count more")
                            : Choice.of("data.sampling", "balanced", counts + ": all classes are shown equally often"));
        }
    }
}
