package io.github.resnet4j.engine;

import java.util.function.Supplier;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The OpenMP runtime of this process. ND4J and oneDNN each bring a libgomp.so.1; the system loads the first one for both,
 * so that ND4J's functions set the threads of oneDNN too. The number of threads belongs to the calling thread.
 */
final class OpenMp {
    private OpenMp() {}

    /** Threads that work for the calling thread. */
    static int threads() {
        return ops().ompGetMaxThreads();
    }

    /** What {@code work} gives when the calling thread works alone. */
    static <T> T alone(Supplier<T> work) {
        int before = threads();
        ops().setOmpNumThreads(1);
        try {
            return work.get();
        } finally {
            ops().setOmpNumThreads(before);
        }
    }

    private static NativeOps ops() {
        return NativeOpsHolder.getInstance().getDeviceNativeOps();
    }
}
