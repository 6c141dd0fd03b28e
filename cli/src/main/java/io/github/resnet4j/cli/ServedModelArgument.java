package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.serving.ModelEntry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model to serve as the command line names it: {@code [NAME[:VERSION]=]FILE|PUBLISHED}. */
final class ServedModelArgument {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)(?::([0-9]{1,9}))?=(.+)");
    private static final String ARCHIVE = "model.zip";

    private ServedModelArgument() {}

    /** @throws UsageException if it is none */
    static ModelEntry parse(String text, boolean offline, ProgressView view) {
        Matcher parts = NAMED.matcher(text);
        boolean named = parts.matches();
        String what = named ? parts.group(3) : text;
        ModelOptions.requireThere(what);
        Optional<Path> file =
                ModelRequest.isFile(what) ? Optional.of(Path.of(what).toAbsolutePath()) : Optional.empty();
        String name =
                named ? parts.group(1) : file.map(ServedModelArgument::name).orElse(what);
        int version = named && parts.group(2) != null ? Integer.parseInt(parts.group(2)) : 1;
        try {
            return new ModelEntry(name, version, file, source(what, offline, view));
        } catch (IllegalArgumentException e) {
            throw new UsageException(Printable.line(text) + ": " + e.getMessage());
        }
    }

    /** A run's is called by its folder: they all are {@code model.zip}. */
    private static String name(Path file) {
        String own = String.valueOf(file.getFileName());
        Path folder = file.getParent() == null ? null : file.getParent().getFileName();
        if (own.equals(ARCHIVE) && folder != null) {
            return folder.toString();
        }
        int dot = own.lastIndexOf('.');
        return dot > 0 ? own.substring(0, dot) : own;
    }

    private static Supplier<SourceModel> source(String what, boolean offline, ProgressView view) {
        DownloadOptions downloads = Fetching.options(view).withOffline(offline);
        return () -> {
            SourceModel source =
                    SourceModel.open(ModelRequest.of(what), downloads, remark -> view.line(what + ": " + remark));
            source.assumed().ifPresent(assumed -> view.line(what + ": " + assumed));
            return source;
        };
    }
}
