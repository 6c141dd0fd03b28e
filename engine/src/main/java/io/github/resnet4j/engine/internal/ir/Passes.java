package io.github.resnet4j.engine.internal.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites a program into one of fewer nodes and the same outputs: paddings go into the windows behind them, fixed batch
 * normalisations and constant factors into the convolutions before them, activations and sums into what computes their input, and what no
 * output depends on goes. {@link Program#backward()} says what must keep its backward pass; so a program for inference and the
 * frozen prefix of one for training are treated alike.
 */
public final class Passes {
    /** A pass makes room for those behind it: only a sum that has taken its activation is one for a convolution. */
    private static final List<Pass> PASSES = List.of(
            new IdleDropout(),
            new PaddingFusion(),
            new NormFolding(),
            new ScaleFolding(),
            new ActivationFusion(),
            new SumFusion());

    private Passes() {}

    /**
     * All passes, one after the other. An output stays an output of the same name and value, at another position;
     * {@link Program#outputs()} keeps its order. Every parameter that is trained and reaches an output stays trained.
     */
    public static Program optimise(Program program) {
        Program result = live(program);
        for (Pass pass : PASSES) {
            result = live(apply(pass, result));
        }
        return result;
    }

    /**
     * Without those passes that fuse activations and sums: every value that {@link #optimise} leaves out behind an
     * activation is there.
     */
    public static Program unfused(Program program) {
        Program result = live(program);
        for (Pass pass : List.of(new IdleDropout(), new PaddingFusion(), new NormFolding(), new ScaleFolding())) {
            result = live(apply(pass, result));
        }
        return result;
    }

    private static Program apply(Pass pass, Program program) {
        Analysis analysis = new Analysis(program);
        List<ProgramNode> nodes = new ArrayList<>();
        for (int i = 0; i < program.nodes().size(); i++) {
            nodes.add(pass.rewrite(analysis, i));
        }
        return new Program(nodes, program.outputs());
    }

    /** Without the nodes that no output depends on. The input stays: a program begins with it. */
    static Program live(Program program) {
        boolean[] live = new boolean[program.nodes().size()];
        live[0] = true;
        program.outputs().forEach(output -> live[output] = true);
        for (int i = live.length - 1; i >= 0; i--) {
            if (live[i]) {
                program.nodes().get(i).inputs().forEach(input -> live[input] = true);
            }
        }
        int[] moved = new int[live.length];
        List<ProgramNode> nodes = new ArrayList<>();
        for (int i = 0; i < live.length; i++) {
            if (live[i]) {
                ProgramNode node = program.nodes().get(i);
                moved[i] = nodes.size();
                nodes.add(new ProgramNode(
                        node.name(),
                        node.op(),
                        node.inputs().stream().map(input -> moved[input]).toList(),
                        node.extent(),
                        node.frozen(),
                        node.epilogue()));
            }
        }
        return new Program(
                nodes, program.outputs().stream().map(output -> moved[output]).toList());
    }
}
