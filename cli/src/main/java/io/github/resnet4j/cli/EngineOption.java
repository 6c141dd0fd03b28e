package io.github.resnet4j.cli;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.Suggest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which engine executes the network. */
final class EngineOption {
    private static final List<String> KEYS =
            Arrays.stream(Engine.values()).map(Engine::key).toList();

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            completionCandidates = Keys.class,
            converter = Parser.class,
            description =
                    "Engine that runs the network: onednn (plans compiled for oneDNN), dl4j (DL4J's layers), or auto:"
                            + " onednn if it can run the network, otherwise dl4j (default: auto).")
    private Optional<Engine> engine;

    /** What was asked for, if anything. */
    Optional<Engine> engine() {
        return engine;
    }

    private static final class Keys implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return KEYS.iterator();
        }
    }

    private static final class Parser implements ITypeConverter<Engine> {
        @Override
        public Engine convert(String name) {
            return Arrays.stream(Engine.values())
                    .filter(engine -> engine.key().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("unknown engine '" + name + "'; "
                            + Suggest.nearest(name, KEYS)
                                    .map(near -> "did you mean " + near + "?")
                                    .orElse("known: " + String.join(", ", KEYS))));
        }
    }
}
