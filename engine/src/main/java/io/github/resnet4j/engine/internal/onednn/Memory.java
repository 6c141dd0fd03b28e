package io.github.resnet4j.engine.internal.onednn;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** A tensor: a layout at an address. */
public final class Memory {
    private final dnnl_memory handle = new dnnl_memory();

    /** A tensor at {@code address}, whose memory the caller keeps alive as long as {@code scope}. */
    public Memory(Scope scope, Layout layout, long address) {
        Dnnl.check(
                "make a tensor", dnnl.dnnl_memory_create(handle, layout.handle(), Dnnl.engine(), new Address(address)));
        scope.onClose(() -> dnnl.dnnl_memory_destroy(handle));
    }

    /** Moves the tensor to {@code address}. */
    public void moveTo(long address) {
        Dnnl.check("move a tensor", dnnl.dnnl_memory_set_data_handle(handle, new Address(address)));
    }

    dnnl_memory handle() {
        return handle;
    }

    /** An address for JavaCPP. */
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
