package io.github.resnet4j.spark.internal;

import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.engine.OneDnn;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.Loader;

/**
 * The questions to an executor. The answers are text in a class of the JDK's: they arrive also from an executor with another
 * version of this library.
 */
public final class Probe implements BarrierJob.Task<TreeMap<String, String>> {
    private static final long serialVersionUID = 1;

    /** Once for each JVM: that a network computes what it should does not change. */
    private static TreeMap<String, String> known;

    @Override
    public TreeMap<String, String> apply(int task) {
        return here();
    }

    /** The answers of this JVM. */
    public static synchronized TreeMap<String, String> here() {
        if (known == null || known.containsKey("problem")) {
            known = ask();
        }
        return known;
    }

    /** The classes of this library in this JVM; loads no native library. */
    public static String release() {
        return Release.here();
    }

    private static TreeMap<String, String> ask() {
        TreeMap<String, String> answers = new TreeMap<>();
        SparkEnv environment = SparkEnv.get();
        answers.put("id", environment == null ? "driver" : environment.executorId());
        answers.put(
                "host",
                environment == null
                        ? ""
                        : environment.blockManager().blockManagerId().host());
        answers.put("java", System.getProperty("java.version"));
        answers.put(
                "spark",
                org.apache.spark.package$.MODULE$.SPARK_VERSION() + " (Scala "
                        + scala.util.Properties.versionNumberString() + ")");
        answers.put("heapLimit", Long.toString(Runtime.getRuntime().maxMemory()));
        answers.put("resnet4j", Release.here());
        OneDnn.enable();
        try {
            answers.put("platform", Loader.getPlatform());
            Backend backend = Backend.inspect();
            answers.put("threads", Integer.toString(backend.threads()));
            answers.put("nativeArraysLimit", Long.toString(backend.offHeapLimit()));
            answers.put("processLimit", Long.toString(backend.processLimit()));
            answers.put("engine", SelfTest.run().key());
        } catch (Throwable e) { // a library that does not load is an Error
            answers.put("problem", problem(e, answers.getOrDefault("platform", "its platform")));
        }
        return answers;
    }

    private static String problem(Throwable failure, String platform) {
        if (failure instanceof IllegalStateException) {
            return failure.getMessage();
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "the native libraries do not load there: it needs those of resnet4j-natives-" + platform + " (" + cause
                + ")";
    }
}
