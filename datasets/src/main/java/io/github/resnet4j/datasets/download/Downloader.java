package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads files from the network or a local mirror. A file gets its final name only when its size and hash are right;
 * until then its bytes are in {@code NAME.part} beside it, where the next attempt, in this process or another, resumes.
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
     * Downloads {@code file} to {@code target}, creating its folder if needed, unless a correct copy is already there.
     * If several processes or threads want the same target, one downloads and the others wait. A correct copy is also
     * served from a read-only folder.
     *
     * @throws NetworkException if the source cannot be reached or does not deliver the file
     * @throws IntegrityException if the download is not the published file, which is then kept as {@code NAME.bad};
     *     also if an existing file is not, and cannot be replaced because of {@link DownloadOptions#offline}
     * @throws DiskException if the folder cannot take the file
     */
    public Path fetch(RemoteFile file, Path target) {
        if (isRight(file, target)) {
            return target;
        }
        CacheFolder.writable(target.toAbsolutePath().getParent());
        return TargetLock.holding(target, () -> {
            // Another process may have downloaded it while this one waited.
            if (!Files.exists(target)) {
                bring(file, target, Optional.empty());
            } else {
                Verified.difference(file, target).ifPresent(difference -> {
                    String wrong = target + ": " + difference + "; moved to " + PartFile.setAside(target, target);
                    log.warn("{} and fetched again", wrong);
                    bring(file, target, Optional.of(wrong));
                });
            }
            return target;
        });
    }

    private static boolean isRight(RemoteFile file, Path target) {
        try {
            return Files.exists(target) && Verified.difference(file, target).isEmpty();
        } catch (DiskException e) {
            // Perhaps it is being moved aside; with the lock it will be clear.
            return false;
        }
    }

    /** Fetches it; {@code wrong} says what was in its place. */
    private void bring(RemoteFile file, Path target, Optional<String> wrong) {
        String where = file.name() + " from " + file.source().shown();
        String advice = "or put the file at " + target + " yourself, set " + Source.MIRROR_VARIABLE
                + " to a folder or address that has it, or " + file.otherwise();
        if (options.offline() && !file.source().isLocal()) {
            if (wrong.isPresent()) {
                throw new IntegrityException(wrong.get() + "; offline mode is on: go online, " + advice);
            }
            throw new NetworkException(where + ": not in the cache, and offline mode is on: go online, " + advice);
        }
        Path folder = target.toAbsolutePath().getParent();
        try (PartFile part = new PartFile(target)) {
            if (part.bytes() > file.size().bytes()) {
                part.restart(Optional.empty());
            }
            if (file.size().exact()) {
                space.require(file.size().bytes() - part.bytes(), folder, where);
            }
            log.info("Downloading {}: {} bytes already here, of {}", where, part.bytes(), file.size());
            try {
                transfer(file, part, total -> space.require(total - part.bytes(), folder, where));
                Verified.remember(file, target);
            } catch (TransferFault e) {
                throw e.asFailure(where, "try again later, " + advice);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new NetworkException(where + ": interrupted; run again to resume", e);
            }
        }
    }

    /** Attempts until the part is complete and verified, then publishes it. */
    private void transfer(RemoteFile file, PartFile part, LongConsumer announced)
            throws TransferFault, InterruptedException {
        Instant deadline = Instant.now().plus(options.patience().total());
        Iterator<URI> addresses = file.source().addresses().iterator();
        URI address = addresses.next();
        int retries = 0;
        while (true) {
            try {
                boolean knownLength = true;
                if (isIncomplete(file, part)) {
                    knownLength = attempt(file, address, part, deadline, announced);
                }
                verify(file, part, knownLength);
                part.publish();
                return;
            } catch (TransferFault fault) {
                if (fault.isNoSuchFile() && addresses.hasNext()) {
                    address = addresses.next();
                    continue;
                }
                if (!fault.worthRetrying() || retries == options.patience().retries()) {
                    throw fault;
                }
                Duration wait = waitBefore(retries++, fault);
                if (Instant.now().plus(wait).isAfter(deadline)) {
                    throw fault;
                }
                log.warn("{}: {}; next attempt in {} ms", Source.shown(address), fault.getMessage(), wait.toMillis());
                pause.sleep(wait);
            }
        }
    }

    /** Where the size is not known, only the hash can tell that the last byte is there. */
    private static boolean isIncomplete(RemoteFile file, PartFile part) {
        return file.size().exact()
                ? part.bytes() < file.size().bytes()
                : part.bytes() == 0 || Verified.mismatch(file, part.path()).isPresent();
    }

    /** Whether the length of the response was known, so that an early end would have been noticed. */
    private boolean attempt(RemoteFile file, URI address, PartFile part, Instant deadline, LongConsumer announced)
            throws TransferFault, InterruptedException {
        if (file.source().isLocal()) {
            copy(file, address, part, announced);
            return true;
        }
        return http.run(file, address, part, deadline, announced);
    }

    private void copy(RemoteFile file, URI address, PartFile part, LongConsumer announced) throws TransferFault {
        try {
            Path origin = Path.of(address);
            if (!Files.isRegularFile(origin)) {
                throw TransferFault.noSuchFile("no such file");
            }
            long total = Files.size(origin);
            if (!file.size().fits(total)) {
                throw TransferFault.wrongFile(total + " bytes, not " + file.size());
            }
            part.restart(Optional.empty());
            announced.accept(total);
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(origin)) {
                for (int n = in.read(buffer); n >= 0 && part.bytes() < total; n = in.read(buffer)) {
                    int wanted = (int) Math.min(n, total - part.bytes());
                    part.append(ByteBuffer.wrap(buffer, 0, wanted));
                    options.progress().bytes(part.bytes(), total);
                }
            }
        } catch (IOException e) {
            throw TransferFault.lasting("cannot be read: " + FileProblem.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw TransferFault.lasting("cannot be read: " + e.getMessage(), e);
        }
    }

    private static void verify(RemoteFile file, PartFile part, boolean knownLength) throws TransferFault {
        Optional<String> difference = Verified.mismatch(file, part.path());
        if (difference.isEmpty()) {
            return;
        }
        if (!part.inOnePiece() || !knownLength) {
            // Two versions may have been joined, or the end is missing; a transfer from the first byte will tell.
            part.restart(Optional.empty());
            throw TransferFault.wrongContent(difference.get());
        }
        throw TransferFault.wrongFile(difference.get() + "; the received file is in " + part.reject());
    }

    /**
     * Exponential with jitter, so that clients do not all return at the same time; the server's wish if that is longer.
     */
    private Duration waitBefore(int attempt, TransferFault fault) throws TransferFault {
        Duration asked = fault.serverWait();
        if (asked.compareTo(options.patience().longestWait()) > 0) {
            throw TransferFault.lasting(
                    fault.getMessage() + " and asks to retry after " + asked.toSeconds() + " s", fault);
        }
        double full = options.patience().firstWait().toMillis() * Math.pow(2, attempt);
        Duration own = Duration.ofMillis(
                Math.round(full * (1 + ThreadLocalRandom.current().nextDouble()) / 2));
        return own.compareTo(asked) > 0 ? own : asked;
    }
}
