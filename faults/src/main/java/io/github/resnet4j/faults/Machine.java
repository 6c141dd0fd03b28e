package io.github.resnet4j.faults;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What this is measured on. */
final class Machine {
    private Machine() {}

    /** Processor and its widest vector instructions, cores, system, Java, and how busy it is: rows about time depend on it. */
    static String words() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name") + " "
                + System.getProperty("os.version").replaceFirst("^(\\d+\\.\\d+).*", "$1") + ", Java "
                + System.getProperty("java.version")
                + (load < 0 ? "" : String.format(Locale.ROOT, ", load %.0f", load));
    }

    private static String processor() {
        try {
            return processor(Files.readAllLines(Path.of("/proc/cpuinfo")));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }

    /** From the lines of Linux's {@code /proc/cpuinfo}. */
    static String processor(List<String> cpuInfo) {
        String name = value(cpuInfo, "model name").orElse(System.getProperty("os.arch"));
        List<String> flags = List.of(value(cpuInfo, "flags").orElse("").split(" "));
        String vectors = flags.contains("avx512f") ? " (AVX-512)" : flags.contains("avx2") ? " (AVX2)" : "";
        return name + vectors;
    }

    private static Optional<String> value(List<String> cpuInfo, String key) {
        return cpuInfo.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
