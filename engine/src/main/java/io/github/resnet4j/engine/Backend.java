package io.github.resnet4j.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ND4J backend and its limits.
 *
 * @param name ND4J's backend and BLAS
 * @param nativeJar file name of the jar, or the folder, that the native library was loaded from
 * @param cpuFlags the vector instruction sets among the CPU's flags, empty if the system does not report them
 * @param threads OpenMP threads of the native library
 * @param offHeapLimit most bytes of native arrays
 * @param processLimit most bytes of the whole process before native arrays are refused; 0 for no limit
 */
public record Backend(
        String name, String nativeJar, List<String> cpuFlags, int threads, long offHeapLimit, long processLimit) {
    private static final Set<String> VECTOR_FLAGS = Set.of(
            "sse4_1",
            "sse4_2",
            "avx",
            "fma",
            "f16c",
            "avx2",
            "avx512f",
            "avx512bw",
            "avx512_vnni",
            "amx_tile",
            "asimd");

    /** Inspects this process; loads the native library. */
    public static Backend inspect() {
        String blas = Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor");
        return new Backend(
                Nd4j.getBackend().getClass().getSimpleName() + " (" + blas + ")",
                findNativeJar(),
                readCpuFlags(),
                Nd4j.getEnvironment().maxMasterThreads(),
                Pointer.maxBytes(),
                Pointer.maxPhysicalBytes());
    }

    private static List<String> readCpuFlags() {
        try {
            Set<String> found = new TreeSet<>(Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> List.of(line.toLowerCase(Locale.ROOT).split("\\s+")))
                    .orElse(List.of()));
            found.retainAll(VECTOR_FLAGS);
            return List.copyOf(found);
        } catch (IOException notLinux) {
            return List.of();
        }
    }

    /** JavaCPP unpacks libraries into folders named after the jars they come from. */
    private static String findNativeJar() {
        for (String library : Loader.getLoadedLibraries().values()) {
            Path path = Path.of(library);
            if (path.getFileName().toString().contains("nd4jcpu")) {
                for (Path part : path) {
                    if (part.toString().endsWith(".jar")) {
                        return part.toString();
                    }
                }
                return path.getParent().toString();
            }
        }
        return "unknown";
    }
}
