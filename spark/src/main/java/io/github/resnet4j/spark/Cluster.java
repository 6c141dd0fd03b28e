package io.github.resnet4j.spark;

import io.github.resnet4j.spark.internal.LocalCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A Spark application on a cluster, with settings that fit this library: each executor runs one task at a time, with as many
 * threads as it has cores and with bounded native memory, and the number of executors stays the same.
 *
 * <p>Whoever has a Spark application of his own wraps its context with {@link #of}, and closes it himself.
 */
public final class Cluster implements AutoCloseable {
    private static final int CONNECT_MILLISECONDS = 5_000;

    private final JavaSparkContext context;
    private final Optional<LocalCluster> local;
    private final int executors;
    private final boolean owned;

    private Cluster(JavaSparkContext context, Optional<LocalCluster> local, int executors, boolean owned) {
        this.context = context;
        this.local = local;
        this.executors = executors;
        this.owned = owned;
    }

    /**
     * Connects to a cluster, or starts one on this machine if the spec names none, and waits until its executors are there.
     *
     * @throws io.github.resnet4j.finetune.UsageException if a value of the spec or of a setting is wrong
     * @throws ClusterException if the cluster cannot be reached or has fewer executors than asked
     */
    public static Cluster open(ClusterSpec spec) {
        ClusterSettings settings = ClusterSettings.of(spec, given());
        Optional<LocalCluster> local = Optional.empty();
        try {
            SparkConf conf = new SparkConf();
            settings.values().forEach(conf::set);
            if (settings.master().isEmpty()) {
                local = Optional.of(LocalCluster.start(
                        settings.executors(),
                        settings.coresPerExecutor(),
                        settings.values().get("spark.executor.memory")));
                local.get().settings().forEach((key, value) -> conf.set(key, value));
                conf.set(
                        "spark.executor.extraJavaOptions",
                        String.join(" ", LocalCluster.LOG_OPTIONS) + " "
                                + settings.values().get("spark.executor.extraJavaOptions"));
            } else {
                String master = settings.master().get();
                conf.setMaster(master);
                reach(master);
                if (!settings.isLocal() && !submitted(settings)) {
                    conf.set("spark.jars", String.join(",", ClassPathJars.all()));
                }
            }
            return connect(conf, local, settings);
        } catch (RuntimeException e) {
            local.ifPresent(LocalCluster::close);
            throw e;
        }
    }

    /**
     * The cluster of an application that is running, with as many executors as it has now. Closing it does nothing.
     */
    public static Cluster of(JavaSparkContext context) {
        return new Cluster(context, Optional.empty(), Math.max(1, registered(context)), false);
    }

    private static Cluster connect(SparkConf conf, Optional<LocalCluster> local, ClusterSettings settings) {
        String master = conf.get("spark.master");
        JavaSparkContext context;
        try {
            context = new JavaSparkContext(conf);
        } catch (Exception e) { // Scala throws checked exceptions without saying so
            String reason = reason(e);
            throw new ClusterException(
                    reason.startsWith("Could not parse Master URL")
                            ? master
                                    + ": this Spark lacks the part for such clusters; set SPARK_HOME to one that has it"
                            : master + ": " + reason,
                    e);
        }
        try {
            if (!settings.isLocal()) {
                await(context, local, settings, master);
            }
            return new Cluster(context, local, settings.executors(), true);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    private static void await(
            JavaSparkContext context, Optional<LocalCluster> local, ClusterSettings settings, String master) {
        long seconds = context.getConf().getTimeAsSeconds("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (registered(context) < settings.executors()) {
            if (context.sc().isStopped()) {
                throw new ClusterException(master
                        + " refused or ended the application (does it want spark.authenticate?); its log says why");
            }
            if (System.nanoTime() > end) {
                String few = "%s: %d of %d executors (%d core%s, %s of heap each) started within %d s"
                        .formatted(
                                master,
                                registered(context),
                                settings.executors(),
                                settings.coresPerExecutor(),
                                settings.coresPerExecutor() == 1 ? "" : "s",
                                settings.values().get("spark.executor.memory"),
                                seconds);
                throw new ClusterException(few
                        + local.flatMap(LocalCluster::lastWords)
                                .map(words -> "; one said: " + words)
                                .orElse(
                                        ": if no more are free, ask for fewer or smaller ones; if one does not start, the"
                                                + " log of its worker says why; if the cluster is slow, raise"
                                                + " spark.scheduler.maxRegisteredResourcesWaitingTime"));
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException("interrupted while waiting for executors", e);
            }
        }
    }

    /** Executors that have registered, without the driver. */
    private static int registered(JavaSparkContext context) {
        return context.sc().statusTracker().getExecutorInfos().length - 1;
    }

    /** The settings that this program was started with: {@code spark-submit} hands its own over as system properties. */
    private static Map<String, String> given() {
        Map<String, String> given = new HashMap<>();
        System.getProperties().forEach((key, value) -> {
            if (key.toString().startsWith("spark.")) {
                given.put(key.toString(), value.toString());
            }
        });
        return given;
    }

    /** Whether the executors get their classes some other way than from this class path. */
    private static boolean submitted(ClusterSettings settings) {
        return settings.values().containsKey("spark.jars")
                || settings.values().containsKey("spark.executor.extraClassPath");
    }

    /** Spark itself tries for a minute. Of several masters one is enough. */
    private static void reach(String master) {
        if (!master.startsWith("spark://")) {
            return;
        }
        String problem = "";
        for (String address : master.substring("spark://".length()).split(",")) {
            int colon = address.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(address.substring(colon + 1));
                socket.connect(
                        new InetSocketAddress(address.substring(0, Math.max(0, colon)), port), CONNECT_MILLISECONDS);
                return;
            } catch (IllegalArgumentException e) {
                problem = "is not of the form spark://HOST:PORT";
            } catch (java.net.UnknownHostException e) {
                problem = "names an unknown host";
            } catch (IOException e) {
                problem = "does not answer (" + e.getMessage() + "); is a master running there?";
            }
        }
        throw new ClusterException(master + " " + problem);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** The application's context, for jobs. */
    public JavaSparkContext context() {
        return context;
    }

    /** The application's session, for data frames. */
    public SparkSession session() {
        return SparkSession.builder().config(context.getConf()).getOrCreate();
    }

    /** How many executors there are: so many tasks run at once, one in each. With {@code local[N]} it is the driver. */
    public int executors() {
        return executors;
    }

    /** How many tasks run at once now: one in each executor, if the settings are those of {@link #open}. */
    public int slots() {
        // Not the default parallelism, which is 2 even where there is room for one.
        return context.sc()
                .maxNumConcurrentTasks(context.sc().resourceProfileManager().defaultResourceProfile());
    }

    /** Ends the application, and the cluster if it was started for it. */
    @Override
    public void close() {
        if (owned) {
            try {
                context.close();
            } finally {
                local.ifPresent(LocalCluster::close);
            }
        }
    }
}
