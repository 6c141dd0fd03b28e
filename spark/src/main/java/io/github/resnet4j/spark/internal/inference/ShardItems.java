package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.spark.internal.tar.BadTarException;
import io.github.resnet4j.spark.internal.tar.TarReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A shard in WebDataset's layout: files that follow each other and share their name up to its first dot, such as {@code
 * 000001.jpg} and {@code 000001.cls}, are one sample. {@code .cls} is the number of its class; other files are ignored. A
 * shard that is cut gives the samples before the cut, and in place of the rest one item that says where.
 */
final class ShardItems implements ImageItems {
    /** The digits of a class. */
    private static final int MOST_CLASS_BYTES = 64;

    private final TarReader tar;
    private final String shard;
    private final int mostBytes;
    /** Whole samples, to be given out. */
    private final Deque<ImageItem> ready = new ArrayDeque<>();
    /** The images of the sample being read. */
    private final List<ImageItem> sample = new ArrayList<>();

    private String key = "";
    private String label = "";
    private long images;
    private boolean ended;

    /** @param shard what rows call it */
    ShardItems(TarReader tar, String shard, int mostBytes) {
        this.tar = tar;
        this.shard = shard;
        this.mostBytes = mostBytes;
    }

    /** In place of a shard that cannot be opened. */
    static ImageItems none(String shard, IOException why) {
        boolean denied = String.valueOf(why.getMessage()).contains("ermission");
        Iterator<ImageItem> only = List.of(ImageItem.unreadable(shard, denied ? "permission denied" : "does not exist"))
                .iterator();
        return new ImageItems() {
            @Override
            public Optional<ImageItem> next() {
                return only.hasNext() ? Optional.of(only.next()) : Optional.empty();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Optional<ImageItem> next() throws IOException {
        while (ready.isEmpty() && !ended) {
            try {
                Optional<TarReader.Entry> entry = tar.next();
                if (entry.isPresent()) {
                    add(entry.get());
                } else {
                    end();
                }
            } catch (BadTarException e) {
                end();
                ready.removeIf(item -> item.path().equals(shard));
                ready.add(ImageItem.unreadable(shard, e.getMessage()));
            }
        }
        return Optional.ofNullable(ready.poll());
    }

    private void end() {
        ended = true;
        finishSample();
        if (images == 0) {
            ready.add(
                    ImageItem.unreadable(
                            shard,
                            "has no image: a shard holds files such as 000001.jpg, each with its 000001.cls if it has a class"));
        }
    }

    private void add(TarReader.Entry entry) throws IOException {
        if (!entry.isFile()) {
            return;
        }
        String name = Printable.line(entry.name());
        String base = name.substring(name.lastIndexOf('/') + 1);
        if (base.isEmpty() || base.startsWith(".")) {
            return; // macOS puts ._000001.jpg beside every file
        }
        int dot = base.indexOf('.');
        String own = name.substring(0, name.length() - base.length() + (dot < 0 ? base.length() : dot));
        if (!own.equals(key)) {
            finishSample();
            key = own;
        }
        String path = shard + '/' + name;
        if (Paths.isImage(name) || Paths.isOtherImage(name)) {
            images++;
            sample.add(
                    entry.size() > mostBytes
                            ? ImageItem.unreadable(path, "is too large: " + entry.size() + " bytes")
                            : ImageItem.of(path, "", tar.content(mostBytes)));
        } else if (base.endsWith(".cls") && entry.size() <= MOST_CLASS_BYTES) {
            label = new String(tar.content(MOST_CLASS_BYTES), StandardCharsets.UTF_8).strip();
        }
    }

    private void finishSample() {
        for (ImageItem image : sample) {
            ready.add(new ImageItem(image.path(), label, image.bytes(), image.problem()));
        }
        sample.clear();
        label = "";
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
