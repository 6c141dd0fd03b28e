package io.github.resnet4j.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Files of this machine under {@code flaky:}, of which some fail to open for some time. */
public final class FlakyFileSystem extends RawLocalFileSystem {
    /** Times to fail. */
    static final AtomicInteger FAILURES = new AtomicInteger();
    /** Part of the name of the files that fail. */
    static volatile String victim = "?";

    @Override
    public URI getUri() {
        return URI.create("flaky:///");
    }

    @Override
    public String getScheme() {
        return "flaky";
    }

    @Override
    public void initialize(URI uri, Configuration conf) throws IOException {
        super.initialize(uri, conf);
        setConf(conf);
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
        if (path.getName().contains(victim) && FAILURES.getAndDecrement() > 0) {
            throw new IOException("the storage is not there");
        }
        return super.open(path, buffer);
    }

    /** Hadoop's own, asked for permissions, want a path of {@code file:}. */
    @Override
    public FileStatus[] listStatus(Path folder) throws IOException {
        return Stream.of(super.listStatus(folder))
                .map(file -> new FileStatus(
                        file.getLen(),
                        file.isDirectory(),
                        file.getReplication(),
                        file.getBlockSize(),
                        file.getModificationTime(),
                        file.getPath()))
                .toArray(FileStatus[]::new);
    }
}
