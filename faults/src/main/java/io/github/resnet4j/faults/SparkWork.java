package io.github.resnet4j.faults;

import io.github.resnet4j.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is disturbed on a cluster: a command that goes on where it was broken off, and what it leaves. */
enum SparkWork {
    TRAINING("trainings") {
        @Override
        String[] arguments(Session session, String name) {
            return TinyRun.train(name, List.of("train.checkpoint-every=4"), "--resume", "--no-progress");
        }

        @Override
        long progress(Path folder, String name) {
            return TinyRun.of(folder, name).newest();
        }

        @Override
        Map<String, String> content(Path folder, String name) throws IOException {
            return TinyRun.of(folder, name).content();
        }
    },

    PREDICTION("predictions") {
        @Override
        void prepare(Session session, Path folder) throws IOException, InterruptedException {
            super.prepare(session, folder);
            // Any weights will do.
            session.program(folder).succeed(TinyRun.train("model", List.of("train.epochs=1")));
        }

        @Override
        String[] arguments(Session session, String name) throws IOException {
            return new String[] {
                "predict",
                "--model",
                "runs/model/model.zip",
                "--data",
                session.images().resolve("train").toString(),
                "--images-per-part",
                "2",
                "--csv",
                "--resume",
                "--out",
                name
            };
        }

        @Override
        long progress(Path folder, String name) {
            String[] parts = folder.resolve(name).toFile().list((parent, file) -> file.startsWith(PART));
            return parts == null ? 0 : parts.length;
        }

        @Override
        Map<String, String> content(Path folder, String name) throws IOException {
            Map<String, String> content = new TreeMap<>();
            try (Stream<Path> files = Files.list(folder.resolve(name))) {
                for (Path part : files.filter(
                                file -> file.getFileName().toString().startsWith(PART))
                        .toList()) {
                    byte[] bytes = Files.readAllBytes(part);
                    content.put(
                            part.getFileName().toString(),
                            Digest.sha256().add(bytes, 0, bytes.length).hex());
                }
            }
            if (content.isEmpty()) {
                throw new IOException(folder.resolve(name) + ": no rows were written");
            }
            return content;
        }
    };

    private static final String PART = "part-";

    private final String plural;

    SparkWork(String plural) {
        this.plural = plural;
    }

    String plural() {
        return plural;
    }

    /** Writes into a folder what its commands there need. */
    void prepare(Session session, Path folder) throws IOException, InterruptedException {
        TinyRun.writeConfig(folder, session.images());
    }

    /** What stands behind {@code ./resnet4j spark}. */
    abstract String[] arguments(Session session, String name) throws IOException;

    /** Grows as the work goes on. */
    abstract long progress(Path folder, String name);

    /** All that it computes. */
    abstract Map<String, String> content(Path folder, String name) throws IOException;
}
