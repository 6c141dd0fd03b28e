package io.github.resnet4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the numbers were measured, and when.
 *
 * @param date of the start
 * @param cpu model name of the processor and its widest vector instructions, on which the figures depend; or its
 *     architecture if the system does not report them
 * @param cores that this process may use
 * @param load processes that wanted to run in the minute before, on average; negative if the system does not report it
 * @param os name and version
 * @param java version
 */
record Machine(String date, String cpu, int cores, double load, String os, String java) {
    static Machine here() {
        return new Machine(
                LocalDate.now().toString(),
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.version"));
    }

    /** Whether something else was running, so that the figures are lower than the machine's. */
    boolean busy() {
        return load > cores * 0.25;
    }

    /** Date and processor, fit for the name of a file. */
    String fileName() {
        String words =
                cpu.toLowerCase(Locale.ROOT).replaceAll("\\((r|tm)\\)", "").replaceAll("[^a-z0-9]+", "-");
        return date + "-" + words.replaceAll("^-|-$", "");
    }

    private static String cpuName() {
        try {
            return cpuName(Files.readAllLines(Path.of("/proc/cpuinfo")));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }

    /** From the lines of Linux's {@code /proc/cpuinfo}. */
    static String cpuName(List<String> cpuInfo) {
        String name = value(cpuInfo, "model name").orElse(System.getProperty("os.arch"));
        List<String> flags = List.of(value(cpuInfo, "flags").orElse("").split(" "));
        return Stream.of("avx512f", "avx2", "avx")
                .filter(flags::contains)
                .findFirst()
                .map(widest ->
                        name + " (" + widest.replace("avx512f", "AVX-512").toUpperCase(Locale.ROOT) + ")")
                .orElse(name);
    }

    private static Optional<String> value(List<String> cpuInfo, String key) {
        return cpuInfo.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
