package io.github.resnet4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.spark.InferenceOptions.Columns;
import io.github.resnet4j.spark.InferenceOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchInferenceTest {
    private static final int IMAGES = 45;
    private static final BatchInference.Progress NONE = new BatchInference.Progress() {
        @Override
        public void begin(long images, int parts, int partsBefore) {}

        @Override
        public void step(long images, int parts) {}
    };

    @TempDir
    static Path shared;

    private static JavaSparkContext context;
    private static Cluster cluster;
    private static SourceModel model;
    private static List<Path> images;
    /** Probabilities by path, as a process of its own computes them. */
    private static final Map<String, float[]> EXPECTED = new HashMap<>();

    private static final Map<String, float[]> FEATURES = new HashMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        SparkConf conf = new SparkConf()
                .setMaster("local[2,4]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.sql.codegen.wholeStage", "false")
                .set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.hadoop.fs.flaky.impl", FlakyFileSystem.class.getName())
                .set("spark.sql.warehouse.dir", shared.resolve("warehouse").toString());
        context = new JavaSparkContext(conf);
        cluster = Cluster.of(context);
        model = SmallModel.open(SmallModel.write(shared.resolve("model.zip")));
        images = SmallModel.images(shared.resolve("images"), IMAGES, SmallModel.CLASSES);
        int cores = Math.min(2, Runtime.getRuntime().availableProcessors());
        try (Predictor predictor = Predictor.open(model, 8 * cores, Engine.AUTO)) {
            List<float[]> prepared = new ArrayList<>();
            for (Path image : images) {
                prepared.add(predictor.prepare(ImageDecoder.decode(image)));
            }
            while (prepared.size() % (8 * cores) != 0) {
                prepared.add(prepared.get(0));
            }
            for (int from = 0; from < prepared.size(); from += 8 * cores) {
                List<float[]> batch = prepared.subList(from, from + 8 * cores);
                List<float[]> rows = predictor.rows(batch, predictor::probabilities);
                List<float[]> features = predictor.rows(batch, predictor::features);
                for (int i = 0; i < batch.size() && from + i < images.size(); i++) {
                    EXPECTED.put(images.get(from + i).toString(), rows.get(i));
                    FEATURES.put(images.get(from + i).toString(), features.get(i));
                }
            }
        }
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static InferenceOptions options(InferenceTask task, Object data, Path out) {
        return InferenceOptions.of(task, List.of(data.toString()), out.toString());
    }

    private static InferenceReport run(InferenceOptions options) throws IOException {
        return BatchInference.run(cluster, model, options, NONE, remark -> {});
    }

    private static List<Row> rows(Path out) {
        return cluster.session().read().parquet(out.toString()).collectAsList();
    }

    private static float[] floats(Row row, String column) {
        List<Object> values = row.getList(row.fieldIndex(column));
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (Float) values.get(i);
        }
        return floats;
    }

    /** Every image has one row, and its probabilities are those of a process of its own to the bit. */
    private static void assertPredicted(Path out, Map<String, String> originals) {
        List<Row> rows = rows(out);
        assertThat(rows).hasSize(IMAGES);
        assertThat(rows.stream().map(row -> row.<String>getAs("path")).distinct())
                .hasSize(IMAGES);
        for (Row row : rows) {
            String path = row.getAs("path");
            float[] expected = EXPECTED.get(originals.getOrDefault(path, path));
            List<Integer> ranking = Predictor.ranking(expected, 3);
            assertThat(row.<String>getAs("error")).isNull();
            assertThat(row.<String>getAs("class")).isEqualTo(SmallModel.CLASSES.get(ranking.get(0)));
            assertThat(row.getList(row.fieldIndex("top_classes")))
                    .isEqualTo(ranking.stream().map(SmallModel.CLASSES::get).toList());
            assertThat(floats(row, "top_probabilities"))
                    .isEqualTo(
                            new float[] {expected[ranking.get(0)], expected[ranking.get(1)], expected[ranking.get(2)]});
        }
    }

    @Test
    void filesGetTheRowsOfPredict() throws IOException {
        Path out = folder.resolve("out");
        InferenceReport report = run(options(InferenceTask.PREDICT, shared.resolve("images"), out)
                .withTop(3)
                .withImagesPerPart(10));
        assertThat(report.images()).isEqualTo(IMAGES);
        assertThat(report.parts()).isEqualTo(5);
        assertThat(report.executors()).hasSize(1);
        assertThat(report.executors().get(0).images()).isEqualTo(IMAGES);
        assertPredicted(out, Map.of());
        assertThat(out.resolve("_SUCCESS")).exists();
        assertThat(out.resolve("_temporary")).doesNotExist();
    }

    @Test
    void rowsDoNotDependOnPartsAndPatternsNameFiles() throws IOException {
        Path out = folder.resolve("out");
        run(options(InferenceTask.PREDICT, shared.resolve("images") + "/*/*.png", out)
                .withTop(3)
                .withImagesPerPart(7));
        assertPredicted(out, Map.of());
    }

    @Test
    void csvHasAllDigits() throws IOException {
        Path out = folder.resolve("out");
        run(options(InferenceTask.PREDICT, shared.resolve("images"), out)
                .withTop(2)
                .withCsv(true)
                .withImagesPerPart(100));
        List<String> lines = Files.readAllLines(out.resolve("part-00000.csv"));
        assertThat(lines.get(0)).isEqualTo("path,class_1,probability_1,class_2,probability_2,error");
        assertThat(lines).hasSize(1 + IMAGES);
        String[] fields = lines.get(1).split(",", -1);
        float[] expected = EXPECTED.get(fields[0]);
        assertThat(Float.parseFloat(fields[2])).isEqualTo(expected[Predictor.best(expected)]);
    }

    @Test
    void featuresAreThoseOfEmbed() throws IOException {
        Path out = folder.resolve("out");
        run(options(InferenceTask.EMBED, shared.resolve("images"), out));
        assertThat(rows(out)).hasSize(IMAGES).allSatisfy(row -> assertThat(floats(row, "features"))
                .isEqualTo(FEATURES.get(row.<String>getAs("path"))));
    }

    @Test
    void evaluationIsThatOfOneProcess() throws IOException {
        Path out = folder.resolve("out");
        InferenceReport report =
                run(options(InferenceTask.EVAL, shared.resolve("images"), out).withImagesPerPart(8));
        InferenceReport.Metrics metrics = report.metrics().orElseThrow();
        try (Predictor predictor = Predictor.open(model, 16, Engine.AUTO);
                BatchLoader loader = new BatchLoader(
                        ImageFolder.open(shared.resolve("images"), FolderOptions.DEFAULT),
                        predictor.pipeline()::write,
                        3,
                        16,
                        16,
                        new LoaderOptions(16, 0, 0, 1, false, BadImages.FAIL))) {
            Evaluation expected = Evaluation.of(
                    predictor.inference(), loader, 6, "model", Temperature.of(model.card()), done -> {}, () -> false);
            assertThat(metrics.top1()).isEqualTo(expected.top1());
            assertThat(metrics.top5()).isEqualTo(expected.top5());
            assertThat(metrics.confusion()).isDeepEqualTo(expected.confusion());
            // The last batch of the loader is not full, which may change the last bit.
            assertThat(metrics.loss()).isCloseTo(expected.loss(), org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @Test
    void shardsGetTheSameRowsAndClasses() throws IOException {
        Path shards = folder.resolve("shards");
        ShardWriter.Report written = ShardWriter.write(
                cluster,
                new ShardWriter.Options(
                        List.of(shared.resolve("images").toString()),
                        shards.toString(),
                        OptionalInt.of(20),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        false),
                remark -> {});
        assertThat(written.shards()).isEqualTo(3);
        assertThat(written.classes()).isEqualTo(6);
        Map<String, String> originals = new HashMap<>();
        for (String line : Files.readAllLines(shards.resolve("index.csv"))) {
            String[] fields = line.split(",");
            originals.put(shards.resolve(fields[0]) + "/" + fields[1], fields[2]);
        }
        Path out = folder.resolve("out");
        run(options(InferenceTask.PREDICT, shards, out).withTop(3));
        assertPredicted(out, originals);
        Path evaluated = folder.resolve("evaluated");
        InferenceReport fromShards = run(options(InferenceTask.EVAL, shards, evaluated));
        InferenceReport fromFiles = run(options(InferenceTask.EVAL, shared.resolve("images"), folder.resolve("files")));
        assertThat(fromShards.metrics().orElseThrow().loss())
                .isEqualTo(fromFiles.metrics().orElseThrow().loss());
        assertThat(fromShards.metrics().orElseThrow().confusion())
                .isDeepEqualTo(fromFiles.metrics().orElseThrow().confusion());
    }

    @Test
    void aShardThatIsCutGivesWhatIsBeforeTheCut() throws IOException {
        Path shards = folder.resolve("shards");
        ShardWriter.write(
                cluster,
                new ShardWriter.Options(
                        List.of(shared.resolve("images").toString()),
                        shards.toString(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        false),
                remark -> {});
        byte[] whole = Files.readAllBytes(shards.resolve("shard-000000.tar"));
        Path cut = Files.createDirectories(folder.resolve("cut"));
        Files.write(cut.resolve("a.tar"), Arrays.copyOf(whole, whole.length / 2));
        Files.write(cut.resolve("b.tar"), "this is no tar file".repeat(100).getBytes());
        Files.write(cut.resolve("c.tar"), new byte[0]);
        Path out = folder.resolve("out");
        InferenceReport report = run(options(InferenceTask.PREDICT, cut, out));
        assertThat(report.errors()).isEqualTo(3);
        assertThat(report.images()).isBetween(15L, 25L);
        assertThat(report.problems().get(0))
                .startsWith(cut.resolve("a.tar") + ": is cut: it ends at byte " + whole.length / 2);
        assertThat(report.problems().get(1)).contains("b.tar: is not a tar file");
        assertThat(report.problems().get(2)).contains("c.tar: is cut: it ends at byte 0");
    }

    @Test
    void brokenImagesAreRows() throws IOException {
        Path data = folder.resolve("data");
        SmallModel.images(data, 20, List.of("ant"));
        Files.write(data.resolve("ant/0003.png"), new byte[0]);
        Files.write(data.resolve("ant/0004.png"), "no image".getBytes());
        Files.write(data.resolve("ant/0005.png"), Arrays.copyOf(SmallModel.image(5), 300));
        Files.delete(data.resolve("ant/0006.png"));
        Files.createSymbolicLink(data.resolve("ant/0006.png"), data.resolve("ant/0007.png"));
        Path out = folder.resolve("out");
        InferenceReport report = run(options(InferenceTask.PREDICT, data, out).withImagesPerPart(9));
        assertThat(report.images()).isEqualTo(17);
        assertThat(report.errors()).isEqualTo(3);
        assertThat(report.problems()).hasSize(3).allSatisfy(problem -> assertThat(problem)
                .matches(".*/ant/000[345]\\.png: .+"));
        Map<String, Row> byPath = new HashMap<>();
        rows(out).forEach(row -> byPath.put(row.getAs("path"), row));
        assertThat(byPath).hasSize(20);
        assertThat(byPath.get(data.resolve("ant/0003.png").toString()).<String>getAs("error"))
                .isEqualTo("is empty (0 bytes)");
        assertThat(byPath.get(data.resolve("ant/0003.png").toString()).<String>getAs("class"))
                .isNull();
        // Neighbours are what they are elsewhere.
        float[] expected = EXPECTED.get(images.stream()
                .filter(path -> path.endsWith("0002.png"))
                .findFirst()
                .orElseThrow()
                .toString());
        assertThat(byPath.get(data.resolve("ant/0002.png").toString()).<Float>getAs("probability"))
                .isEqualTo(expected[Predictor.best(expected)]);
    }

    @Test
    void tablesGetTheSameRows() throws IOException {
        List<Row> table = new ArrayList<>();
        for (Path image : images) {
            String label = image.getParent().getFileName().toString();
            table.add(RowFactory.create(Files.readAllBytes(image), image.toString(), label));
        }
        StructType schema = new StructType()
                .add("image", DataTypes.BinaryType)
                .add("path", DataTypes.StringType)
                .add("label", DataTypes.StringType);
        Path file = folder.resolve("table");
        cluster.session()
                .createDataFrame(table, schema)
                .repartition(3)
                .write()
                .option("parquet.block.size", 4096)
                .parquet(file.toString());
        Path out = folder.resolve("out");
        InferenceReport report =
                run(options(InferenceTask.PREDICT, file, out).withTop(3).withImagesPerPart(5));
        assertThat(report.images()).isEqualTo(IMAGES);
        assertPredicted(out, Map.of());
        assertThat(run(options(InferenceTask.EVAL, file, folder.resolve("evaluated")))
                        .metrics()
                        .orElseThrow()
                        .images())
                .isEqualTo(IMAGES);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, file, folder.resolve("other"))
                        .withColumns(new Columns(Optional.of("picture"), Optional.empty(), Optional.empty()))))
                .withMessageContaining("has no column picture");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, file, folder.resolve("other"))
                        .withColumns(new Columns(Optional.of("path"), Optional.empty(), Optional.empty()))))
                .withMessageContaining("the column path does not hold images");
        cluster.session()
                .createDataFrame(table, schema)
                .select("path", "label")
                .write()
                .parquet(folder.resolve("none").toString());
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, folder.resolve("none"), folder.resolve("other"))))
                .withMessageContaining("has no column of images; its columns are path (text), label (text)");
    }

    @Test
    void aTaskThatFailsIsTriedAgainAndNoRowIsThereTwice() throws IOException {
        FlakyFileSystem.victim = "0017.png";
        FlakyFileSystem.FAILURES.set(2);
        Path out = folder.resolve("out");
        Map<String, String> originals = new HashMap<>();
        images.forEach(image -> originals.put("flaky:" + image, image.toString()));
        InferenceReport report = run(options(InferenceTask.PREDICT, "flaky:" + shared.resolve("images"), out)
                .withTop(3)
                .withImagesPerPart(10));
        assertThat(FlakyFileSystem.FAILURES.get()).isNegative();
        assertThat(report.errors()).isZero();
        assertPredicted(out, originals);
    }

    @Test
    void whatNoAttemptCanReadIsARow() throws IOException {
        FlakyFileSystem.victim = "0017.png";
        FlakyFileSystem.FAILURES.set(1000);
        Path out = folder.resolve("out");
        InferenceReport report = run(options(InferenceTask.PREDICT, "flaky:" + shared.resolve("images"), out)
                .withImagesPerPart(10));
        FlakyFileSystem.FAILURES.set(0);
        assertThat(report.images()).isEqualTo(IMAGES - 1);
        assertThat(report.problems())
                .singleElement()
                .asString()
                .endsWith("0017.png: cannot be read: the storage is not there");
    }

    @Test
    void aRunThatWasKilledGoesOn() throws IOException {
        Path out = folder.resolve("out");
        InferenceOptions options = options(InferenceTask.EVAL, shared.resolve("images"), out)
                .withTop(3)
                .withImagesPerPart(3);
        BatchInference.Progress death = new BatchInference.Progress() {
            @Override
            public void begin(long images, int parts, int partsBefore) {}

            @Override
            public void step(long images, int parts) {
                throw new IllegalStateException("killed");
            }
        };
        assertThatThrownBy(() -> BatchInference.run(cluster, model, options, death, remark -> {}))
                .hasMessage("killed");
        context.cancelAllJobs();
        // As if it had been killed after four parts, with an attempt and a result under way.
        try (Stream<Path> parts = Files.list(out)) {
            for (Path part : parts.filter(path -> path.getFileName().toString().matches("part-0000[4-9].*|part-0001.*"))
                    .toList()) {
                Files.delete(part);
            }
        }
        Files.createDirectories(out.resolve("_temporary"));
        Files.write(out.resolve("_temporary/part-00005-x"), new byte[100]);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options))
                .withMessageContaining("go on with it (--resume)");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options.with(Existing.RESUME).withTop(2)))
                .withMessageContaining("top was 3 and is 2");
        long before;
        try (Stream<Path> parts = Files.list(out)) {
            before = parts.filter(path -> path.getFileName().toString().startsWith("part-"))
                    .count();
        }
        InferenceReport report = run(options.with(Existing.RESUME));
        assertThat(report.partsBefore()).isEqualTo((int) before);
        assertThat(report.parts()).isEqualTo(15);
        assertPredicted(out, Map.of());
        InferenceReport anew = run(options.with(Existing.OVERWRITE));
        assertThat(anew.partsBefore()).isZero();
        assertThat(report.metrics().orElseThrow().loss())
                .isEqualTo(anew.metrics().orElseThrow().loss());
        InferenceReport nothingLeft = run(options.with(Existing.RESUME));
        assertThat(nothingLeft.partsBefore()).isEqualTo(15);
        assertThat(nothingLeft.imagesNow()).isZero();
        assertThat(nothingLeft.metrics().orElseThrow().top1())
                .isEqualTo(anew.metrics().orElseThrow().top1());
    }

    @Test
    void aRunDoesNotGoOnWithOtherImages() throws IOException {
        Path data = folder.resolve("data");
        SmallModel.images(data, 6, List.of("ant"));
        Path out = folder.resolve("out");
        run(options(InferenceTask.PREDICT, data, out));
        Files.write(data.resolve("ant/new.png"), SmallModel.image(99));
        Files.delete(data.resolve("ant/0001.png"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, data, out).with(Existing.RESUME)))
                .withMessageContaining("1 gone or changed (" + data.resolve("ant/0001.png") + ")")
                .withMessageContaining("1 new or changed (" + data.resolve("ant/new.png") + ")");
    }

    @Test
    void refusesWhatIsNotItsOutput() throws IOException {
        Path out = Files.createDirectories(folder.resolve("photos"));
        Files.write(out.resolve("holiday.jpg"), new byte[10]);
        for (Existing existing : Existing.values()) {
            assertThatExceptionOfType(UsageException.class)
                    .isThrownBy(() -> run(options(InferenceTask.PREDICT, shared.resolve("images"), out)
                            .with(existing)));
        }
        assertThat(out.resolve("holiday.jpg")).exists();
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(
                        () -> run(options(InferenceTask.PREDICT, shared.resolve("images"), shared.resolve("images"))));
    }

    @Test
    void rowsAreOverwrittenOnlyOnceTheDataAreThere() throws IOException {
        Path out = folder.resolve("out");
        Path data = folder.resolve("data");
        SmallModel.images(data, 2, List.of("ant"));
        run(options(InferenceTask.PREDICT, data, out));
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, folder.resolve("no"), out)
                        .with(Existing.OVERWRITE)));
        assertThat(rows(out)).hasSize(2);
        run(options(InferenceTask.PREDICT, data.resolve("ant/0001.png"), out).with(Existing.OVERWRITE));
        assertThat(rows(out)).hasSize(1);
    }

    /** Cameras name photographs _MG_1234.JPG; Spark takes such files for its own. */
    @Test
    void photographsMayBeginWithAnUnderscoreAndFoldersHaveBrackets() throws IOException {
        Path data = folder.resolve("photos [1]");
        SmallModel.images(data, 2, List.of("_ant"));
        Files.move(data.resolve("_ant/0001.png"), data.resolve("_ant/_MG_0001.png"));
        Files.write(data.resolve("_ant/._MG_0001.png"), new byte[10]); // macOS
        Files.createDirectories(data.resolve("_temporary"));
        Files.write(data.resolve("_temporary/1.png"), new byte[10]);
        Files.write(data.resolve("_log.parquet"), new byte[10]);
        Path out = folder.resolve("out");
        assertThat(run(options(InferenceTask.PREDICT, data, out)).errors()).isZero();
        assertThat(rows(out).stream()
                        .map(row ->
                                Path.of(row.<String>getAs("path")).getFileName().toString()))
                .containsExactlyInAnyOrder("0000.png", "_MG_0001.png");
    }

    @Test
    void saysWhyNothingCanBeWritten() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, shared.resolve("images"), file.resolve("out"))))
                .withMessageContaining("cannot be written");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3a://bucket/photos", "foo://host/photos"})
    void namesTheFileSystemThatSparkLacks(String there) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, there, folder.resolve("out"))))
                .withMessageContaining("this Spark has no file system for");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(InferenceOptions.of(
                        InferenceTask.PREDICT, List.of(shared.resolve("images").toString()), there)));
    }

    @Test
    void refusesDataThatIsNotThereOrOfSeveralKinds() throws IOException {
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, folder.resolve("no"), folder.resolve("out"))))
                .withMessageContaining("does not exist");
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, folder + "/*.png", folder.resolve("out"))))
                .withMessageContaining("no file matches");
        Path data = folder.resolve("data");
        SmallModel.images(data, 2, List.of("ant"));
        Files.write(data.resolve("a.tar"), new byte[1]);
        Files.write(data.resolve("readme.txt"), new byte[1]);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, data, folder.resolve("out"))))
                .withMessageContaining("has 2 images and 1 shards (.tar)");
        Files.write(data.resolve("b.parquet"), "PAR1".getBytes(), StandardOpenOption.CREATE);
        assertThatExceptionOfType(BadDataException.class)
                .isThrownBy(() -> run(options(InferenceTask.PREDICT, data.resolve("b.parquet"), folder.resolve("out"))))
                .withMessageContaining("is not a whole Parquet file");
    }

    @Test
    void classesThatTheModelDoesNotHaveAreRefusedBeforeAnythingRuns() throws IOException {
        Path data = folder.resolve("data");
        SmallModel.images(data, 4, List.of("ant", "cta"));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> run(options(InferenceTask.EVAL, data, folder.resolve("out"))))
                .withMessageContaining("does not know the class cta (did you mean cat?)");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void fewerImagesThanExecutorsAndAClassOfOneOfThem() throws IOException {
        Path data = folder.resolve("data");
        SmallModel.images(data, 1, List.of("fly"));
        List<String> remarks = new ArrayList<>();
        InferenceReport report = BatchInference.run(
                cluster, model, options(InferenceTask.EVAL, data, folder.resolve("out")), NONE, remarks::add);
        assertThat(report.images()).isEqualTo(1);
        assertThat(report.metrics().orElseThrow().images()).isEqualTo(1);
        assertThat(remarks).anySatisfy(remark -> assertThat(remark).startsWith("only 1 of 2 executors have work"));
        assertThat(remarks).anySatisfy(remark -> assertThat(remark).contains("there are no images of ant, bee"));
    }
}
