package io.github.resnet4j.zoo.network;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that a network keeps, in PyTorch's terms: what a file of weights must fill.
 *
 * @param node the layer it belongs to
 * @param role what it is to the layer
 * @param name its key in a PyTorch state dict, {@code layer1.0.bn2.running_mean}
 * @param shape as PyTorch has it: convolutions {@code [out, in/groups, k, k]}, dense layers {@code [out, in]}, all
 *     else {@code [channels]}
 */
public record Slot(Node node, Role role, String name, List<Long> shape) {

    /** What a tensor is to its layer. */
    public enum Role {
        /** Kernel of a convolution or matrix of a dense layer. */
        WEIGHT("weight", true),
        /** Bias of a convolution or dense layer. */
        BIAS("bias", true),
        /** BN's scale. */
        GAMMA("weight", true),
        /** BN's shift. */
        BETA("bias", true),
        /** What a PReLU multiplies negative values by. */
        SLOPE("weight", true),
        /** BN's running mean. */
        RUNNING_MEAN("running_mean", false),
        /** BN's running variance. */
        RUNNING_VAR("running_var", false);

        private final String torchName;
        private final boolean trained;

        Role(String torchName, boolean trained) {
            this.torchName = torchName;
            this.trained = trained;
        }

        /** The last part of a PyTorch key; BN's scale and shift are {@code weight} and {@code bias} there. */
        public String torchName() {
            return torchName;
        }

        /** Whether it is trained; running statistics are not. */
        public boolean trained() {
            return trained;
        }

        /** A tensor that plays this role and has this shape. */
        Kind of(long... shape) {
            Long[] boxed = new Long[shape.length];
            Arrays.setAll(boxed, i -> shape[i]);
            return new Kind(this, List.of(boxed));
        }
    }

    /**
     * A tensor that an operation keeps, whatever its node is called.
     *
     * @param role what it is to the operation
     * @param shape as PyTorch has it
     */
    public record Kind(Role role, List<Long> shape) {
        public Kind {
            shape = List.copyOf(shape);
        }
    }

    public Slot {
        shape = List.copyOf(shape);
    }

    Slot(Node node, Kind kind) {
        this(node, kind.role(), node.name() + "." + kind.role().torchName(), kind.shape());
    }

    /** Number of values. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
