package io.github.resnet4j.engine.internal.onednn;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/** A primitive with the tensors it works on. */
public final class Call {
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_exec_arg_t arguments;
    private final int count;

    /** Arguments of primitives. */
    public enum Argument {
        SOURCE(1),
        SOURCE_1(2),
        DESTINATION(17),
        WEIGHTS(33),
        BIAS(41),
        MEAN(49),
        VARIANCE(50),
        SCALE(51),
        SHIFT(52),
        WORKSPACE(64),
        SCRATCHPAD(80),
        SOURCE_GRADIENT(129),
        DESTINATION_GRADIENT(145),
        WEIGHTS_GRADIENT(161),
        BIAS_GRADIENT(169),
        SCALE_GRADIENT(255),
        SHIFT_GRADIENT(256);

        private final int index;

        Argument(int index) {
            this.index = index;
        }
    }

    /** Where a thread executes its calls, one after the other. */
    public static final class Stream {
        private final dnnl_stream handle;

        public Stream(Scope scope) {
            handle = Dnnl.stream(scope);
        }
    }

    /** Compiles the primitive; oneDNN caches compiled ones, so an equal one is quick. */
    public Call(Scope scope, Descriptor descriptor, Map<Argument, Memory> tensors) {
        Dnnl.check("compile", dnnl.dnnl_primitive_create(primitive, descriptor.handle()));
        scope.onClose(() -> dnnl.dnnl_primitive_destroy(primitive));
        count = tensors.size();
        arguments = new dnnl_exec_arg_t(count);
        scope.onClose(arguments::deallocate);
        int i = 0;
        for (Map.Entry<Argument, Memory> tensor : tensors.entrySet()) {
            arguments
                    .position(i++)
                    .arg(tensor.getKey().index)
                    .memory(tensor.getValue().handle());
        }
        arguments.position(0);
    }

    /** Runs to the end, on all OpenMP threads that the calling thread has. */
    public void execute(Stream stream) {
        int status = dnnl.dnnl_primitive_execute(primitive, stream.handle, count, arguments);
        if (status != dnnl.dnnl_success) {
            Dnnl.check("execute", status);
        }
    }
}
