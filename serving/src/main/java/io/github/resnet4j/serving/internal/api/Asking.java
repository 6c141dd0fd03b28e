package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.datasets.image.BadImageException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.serving.ServerOptions;
import io.github.resnet4j.serving.internal.http.Call;
import io.github.resnet4j.serving.internal.http.Refused;
import io.github.resnet4j.serving.internal.model.Answer;
import io.github.resnet4j.serving.internal.model.Models;
import io.github.resnet4j.serving.internal.model.ServedModel;
import io.github.resnet4j.serving.internal.model.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Asks models on behalf of clients: finds the model, reserves places in its queue, prepares the images there. */
final class Asking {
    private static final Path NAME = Path.of("image");
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    private final Models models;
    private final ServerOptions options;
    private final Executor encoding;

    /**
     * What a model says of one input.
     *
     * @param seen the part of an image that the network saw, if a heat map is wanted
     */
    record Result(Answer answer, Optional<Rgb8Image> seen) {}

    /** The answers, in the order of the inputs, and whose they are. */
    record Results(ServedModel model, Predictor predictor, List<Result> all) {}

    private record Prepared(float[] values, Optional<Rgb8Image> seen) {}

    /** @param encoding runs what makes replies of answers */
    Asking(Models models, ServerOptions options, Executor encoding) {
        this.models = models;
        this.options = options;
        this.encoding = encoding;
    }

    Models models() {
        return models;
    }

    /** Most inputs of one request. */
    int most() {
        return options.batching().queue();
    }

    /** The model that an address names. */
    ServedModel model(String name, Optional<String> version) {
        if (models.versions(name).isEmpty()) {
            throw Refused.notFound("no model is called '" + brief(name) + "'; "
                    + Suggest.nearest(name, models.names())
                            .map(near -> "did you mean " + near + "?")
                            .orElse("/v2/models lists them"));
        }
        OptionalInt number = version.isEmpty() ? OptionalInt.empty() : OptionalInt.of(number(name, version.get()));
        return models.find(name, number).orElseThrow(() -> noVersion(name, version.orElse("")));
    }

    private int number(String name, String version) {
        if (!version.matches("[1-9][0-9]{0,8}")) {
            throw noVersion(name, version);
        }
        return Integer.parseInt(version);
    }

    private Refused noVersion(String name, String version) {
        return Refused.notFound(name + " has no version '" + brief(version) + "'; it has "
                + brief(models.versions(name).toString()));
    }

    private static String brief(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    /**
     * Has inputs classified, and makes a reply of the answers in another thread.
     *
     * @param map whether heat maps are wanted
     */
    <T> CompletableFuture<T> ask(
            ServedModel model, List<Input> inputs, boolean map, Call call, Function<Results, T> reply) {
        if (inputs.isEmpty() || inputs.size() > most()) {
            throw Refused.badRequest("a request takes 1 to " + most() + " images, got " + inputs.size());
        }
        call.asks(model.label(), inputs.size());
        ServedModel.Lease lease = lease(model, inputs.size());
        List<CompletableFuture<Result>> results = new ArrayList<>();
        Predictor predictor = lease.replica().predictor();
        try (lease) {
            for (Input input : inputs) {
                if (call.isGone()) {
                    throw Refused.gone();
                }
                Prepared prepared = prepare(predictor, input, map);
                results.add(lease.places()
                        .put(new Work(prepared.values, map && prepared.seen.isPresent(), call))
                        .thenApply(answer -> new Result(answer, prepared.seen)));
            }
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .exceptionally(Asking::rethrow)
                .thenApplyAsync(
                        done -> reply.apply(new Results(
                                model,
                                predictor,
                                results.stream().map(CompletableFuture::join).toList())),
                        encoding);
    }

    private static ServedModel.Lease lease(ServedModel model, int inputs) {
        try {
            return model.lease(inputs)
                    .orElseThrow(() -> Refused.overloaded(
                            "queue_full",
                            "too many images are waiting for " + model.label() + "; try again in a moment"));
        } catch (IllegalStateException e) {
            throw Refused.unavailable("stopping", "the server is stopping");
        }
    }

    private static Void rethrow(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof NonFiniteOutputException) {
            throw Refused.badRequest("the network's output for this input is NaN or infinite; send smaller values");
        }
        throw new CompletionException(cause);
    }

    private Prepared prepare(Predictor predictor, Input input, boolean map) {
        if (input instanceof Input.Tensor tensor) {
            if (tensor.values().length != predictor.network().input().elements()) {
                throw Refused.unavailable("reloaded", "the model has just changed and takes another size; ask again");
            }
            return new Prepared(tensor.values(), Optional.empty());
        }
        try {
            Rgb8Image image = ImageDecoder.decode(
                    ((Input.ImageFile) input).file(), NAME, options.limits().pixels());
            return new Prepared(
                    predictor.prepare(image),
                    map ? Optional.of(predictor.pipeline().image(image, UNUSED)) : Optional.empty());
        } catch (BadImageException e) {
            throw Refused.badRequest(e.getMessage().replaceFirst("^" + NAME + ": ", "the " + NAME + " "));
        } catch (IllegalArgumentException e) { // too long and narrow to be scaled
            throw Refused.badRequest(e.getMessage());
        }
    }
}
