package io.github.resnet4j.cli;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.serving.ModelEntry;
import io.github.resnet4j.serving.PredictionServer;
import io.github.resnet4j.serving.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Serves models over HTTP until Ctrl-C or SIGTERM: a page to drop images on, image files to /v1/predict and"
                    + " /predictions/NAME, the Open Inference Protocol below /v2, metrics for Prometheus at /metrics, and all"
                    + " of it described at /openapi.json.",
            "Prints a line of JSON for each request. A model file that changes is loaded again; one that cannot be used"
                    + " leaves the model as it is."
        })
final class ServeCommand implements Callable<Integer> {
    private static final String TOKEN = "RESNET4J_TOKEN";

    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description =
                    "Models, each as [NAME[:VERSION]=]FILE|PUBLISHED: a model.zip, a weights file that says enough about"
                            + " itself, or a published name. Without a name, a file's own or, for a model.zip, its folder's.")
    private List<String> positional = List.of();

    @Option(names = "--model", paramLabel = "MODEL", description = "A model, as the parameters.")
    private List<String> named = List.of();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; others than this machine's own need a token.")
    private String host;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Port; 0 for any that is free.")
    private int port;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "A file with the token that clients must send as Authorization: Bearer (default: what "
                    + TOKEN + " holds, if it is set).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Largest batch: images of several clients that run together.")
    private int batch;

    @Option(
            names = "--batch-delay",
            paramLabel = "MS",
            defaultValue = "0",
            description =
                    "Milliseconds that an image may wait for others; with 0, those that wait anyway run together.")
    private int batchDelay;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "100",
            description = "Images that may wait for a model; more are refused with 429.")
    private int queue;

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "Milliseconds within which a request must begin to be computed; otherwise it gets 504.")
    private int deadline;

    @Option(names = "--max-body", paramLabel = "MIB", defaultValue = "10", description = "Largest body in MiB.")
    private int maxBody;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "40000000",
            description = "Largest image in pixels. Decoding one takes up to 11 bytes a pixel, on each core.")
    private long maxPixels;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Most connections at once.")
    private int maxConnections;

    @Option(names = "--offline", description = "Never download anything.")
    private boolean offline;

    @Mixin
    private EngineOption engine;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProgressView view = Terminal.view(true);
        List<ModelEntry> models = models(view);
        PrintWriter out = spec.commandLine().getOut();
        ServerOptions options = options();
        PredictionServer server = bind(models, options, line -> {
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        });
        Thread stop = new Thread(server::close, "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            server.load();
        } catch (RuntimeException | Error e) {
            Runtime.getRuntime().removeShutdownHook(stop);
            server.close();
            throw e;
        }
        view.line(
                "serving at " + server.address() + (options.token().isPresent() ? ", for clients with the token" : ""));
        new CountDownLatch(1).await(); // the signal ends the process
        return ExitCode.OK;
    }

    private static PredictionServer bind(List<ModelEntry> models, ServerOptions options, Consumer<String> log) {
        try {
            return PredictionServer.bind(models, options, log);
        } catch (IOException e) {
            throw new UsageException("cannot listen on " + options.host() + ", port " + options.port() + ": "
                    + Optional.ofNullable(e.getCause()).orElse(e).getMessage()
                    + "; choose another --port, or an address of this machine as --host");
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private List<ModelEntry> models(ProgressView view) {
        List<String> all = new ArrayList<>(positional);
        all.addAll(named);
        if (all.isEmpty()) {
            throw new UsageException("no model; name at least one: serve runs/quickstart/model.zip");
        }
        return all.stream()
                .map(text -> ServedModelArgument.parse(text, offline, view))
                .toList();
    }

    private ServerOptions options() throws IOException {
        try {
            ServerOptions.Limits limits = ServerOptions.Limits.DEFAULT;
            return new ServerOptions(
                    host,
                    port,
                    token(),
                    engine.engine().orElse(Engine.AUTO),
                    new ServerOptions.Batching(
                            batch, Duration.ofMillis(batchDelay), queue, Duration.ofMillis(deadline)),
                    new ServerOptions.Limits(
                            Math.multiplyExact(maxBody, 1 << 20),
                            maxPixels,
                            maxConnections,
                            limits.head(),
                            limits.transfer(),
                            limits.idle()),
                    ServerOptions.DEFAULT.drain());
        } catch (ArithmeticException e) {
            throw new UsageException("--max-body is at most 2047 MiB, got " + maxBody);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (IOException e) { // of which some do not name the file
            FileSystemException named =
                    new FileSystemException(file.toString(), null, "cannot be read: " + FileProblem.reason(e));
            named.initCause(e);
            throw named;
        }
    }

    /** The token never stands on the command line, which every user of the machine can read. */
    private Optional<String> token() throws IOException {
        if (tokenFile.isPresent()) {
            String text = read(tokenFile.get()).strip();
            if (text.isEmpty()) {
                throw new UsageException(Printable.line(tokenFile.get().toString())
                        + " holds no token; make one with `openssl rand -hex 32`");
            }
            return Optional.of(text);
        }
        return Optional.ofNullable(System.getenv(TOKEN)).filter(text -> !text.isEmpty());
    }
}
