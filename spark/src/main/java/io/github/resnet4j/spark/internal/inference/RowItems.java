package io.github.resnet4j.spark.internal.inference;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** Rows of a Parquet file, of which the columns that matter are read. */
final class RowItems implements ImageItems {
    private final ParquetReader<Group> reader;
    private final TableColumns columns;
    private final String file;
    private final int mostBytes;
    private long row;

    RowItems(Part.Rows part, TableColumns columns, Configuration shared, int mostBytes) throws IOException {
        Path path = new Path(part.path());
        this.columns = columns;
        this.file = Paths.shown(path.toString());
        this.mostBytes = mostBytes;
        this.row = part.firstRow();
        Configuration configuration = new Configuration(shared);
        configuration.set(ReadSupport.PARQUET_READ_SCHEMA, columns.projection());
        this.reader = ParquetReader.builder(new GroupReadSupport(), path)
                .withConf(configuration)
                .withFileRange(part.start(), part.end())
                .build();
    }

    @Override
    public Optional<ImageItem> next() throws IOException {
        Group group;
        try {
            group = reader.read();
        } catch (RuntimeException e) { // Parquet's are unchecked, whatever is wrong with the file
            throw new BadTableException(file, row, e);
        }
        if (group == null) {
            return Optional.empty();
        }
        String path = columns.path(group).orElse(file + '#' + row);
        row++;
        Optional<byte[]> bytes = columns.image(group);
        if (bytes.isEmpty()) {
            return Optional.of(ImageItem.unreadable(path, "has no image in its column " + columns.image()));
        }
        if (bytes.get().length > mostBytes) {
            return Optional.of(ImageItem.unreadable(path, "is too large: " + bytes.get().length + " bytes"));
        }
        return Optional.of(ImageItem.of(path, columns.label(group).orElse(""), bytes.get()));
    }

    /** A damaged file: no further attempt can read it. */
    static final class BadTableException extends IOException {
        private static final long serialVersionUID = 1L;

        BadTableException(String file, long row, Throwable cause) {
            super(file + ": cannot be read from row " + row + " on: " + cause.getMessage(), cause);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
