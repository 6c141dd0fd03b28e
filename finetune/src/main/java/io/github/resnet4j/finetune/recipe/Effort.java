package io.github.resnet4j.finetune.recipe;

import io.github.resnet4j.finetune.quality.NearDuplicates;

/**
 * What of a recipe decides how long it takes.
 *
 * @param size height and width of the network's input
 * @param scope what is trained
 * @param epochs passes over the training images
 * @param batch images of a step
 * @param views of each image that are kept, where the head alone is trained
 */
record Effort(int size, Scope scope, int epochs, int batch, int views) {
    /** The share of the epochs that the head is trained alone, before the rest. */
    private static final double HEAD_FIRST = 0.1;

    /** Seconds for an image of which the features are known: a classifier takes a fraction of a second for 1,000. */
    private static final double CACHED = 0.0003;

    /** Seconds until the network is compiled. */
    private static final double START = 5;
    /** Images that a report explains. */
    private static final int HEAT_MAPS = 36;
    /** Machines do other things, too. */
    private static final double SAFETY = 1.15;

    /** What is trained. */
    enum Scope {
        /** Everything, from random weights. */
        SCRATCH,
        /** Everything, at one rate. */
        ALL,
        /** The head first, then everything, the early stages in smaller steps. */
        GRADUAL,
        /** The last stage and the head. */
        LATE,
        /** The head alone, on features that are computed once. */
        HEAD,
        /** What the user leaves unfrozen. */
        GIVEN
    }

    /** Epochs below which a scope is not worth it. */
    int fewestEpochs() {
        return switch (scope) {
            case SCRATCH, HEAD -> 10;
            default -> 5;
        };
    }

    /** Epochs in which only the head is trained, before the others. */
    int headEpochs() {
        return scope == Scope.GRADUAL ? Math.max(1, (int) Math.round(HEAD_FIRST * epochs)) : 0;
    }

    Effort withEpochs(int other) {
        return new Effort(size, scope, other, batch, views);
    }

    Effort withScope(Scope other) {
        return new Effort(size, other, epochs, batch, views);
    }

    Effort withSize(int other) {
        return new Effort(other, scope, epochs, batch, views);
    }

    Effort withViews(int other) {
        return new Effort(size, scope, epochs, batch, other);
    }

    /** Estimated seconds from the first image to the finished report. */
    double seconds(Evidence evidence, Given given) {
        Evidence.Images images = evidence.images();
        Evidence.Speed speed = evidence.speed().orElseThrow();
        double area = Math.pow((double) size / speed.size(), 2);
        double looking = speed.loading() + area * speed.inference();
        double training = speed.loading() + area * speed.training();
        double late = looking
                + (training - looking)
                        * (1
                                - evidence.model().body().stream()
                                        .limit(Math.max(
                                                0, evidence.model().body().size() - 1))
                                        .mapToDouble(Evidence.Stage::share)
                                        .sum());
        double evaluating = (double) epochs * images.validation() * looking;
        double learning = (double) images.training()
                * switch (scope) {
                    case SCRATCH, ALL, GIVEN -> epochs * training;
                    case GRADUAL -> headEpochs() * looking + (epochs - headEpochs()) * training;
                    case LATE -> epochs * late;
                    case HEAD -> given.cacheable() ? views * looking + epochs * CACHED : epochs * looking;
                };
        if (scope == Scope.HEAD && given.cacheable()) {
            evaluating = images.validation() * (looking + epochs * CACHED);
        }
        double reporting = NearDuplicates.images(images.training(), images.validation()) * speed.loading()
                + images.validation() * looking
                + HEAT_MAPS * training;
        return SAFETY * (START + learning + evaluating + reporting);
    }
}
