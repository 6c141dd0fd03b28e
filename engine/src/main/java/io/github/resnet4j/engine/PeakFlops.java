package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.onednn.Call;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.onednn.Memory;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/** The peak performance of this machine: a product of large matrices by oneDNN, with which networks are compared. */
public final class PeakFlops {
    private static final long SIZE = 2048;

    private PeakFlops() {}

    /**
     * The best of several products of 2048×2048 matrices in single precision on all threads, in GFLOP/s.
     *
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static double gigaflops(int products) {
        try (Scope scope = new Scope()) {
            Layout plain = Layout.of(scope, Order.PLAIN, SIZE, SIZE);
            Layout any = Layout.of(scope, Order.ANY, SIZE, SIZE);
            Descriptor descriptor = Descriptor.innerProduct(scope, false, plain, any, null, plain, PostOps.NONE);
            Map<Argument, Memory> tensors = new EnumMap<>(Argument.class);
            tensors.put(Argument.SOURCE, random(scope, plain));
            tensors.put(Argument.WEIGHTS, random(scope, descriptor.layout(Role.WEIGHTS)));
            tensors.put(Argument.DESTINATION, random(scope, plain));
            Layout scratchpad = descriptor.layout(Role.SCRATCHPAD);
            if (scratchpad.bytes() > 0) {
                tensors.put(Argument.SCRATCHPAD, random(scope, scratchpad));
            }
            Call call = new Call(scope, descriptor, tensors);
            Call.Stream stream = new Call.Stream(scope);
            call.execute(stream);
            long best = Long.MAX_VALUE;
            for (int i = 0; i < products; i++) {
                long start = System.nanoTime();
                call.execute(stream);
                best = Math.min(best, System.nanoTime() - start);
            }
            return 2.0 * SIZE * SIZE * SIZE / best;
        }
    }

    private static Memory random(Scope scope, Layout layout) {
        long count = (layout.bytes() + Float.BYTES - 1) / Float.BYTES;
        FloatPointer block = new FloatPointer(count);
        scope.onClose(block::deallocate);
        for (long i = 0; i < count; i++) {
            block.put(i, i * 7919 % 1000 / 1000f - 0.5f);
        }
        return new Memory(scope, layout, block.address());
    }
}
