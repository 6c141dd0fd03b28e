package io.github.resnet4j.engine.internal.onednn;

import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.OneDnnException;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;

/** The oneDNN library of this process. */
public final class Dnnl {
    /** Tells JavaCPP where its warnings go; otherwise every user would see one about its version. */
    private static final String JAVACPP_LOGGER = "org.bytedeco.javacpp.logger";

    private static final Loaded LOADED = load();

    private Dnnl() {}

    private record Loaded(dnnl_engine engine, String version, RuntimeException failure) {}

    /**
     * oneDNN's version.
     *
     * @throws EngineUnavailableException if there is no oneDNN for this platform
     */
    public static String version() {
        return loaded().version;
    }

    /**
     * Whether oneDNN is there.
     *
     * @throws EngineUnavailableException if it is not, with the reason
     */
    public static void require() {
        loaded();
    }

    /** The instructions that oneDNN uses on this processor, as it calls them. */
    public static String instructions() {
        loaded();
        int isa = dnnl.dnnl_get_effective_cpu_isa();
        if ((isa & dnnl.dnnl_cpu_isa_avx512_core) == dnnl.dnnl_cpu_isa_avx512_core) {
            return "avx512";
        }
        return (isa & dnnl.dnnl_cpu_isa_avx2) == dnnl.dnnl_cpu_isa_avx2 ? "avx2" : "isa " + isa;
    }

    static dnnl_engine engine() {
        return loaded().engine;
    }

    /** One stream for each thread that executes primitives. */
    static dnnl_stream stream(Scope scope) {
        dnnl_stream stream = new dnnl_stream();
        check("create a stream", dnnl.dnnl_stream_create(stream, engine(), dnnl.dnnl_stream_default_flags));
        scope.onClose(() -> dnnl.dnnl_stream_destroy(stream));
        return stream;
    }

    static void check(String what, int status) {
        if (status != dnnl.dnnl_success) {
            throw new OneDnnException(what, status);
        }
    }

    private static Loaded loaded() {
        if (LOADED.failure != null) {
            throw LOADED.failure;
        }
        return LOADED;
    }

    private static Loaded load() {
        try {
            if (System.getProperty(JAVACPP_LOGGER) == null) {
                System.setProperty(JAVACPP_LOGGER, "slf4j");
            }
            dnnl_engine engine = new dnnl_engine();
            check("create the engine", dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0));
            // Networks of a thousand layers have more primitives than the 1024 that oneDNN keeps.
            check("size the cache", dnnl.dnnl_set_primitive_cache_capacity(8192));
            dnnl_version_t version = dnnl.dnnl_version();
            return new Loaded(engine, version.major() + "." + version.minor() + "." + version.patch(), null);
        } catch (LinkageError | RuntimeException e) {
            String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
            return new Loaded(
                    null,
                    null,
                    new EngineUnavailableException(
                            "oneDNN cannot be loaded on " + platform + " (" + e + "); is org.bytedeco:dnnl with the"
                                    + " classifier of this platform on the class path?",
                            e));
        }
    }
}
