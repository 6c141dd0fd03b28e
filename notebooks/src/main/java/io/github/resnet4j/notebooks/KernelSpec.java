package io.github.resnet4j.notebooks;

import io.github.resnet4j.files.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** What tells Jupyter how to start {@link Kernel}: this Java, this class path, and as much memory as this JVM has. */
public final class KernelSpec {
    /** Jupyter's name of the kernel, which notebooks refer to. */
    public static final String NAME = "resnet4j";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private KernelSpec() {}

    /**
     * The user's folder of Jupyter's data: {@code JUPYTER_DATA_DIR}, or where Jupyter looks for it on this system.
     *
     * @param environment the process's variables
     */
    public static Path userFolder(Map<String, String> environment) {
        String given = environment.getOrDefault("JUPYTER_DATA_DIR", "");
        if (!given.isBlank()) {
            return Path.of(given);
        }
        Path home = Path.of(System.getProperty("user.home"));
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return home.resolve("Library/Jupyter");
        }
        if (system.startsWith("windows")) {
            return Path.of(environment.getOrDefault("APPDATA", home.toString())).resolve("jupyter");
        }
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        return (data.isBlank() ? home.resolve(".local/share") : Path.of(data)).resolve("jupyter");
    }

    /**
     * Installs the kernel, or replaces what was installed.
     *
     * @param jupyter a folder of Jupyter's data
     * @param environment of the kernel: what of it concerns OpenMP is written down
     * @return the file written
     * @throws IOException if it cannot be written
     */
    public static Path install(Path jupyter, Map<String, String> environment) throws IOException {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("argv", command());
        spec.put("display_name", "Java (resnet4j)");
        spec.put("language", "java");
        spec.put("interrupt_mode", "message");
        spec.put(
                "env",
                environment.entrySet().stream()
                        .filter(entry -> entry.getKey().matches("(G?OMP|RESNET4J)_\\w+"))
                        .sorted(Map.Entry.comparingByKey())
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, LinkedHashMap::new)));
        Path file = jupyter.resolve("kernels").resolve(NAME).resolve("kernel.json");
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(spec) + "\n");
        return file;
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-Xmx") || option.startsWith("-Dorg.bytedeco."))
                .forEach(command::add);
        command.add("-Djava.awt.headless=true");
        command.add("-cp");
        // Jupyter starts kernels in the notebook's folder.
        command.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator)));
        command.add(Kernel.class.getName());
        command.add("{connection_file}");
        return command;
    }
}
