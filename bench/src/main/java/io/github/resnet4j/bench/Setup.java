package io.github.resnet4j.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The environment contestants run in. JVM contestants receive it as system properties.
 *
 * @param home the folder {@code bench} of the checkout
 * @param scratch a folder that is deleted after the run
 * @param python a Python that can import torch
 * @param threads that compute
 */
record Setup(Path home, Path scratch, Optional<String> python, int threads) {
    private static final String HOME = "resnet4j.bench";
    private static final String PYTHON = "resnet4j.python";
    private static final String THREADS = "resnet4j.threads";

    /** The folder {@code bench}, which the script {@code run.sh} names. */
    static Path homeOfThisProcess() {
        return Path.of(System.getProperty(HOME, "."));
    }

    /** The set-up that the conductor passed to this process. */
    static Setup ofThisProcess() {
        return new Setup(
                homeOfThisProcess(),
                Path.of(System.getProperty("java.io.tmpdir")),
                Optional.ofNullable(System.getProperty(PYTHON)),
                Integer.getInteger(THREADS, Runtime.getRuntime().availableProcessors()));
    }

    /** The options of a JVM in which {@link #ofThisProcess} gives this. */
    List<String> properties() {
        List<String> properties = new ArrayList<>(List.of("-D" + HOME + "=" + home, "-D" + THREADS + "=" + threads));
        python.ifPresent(file -> properties.add("-D" + PYTHON + "=" + file));
        return properties;
    }

    /** A Python script of the benchmark. */
    Path script(String name) {
        return home.resolve("src/main/python").resolve(name);
    }

    /** Class path of the Java peers alone. */
    String peerJars() {
        return home.resolve("target/peers").resolve("*").toString();
    }

    /** Where a peer that must unpack its native library keeps it from run to run. */
    Path cache() {
        return home.resolve("target/cache");
    }

    /**
     * The Python.
     *
     * @throws AbsentException if there is none with torch
     */
    String pythonWithTorch() throws AbsentException {
        return python.orElseThrow(() -> new AbsentException("no Python with torch found; Debian: apt-get install"
                + " python3-torch python3-torchvision libopenblas0-pthread; another Python: --python FILE"));
    }
}
