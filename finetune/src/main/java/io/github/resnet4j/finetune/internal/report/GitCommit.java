package io.github.resnet4j.finetune.internal.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The commit a git working copy is at, read from its files: no git needed, nothing executed. */
public final class GitCommit {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final String REF = "ref: ";
    private static final String WORKTREE = "gitdir: ";

    private GitCommit() {}

    /** The commit of the resnet4j working copy {@code inside} lies in; empty elsewhere, other projects' included. */
    public static Optional<String> of(Path inside) {
        for (Path folder = inside.toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path git = folder.resolve(".git");
            if (Files.exists(git)) {
                boolean ours = Files.exists(folder.resolve("zoo/pom.xml"));
                try {
                    return ours ? head(folder, git) : Optional.empty();
                } catch (IOException | RuntimeException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> head(Path folder, Path git) throws IOException {
        Path own = git;
        if (Files.isRegularFile(git)) {
            own = folder.resolve(Files.readString(git).strip().substring(WORKTREE.length()));
        }
        Path common = own.resolve("commondir");
        Path shared =
                Files.exists(common) ? own.resolve(Files.readString(common).strip()) : own;
        String head = Files.readString(own.resolve("HEAD")).strip();
        if (!head.startsWith(REF)) {
            return hash(head);
        }
        String ref = head.substring(REF.length());
        Path loose = shared.resolve(ref);
        if (Files.exists(loose)) {
            return hash(Files.readString(loose).strip());
        }
        List<String> packed = Files.readAllLines(shared.resolve("packed-refs"));
        return packed.stream()
                .filter(line -> line.endsWith(" " + ref))
                .findFirst()
                .flatMap(line -> hash(line.substring(0, line.indexOf(' '))));
    }

    private static Optional<String> hash(String text) {
        return Optional.of(text).filter(HASH.asMatchPredicate());
    }
}
