package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A process that fetches one file, and prints the type of exception if it cannot. */
final class FetchInOtherProcess {
    private FetchInOtherProcess() {}

    public static void main(String[] arguments) {
        RemoteFile file = new RemoteFile(
                Source.of(URI.create(arguments[0]), Optional.empty()),
                new RemoteFile.Size(Long.parseLong(arguments[1]), Boolean.parseBoolean(arguments[2])),
                new FileHash(FileHash.Algorithm.SHA_256, arguments[3]),
                "pass --data DIR");
        try {
            new Downloader(DownloadOptions.standard()).fetch(file, Path.of(arguments[4]));
        } catch (DownloadException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            System.exit(1);
        }
    }

    /** Starts it; {@code shell}, if not empty, is run before it in the same shell. */
    static Process start(RemoteFile file, Path target, String shell) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                FetchInOtherProcess.class.getName(),
                file.source().official().toString(),
                Long.toString(file.size().bytes()),
                Boolean.toString(file.size().exact()),
                file.hash().hex(),
                target.toString()));
        if (!shell.isEmpty()) {
            command.addAll(0, List.of("sh", "-c", shell + " && exec \"$@\"", "sh"));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().remove(Source.MIRROR_VARIABLE);
        return builder.start();
    }
}
