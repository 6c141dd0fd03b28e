package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.serving.ServerOptions;
import io.github.resnet4j.serving.internal.http.Route;
import io.github.resnet4j.serving.internal.metrics.Metrics;
import io.github.resnet4j.serving.internal.model.Models;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** All addresses of the server. */
public final class Api {
    private Api() {}

    /**
     * Its routes.
     *
     * @param encoding runs what makes replies of answers
     */
    public static List<Route> routes(
            Models models, ServerOptions options, Metrics metrics, Executor encoding, BooleanSupplier stopping) {
        Asking asking = new Asking(models, options, encoding);
        String version = Api.class.getPackage().getImplementationVersion();
        return Stream.of(
                        new StatusApi(models, metrics, stopping).routes(),
                        new OpenInferenceApi(asking, version == null ? "development" : version).routes(),
                        new PredictApi(asking).routes())
                .flatMap(List::stream)
                .toList();
    }
}
