package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings files from the network or a local mirror. A file is under its final name only when its size and hash are right;
 * until then its bytes are in {@code NAME.part} beside it, where the next attempt, in this process or another, goes on.
 */
public final class Downloader {
    private static final Logger log = LoggerFactory.getLogger(Downloader.class);

    /** How to wait between attempts. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    private final DownloadOptions options;
    private final Pause pause;
    private final FreeSpace space;
    private final HttpTransfer http;

    public Downloader(DownloadOptions options) {
        this(options, time -> Thread.sleep(time.toMillis()), FreeSpace.REAL);
    }

    Downloader(DownloadOptions options, Pause pause, FreeSpace space) {
        this.options = options;
        this.pause = pause;
        this.space = space;
        http = new HttpTransfer(options);
    }

    /**
     * Brings {@code file} to {@code target}, in an existing folder, unless it is there and right. Of several processes
     * and threads that want the same target, one downloads and the others wait.
     *
     * @throws NetworkException if the source cannot be reached or does not give the file
     * @throws IntegrityException if what came is not the published file; it is left as {@code NAME.bad}
     * @throws DiskException if the folder cannot take the file
     */
    public Path fetch(RemoteFile file, Path target) {
        return TargetLock.holding(target, () -> {
            if (!isThere(file, target)) {
                bring(file, target);
            }
            return target;
        });
    }

    private static boolean isThere(RemoteFile file, Path target) {
        if (!Files.exists(target)) {
            return false;
        }
        Optional<String> difference = difference(file, target);
        difference.ifPresent(text ->
                log.warn("{}: {}; moved to {} and fetched again", target, text, PartFile.setAside(target, target)));
        return difference.isEmpty();
    }

    private void bring(RemoteFile file, Path target) {
        String where =
                file.source().fileName() + " from " + Source.shown(file.source().address());
        String advice = "or put the file at " + target + " yourself, set " + Source.MIRROR_VARIABLE
                + " to a folder or address that has it, or put the extracted files into DIR and pass --data DIR";
        if (options.offline() && !file.source().isLocal()) {
            throw new NetworkException(where + ": not in the cache, and offline; go online, " + advice);
        }
        try (PartFile part = new PartFile(target)) {
            if (part.bytes() > file.bytes()) {
                part.restart(Optional.empty());
            }
            space.require(file.bytes() - part.bytes(), target.toAbsolutePath().getParent(), where);
            log.info("Fetching {}: {} of {} bytes are here", where, part.bytes(), file.bytes());
            try {
                transfer(file, part, where);
            } catch (TransferFault e) {
                throw e.asFailure(where, "try again later, " + advice);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new NetworkException(where + ": interrupted; run again to go on from here", e);
            }
        }
    }

    /** Attempts until the part is complete and verified, then publishes it. */
    private void transfer(RemoteFile file, PartFile part, String where) throws TransferFault, InterruptedException {
        Instant deadline = Instant.now().plus(options.patience().total());
        for (int attempt = 0; ; attempt++) {
            try {
                if (part.bytes() < file.bytes()) {
                    attempt(file, part, deadline);
                }
                verify(file, part);
                part.publish();
                return;
            } catch (TransferFault fault) {
                if (!fault.worthRetrying() || attempt == options.patience().retries()) {
                    throw fault;
                }
                Duration wait = waitBefore(attempt, fault);
                if (Instant.now().plus(wait).isAfter(deadline)) {
                    throw fault;
                }
                log.warn("{}: {}; next attempt in {} ms", where, fault.getMessage(), wait.toMillis());
                pause.sleep(wait);
            }
        }
    }

    private void attempt(RemoteFile file, PartFile part, Instant deadline) throws TransferFault, InterruptedException {
        if (file.source().isLocal()) {
            copy(file, part);
        } else {
            http.run(file, part, deadline);
        }
    }

    private void copy(RemoteFile file, PartFile part) throws TransferFault {
        try {
            Path origin = Path.of(file.source().address());
            if (!Files.isRegularFile(origin)) {
                throw TransferFault.lasting("no such file", null);
            }
            if (Files.size(origin) != file.bytes()) {
                throw TransferFault.wrongFile(Files.size(origin) + " bytes, not the published " + file.bytes());
            }
            part.restart(Optional.empty());
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(origin)) {
                for (int n = in.read(buffer); n >= 0 && part.bytes() < file.bytes(); n = in.read(buffer)) {
                    int wanted = (int) Math.min(n, file.bytes() - part.bytes());
                    part.append(ByteBuffer.wrap(buffer, 0, wanted));
                    options.progress().bytes(part.bytes(), file.bytes());
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw TransferFault.lasting("cannot be read: " + e.getMessage(), e);
        }
    }

    private static void verify(RemoteFile file, PartFile part) throws TransferFault {
        Optional<String> difference = difference(file, part.path());
        if (difference.isEmpty()) {
            return;
        }
        if (!part.inOnePiece()) {
            // Two versions may have been joined; a transfer from the first byte will tell.
            part.restart(Optional.empty());
            throw TransferFault.wrongContent(difference.get());
        }
        throw TransferFault.wrongFile(difference.get() + "; what came is in " + part.reject());
    }

    /** How {@code path} differs from the published file. */
    private static Optional<String> difference(RemoteFile file, Path path) {
        try {
            long bytes = Files.size(path);
            if (bytes != file.bytes()) {
                return Optional.of(bytes + " bytes, not the published " + file.bytes());
            }
            Checksum found = file.checksum().of(path);
            return found.equals(file.checksum())
                    ? Optional.empty()
                    : Optional.of(found + ", not the published " + file.checksum());
        } catch (IOException e) {
            throw new DiskException("cannot read", path, e);
        }
    }

    /** Exponential with jitter, so that many clients do not come back at once; the server's wish if that is longer. */
    private Duration waitBefore(int attempt, TransferFault fault) throws TransferFault {
        Duration asked = fault.serverWait();
        if (asked.compareTo(options.patience().longestWait()) > 0) {
            throw TransferFault.lasting(
                    fault.getMessage() + " and asks to come back in " + asked.toSeconds() + " s", fault);
        }
        double full = options.patience().firstWait().toMillis() * Math.pow(2, attempt);
        Duration own = Duration.ofMillis(
                Math.round(full * (1 + ThreadLocalRandom.current().nextDouble()) / 2));
        return own.compareTo(asked) > 0 ? own : asked;
    }
}
