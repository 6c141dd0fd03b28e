package io.github.resnet4j.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who can take part: one row each, in the order of the table of results. */
enum Who {
    /** DL4J out of the box: its layers do not reach oneDNN. */
    DL4J("dl4j", Launcher.jvm(StockDl4j.class), Trait.TRAINS, Trait.INFERS, Trait.SLOW),
    /** DL4J's layers with oneDNN reached, and this project's training step. */
    DL4J_ONEDNN("dl4j-onednn", Launcher.jvm(OneDnnDl4j.class), Trait.TRAINS, Trait.INFERS),
    /** This project's engine. */
    ENGINE("engine", Launcher.jvm(CompiledPlans.class), Trait.TRAINS, Trait.INFERS),
    /** PyTorch, N×C×H×W in memory, out of the box. */
    PYTORCH("pytorch", Launcher.python("nchw"), Trait.TRAINS, Trait.INFERS, Trait.YARDSTICK),
    /** PyTorch, N×H×W×C in memory, out of the box. */
    PYTORCH_CHANNELS_LAST(
            "pytorch-channels-last", Launcher.python("channels_last"), Trait.TRAINS, Trait.INFERS, Trait.YARDSTICK),
    /** PyTorch's own compiler for inference, in the better of both layouts. */
    PYTORCH_JIT("pytorch-jit", Launcher.python("jit"), Trait.INFERS),
    /** The Deep Java Library with its PyTorch engine. */
    DJL("djl", Launcher.peerJvm(Djl.class, Launcher.KEEP_PAGES), Trait.TRAINS, Trait.INFERS),
    /** ONNX Runtime, fed by PyTorch's exporter. */
    ONNXRUNTIME("onnxruntime", Launcher.peerJvm(OnnxRuntime.class, Map.of()), Trait.INFERS);

    private enum Trait {
        TRAINS,
        INFERS,
        SLOW,
        YARDSTICK
    }

    private final String word;
    private final Launcher program;
    private final Set<Trait> traits;

    Who(String word, Launcher program, Trait... traits) {
        this.word = word;
        this.program = program;
        this.traits = EnumSet.copyOf(List.of(traits));
    }

    /** Its name on the command line and in all output. */
    String word() {
        return word;
    }

    /** How it is started. */
    Launcher program() {
        return program;
    }

    /** Whether it supports this mode. */
    boolean does(Mode mode) {
        return traits.contains(
                switch (mode) {
                    case TRAIN -> Trait.TRAINS;
                    case INFER -> Trait.INFERS;
                });
    }

    /** Whether a batch of a {@link Workload#large} workload takes it minutes; it takes part there only if named. */
    boolean slow() {
        return traits.contains(Trait.SLOW);
    }

    /** Whether it is one of those the faster of which defines a ratio of 1. */
    boolean yardstick() {
        return traits.contains(Trait.YARDSTICK);
    }
}
