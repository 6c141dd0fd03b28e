package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.spark.InferenceTask;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Rows as Parquet, in a schema that Spark, pandas and DuckDB read as strings, floats and lists of them. */
final class ParquetRows implements RowWriter {
    private static final String LIST = "list";
    private static final String ELEMENT = "element";

    private final ParquetWriter<Row> writer;

    ParquetRows(Path file, InferenceTask task, Configuration configuration) throws IOException {
        this.writer = new Builder(HadoopOutputFile.fromPath(file, configuration), task)
                .withConf(configuration)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build();
    }

    @Override
    public void write(Row row) throws IOException {
        writer.write(row);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
        private final InferenceTask task;

        Builder(OutputFile file, InferenceTask task) {
            super(file);
            this.task = task;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** The Parquet of Spark 3.5 has no other. */
        @Override
        @SuppressWarnings("deprecation")
        protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
            return new Support(task);
        }
    }

    private static MessageType schema(InferenceTask task) {
        Types.MessageTypeBuilder schema = Types.buildMessage();
        schema.required(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named("path");
        if (task == InferenceTask.EMBED) {
            schema.addField(list("features", PrimitiveTypeName.FLOAT));
        } else {
            if (task == InferenceTask.EVAL) {
                schema.addField(text("label"));
            }
            schema.addField(text("class"));
            schema.optional(PrimitiveTypeName.FLOAT).named("probability");
            if (task == InferenceTask.EVAL) {
                schema.optional(PrimitiveTypeName.DOUBLE).named("loss");
            }
            schema.addField(list("top_classes", PrimitiveTypeName.BINARY));
            schema.addField(list("top_probabilities", PrimitiveTypeName.FLOAT));
        }
        schema.addField(text("error"));
        return schema.named("rows");
    }

    private static Type text(String name) {
        return Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(name);
    }

    private static Type list(String name, PrimitiveTypeName of) {
        Type element = of == PrimitiveTypeName.BINARY
                ? Types.required(of).as(LogicalTypeAnnotation.stringType()).named(ELEMENT)
                : Types.required(of).named(ELEMENT);
        return Types.optionalGroup()
                .as(LogicalTypeAnnotation.listType())
                .repeatedGroup()
                .addField(element)
                .named(LIST)
                .named(name);
    }

    private static final class Support extends WriteSupport<Row> {
        private final InferenceTask task;
        private final MessageType schema;
        private RecordConsumer out;

        Support(InferenceTask task) {
            this.task = task;
            this.schema = schema(task);
        }

        /** The Parquet of Spark 3.5 has no other. */
        @Override
        @SuppressWarnings("deprecation")
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            this.out = consumer;
        }

        @Override
        public void write(Row row) {
            boolean answered = row.error().isEmpty();
            out.startMessage();
            text("path", row.path());
            if (task == InferenceTask.EMBED && answered) {
                floats("features", row.values());
            } else if (answered) {
                if (task == InferenceTask.EVAL) {
                    text("label", row.label());
                    field("loss", () -> out.addDouble(row.loss()));
                }
                text("class", row.classes().get(0));
                field("probability", () -> out.addFloat(row.values()[0]));
                texts("top_classes", row.classes());
                floats("top_probabilities", row.values());
            } else {
                text("error", row.error());
            }
            out.endMessage();
        }

        private void field(String name, Runnable value) {
            int index = schema.getFieldIndex(name);
            out.startField(name, index);
            value.run();
            out.endField(name, index);
        }

        private void text(String name, String value) {
            field(name, () -> out.addBinary(Binary.fromString(value)));
        }

        private void texts(String name, List<String> values) {
            list(name, values.size(), i -> out.addBinary(Binary.fromString(values.get(i))));
        }

        private void floats(String name, float[] values) {
            list(name, values.length, i -> out.addFloat(values[i]));
        }

        private interface Element {
            void write(int index);
        }

        private void list(String name, int size, Element element) {
            field(name, () -> {
                out.startGroup();
                if (size > 0) {
                    out.startField(LIST, 0);
                    for (int i = 0; i < size; i++) {
                        out.startGroup();
                        out.startField(ELEMENT, 0);
                        element.write(i);
                        out.endField(ELEMENT, 0);
                        out.endGroup();
                    }
                    out.endField(LIST, 0);
                }
                out.endGroup();
            });
        }
    }
}
