package io.github.resnet4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/**
 * Where the numbers were measured, and when.
 *
 * @param date of the start
 * @param cpu model name of the processor, or its architecture if the system does not report it
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
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }
}
