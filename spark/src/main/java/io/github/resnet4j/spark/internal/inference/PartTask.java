package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.spark.InferenceTask;
import io.github.resnet4j.spark.internal.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * Turns a part of the input into a part of the output.
 *
 * <p>The part is written under a name of this attempt, and renamed once it is whole: its file is there exactly if all of its
 * rows are. The rows depend on the input alone, so that it does not matter which of several attempts comes first, and an
 * attempt that comes second finds its work done.
 */
public final class PartTask implements FlatMapFunction<Iterator<Part>, PartResult> {
    private static final long serialVersionUID = 1L;

    private static final Pattern LOCAL = Pattern.compile("local(?:\\[[^,]*(?:,(\\d{1,9}))?])?");
    private static final int BUFFER = 1 << 18;
    /** As much as the decoder allows. */
    private static final int MOST_BYTES = 64 << 20;

    private final Broadcast<JobSpec> job;
    private final LongAccumulator images;
    private final LongAccumulator errors;
    private final LongAccumulator finished;

    /**
     * A task for every part.
     *
     * @param images receives the rows with an answer of every part that is done
     * @param errors receives those with an error
     * @param finished receives the parts
     */
    public PartTask(Broadcast<JobSpec> job, LongAccumulator images, LongAccumulator errors, LongAccumulator finished) {
        this.job = job;
        this.images = images;
        this.errors = errors;
        this.finished = finished;
    }

    @Override
    public Iterator<PartResult> call(Iterator<Part> parts) throws Exception {
        List<PartResult> results = new ArrayList<>();
        while (parts.hasNext()) {
            PartResult result = new Run(job.value(), parts.next()).run();
            images.add(result.images());
            errors.add(result.errors());
            finished.add(1);
            results.add(result);
        }
        return results.iterator();
    }

    /** One attempt at a part. */
    private static final class Run {
        private final JobSpec job;
        private final Part part;
        private final Configuration configuration;
        private final List<Prefetch.Prepared> pending = new ArrayList<>();
        private final List<PartResult.Answer> answers = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private int whole;
        private long images;
        private long errors;
        private long load;
        private long compute;
        private long wait;
        private long turn;
        private long write;
        private SharedModel model;
        private Predictor.Computation computation;
        private Evaluation.Tally tally;
        private float[] batch;
        private int length;

        Run(JobSpec job, Part part) {
            this.job = job;
            this.part = part;
            this.configuration = new Configuration();
            job.hadoop().forEach(configuration::set);
        }

        PartResult run() throws IOException, InterruptedException {
            long began = System.currentTimeMillis();
            long start = System.nanoTime();
            model = SharedModel.acquire(job);
            load = System.nanoTime() - start;
            try {
                return run(began);
            } finally {
                SharedModel.release(model);
            }
        }

        private PartResult run(long began) throws IOException, InterruptedException {
            Predictor predictor = model.predictor();
            computation = job.task() == InferenceTask.EMBED ? predictor::features : predictor::probabilities;
            tally = new Evaluation.Tally(
                    job.task() == InferenceTask.EVAL ? predictor.network().classes() : 0,
                    new Temperature(job.temperature()));
            length = Math.toIntExact(predictor.network().input().elements());
            batch = new float[model.batch() * length];
            Path out = new Path(job.out());
            Path attempt = new Path(out, "_temporary/" + part.name() + '-' + job.run() + '-' + attemptId());
            FileSystem files = out.getFileSystem(configuration);
            Prefetch.Times times;
            try {
                try (RowWriter rows = writer(files, attempt)) {
                    times = rows(rows);
                    long start = System.nanoTime();
                    rows.close();
                    write += System.nanoTime() - start;
                }
                long start = System.nanoTime();
                Path side = new Path(out, "_parts/" + part.name());
                PartResult result = result(began, times);
                Committed.write(files, side, attempt.suffix(".result"), result.bytes());
                Committed.rename(files, attempt, new Path(out, part.name() + (job.csv() ? ".csv" : ".parquet")));
                write += System.nanoTime() - start;
                return result(began, times);
            } finally {
                files.delete(attempt, false);
            }
        }

        private static long attemptId() {
            return TaskContext.get().taskAttemptId();
        }

        private PartResult result(long began, Prefetch.Times times) {
            return new PartResult(
                    part.number(),
                    SparkEnv.get().executorId(),
                    began,
                    System.currentTimeMillis(),
                    images,
                    errors,
                    new PartResult.Times(load, times.read(), times.decode(), compute, wait, turn, write),
                    answers,
                    answers.isEmpty() ? 0 : Math.round(tally.evaluation(0).top5() * answers.size()),
                    problems);
        }

        private RowWriter writer(FileSystem files, Path attempt) throws IOException {
            if (!job.csv()) {
                return new ParquetRows(attempt, job.task(), configuration);
            }
            Predictor predictor = model.predictor();
            return new CsvRows(
                    files.create(attempt, true),
                    job.task(),
                    job.task() == InferenceTask.EMBED ? predictor.featureCount() : job.top());
        }

        private Prefetch.Times rows(RowWriter rows) throws IOException, InterruptedException {
            int threads = TaskContext.get().cpus();
            int ahead = 2 * job.imagesPerCore() * threads;
            try (Prefetch prefetch =
                    new Prefetch(items(), model.predictor().pipeline(), length, job.maxPixels(), ahead, threads)) {
                Optional<Prefetch.Prepared> next = take(prefetch);
                while (next.isPresent()) {
                    pending.add(next.get());
                    whole += next.get().problem().isEmpty() ? 1 : 0;
                    if (whole == model.batch() || whole == 0) {
                        flush(rows);
                    }
                    next = take(prefetch);
                }
                flush(rows);
                return prefetch.times();
            } catch (IOException e) {
                return givenUp(e, rows);
            }
        }

        /**
         * What storage cannot read is tried again, by other executors too. If no attempt is left, it is a row like any other
         * error, and what comes behind it in this part is not known.
         */
        private Prefetch.Times givenUp(IOException e, RowWriter rows) throws IOException {
            boolean ofStorage = !(e instanceof RowItems.BadTableException);
            if (e instanceof NotWrittenException
                    || TaskContext.get().isInterrupted()
                    || ofStorage && !isLastAttempt()) {
                throw e;
            }
            flush(rows);
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            error(rows, shown(), "cannot be read further: " + message);
            return Prefetch.Times.NONE;
        }

        private static boolean isLastAttempt() {
            SparkConf conf = SparkEnv.get().conf();
            Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
            int most = conf.getInt("spark.task.maxFailures", 4);
            if (local.matches()) { // has a limit of its own, or tries only once
                most = local.group(1) == null ? 1 : Integer.parseInt(local.group(1));
            }
            return TaskContext.get().attemptNumber() >= most - 1;
        }

        private String shown() {
            if (part.source() instanceof Part.Shard shard) {
                return Paths.shown(shard.path());
            }
            return part.source() instanceof Part.Rows table ? Paths.shown(table.path()) : part.name();
        }

        private ImageItems items() throws IOException {
            int most =
                    (int) Math.max(MOST_BYTES, MOST_BYTES * (double) job.maxPixels() / ImageDecoder.DEFAULT_MAX_PIXELS);
            if (part.source() instanceof Part.Files list) {
                return new FileItems(list, configuration, most, isLastAttempt());
            }
            if (part.source() instanceof Part.Rows table) {
                return new RowItems(table, job.columns(), configuration, most);
            }
            Path path = new Path(((Part.Shard) part.source()).path());
            InputStream in;
            try {
                in = new BufferedInputStream(path.getFileSystem(configuration).open(path), BUFFER);
            } catch (FileNotFoundException | org.apache.hadoop.security.AccessControlException e) {
                return ShardItems.none(shown(), e);
            }
            String name = path.getName();
            return new ShardItems(
                    new TarReader(name.endsWith("gz") ? new GZIPInputStream(in, BUFFER) : in), shown(), most);
        }

        private Optional<Prefetch.Prepared> take(Prefetch prefetch) throws IOException, InterruptedException {
            long start = System.nanoTime();
            Optional<Prefetch.Prepared> next = prefetch.next();
            wait += System.nanoTime() - start;
            return next;
        }

        /** Computes what is pending, and writes its rows in their order. */
        private void flush(RowWriter rows) throws IOException {
            List<float[]> values = whole == 0 ? List.of() : compute();
            long start = System.nanoTime();
            int next = 0;
            for (Prefetch.Prepared image : pending) {
                if (!image.problem().isEmpty()) {
                    error(rows, image.path(), image.problem());
                } else if (values.get(next).length == 0) {
                    error(rows, image.path(), "the network's output for it is not finite");
                    next++;
                } else {
                    answer(rows, image, values.get(next));
                    next++;
                }
            }
            pending.clear();
            whole = 0;
            write += System.nanoTime() - start;
        }

        private List<float[]> compute() {
            int count = 0;
            for (Prefetch.Prepared image : pending) {
                if (image.problem().isEmpty()) {
                    System.arraycopy(image.values(), 0, batch, count * length, length);
                    count++;
                }
            }
            Arrays.fill(batch, count * length, batch.length, 0);
            try {
                return split(run(batch), count);
            } catch (NonFiniteOutputException e) {
                return oneByOne(count);
            }
        }

        private float[] run(float[] prepared) {
            long before = turn;
            long start = System.nanoTime();
            float[] values = model.compute(prepared, computation, waited -> turn += waited);
            compute += System.nanoTime() - start - (turn - before);
            return values;
        }

        private List<float[]> split(float[] values, int count) {
            int each = values.length / model.batch();
            List<float[]> split = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                split.add(Arrays.copyOfRange(values, i * each, (i + 1) * each));
            }
            return split;
        }

        /** Finds the images whose values are not finite: they come out empty. The bits of the others are the same. */
        private List<float[]> oneByOne(int count) {
            float[] alone = new float[batch.length];
            List<float[]> values = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                System.arraycopy(batch, i * length, alone, 0, length);
                try {
                    values.add(split(run(alone), 1).get(0));
                } catch (NonFiniteOutputException e) {
                    values.add(new float[0]);
                }
            }
            return values;
        }

        private void answer(RowWriter rows, Prefetch.Prepared image, float[] values) throws IOException {
            if (job.task() == InferenceTask.EMBED) {
                write(rows, new RowWriter.Row(image.path(), "", List.of(), values, Double.NaN, ""));
                images++;
                return;
            }
            List<String> classes = model.predictor().card().classes();
            double loss = Double.NaN;
            String label = "";
            if (job.task() == InferenceTask.EVAL) {
                OptionalInt actual = job.labels().of(image.label());
                if (actual.isEmpty()) {
                    String problem = image.label().isEmpty()
                            ? "has no class"
                            : "is of class \"" + image.label() + "\", which the model does not have";
                    error(rows, image.path(), problem);
                    return;
                }
                Evaluation.Answer answer = tally.add(answers.size(), actual.getAsInt(), values, 0);
                answers.add(new PartResult.Answer(
                        answer.actual(), answer.predicted(), values[answer.predicted()], answer.loss()));
                loss = answer.loss();
                label = classes.get(actual.getAsInt());
            }
            List<Integer> best = Predictor.ranking(values, job.top());
            float[] probabilities = new float[best.size()];
            for (int i = 0; i < probabilities.length; i++) {
                probabilities[i] = values[best.get(i)];
            }
            write(
                    rows,
                    new RowWriter.Row(
                            image.path(), label, best.stream().map(classes::get).toList(), probabilities, loss, ""));
            images++;
        }

        private void error(RowWriter rows, String path, String problem) throws IOException {
            write(rows, new RowWriter.Row(path, "", List.of(), new float[0], Double.NaN, problem));
            errors++;
            if (problems.size() < PartResult.MOST_PROBLEMS) {
                problems.add(path + ": " + problem);
            }
        }

        /** What cannot be written is no error of an image. */
        private static void write(RowWriter rows, RowWriter.Row row) throws IOException {
            try {
                rows.write(row);
            } catch (IOException e) {
                throw new NotWrittenException(e);
            }
        }
    }

    private static final class NotWrittenException extends IOException {
        private static final long serialVersionUID = 1L;

        NotWrittenException(IOException cause) {
            super("cannot write rows: " + cause.getMessage(), cause);
        }
    }
}
