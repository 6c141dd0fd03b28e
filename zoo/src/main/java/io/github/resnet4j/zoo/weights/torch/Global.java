package io.github.resnet4j.zoo.weights.torch;

import io.github.resnet4j.zoo.weights.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of Python that a checkpoint may use, all of them. They are constants here: what each does when a pickle calls
 * it is {@link PickleMachine}'s.
 */
enum Global implements Value {
    ORDERED_DICT("collections.OrderedDict"),
    NAMESPACE("argparse.Namespace"),
    SIZE("torch.Size"),
    DEVICE("torch.device"),

    REBUILD_TENSOR("torch._utils._rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    PARAMETER("torch.nn.parameter.Parameter"),

    DOUBLE_STORAGE("torch.DoubleStorage", Kind.STORAGE, DType.F64),
    FLOAT_STORAGE("torch.FloatStorage", Kind.STORAGE, DType.F32),
    HALF_STORAGE("torch.HalfStorage", Kind.STORAGE, DType.F16),
    BFLOAT16_STORAGE("torch.BFloat16Storage", Kind.STORAGE, DType.BF16),
    LONG_STORAGE("torch.LongStorage", Kind.STORAGE, DType.I64),
    INT_STORAGE("torch.IntStorage", Kind.STORAGE, DType.I32),
    SHORT_STORAGE("torch.ShortStorage", Kind.STORAGE, DType.I16),
    CHAR_STORAGE("torch.CharStorage", Kind.STORAGE, DType.I8),
    BYTE_STORAGE("torch.ByteStorage", Kind.STORAGE, DType.U8),
    BOOL_STORAGE("torch.BoolStorage", Kind.STORAGE, DType.BOOL),
    /** Counted in bytes; the tensor says of what type it is. */
    UNTYPED_STORAGE("torch.storage.UntypedStorage", Kind.STORAGE, DType.U8),

    FLOAT64("torch.float64", Kind.DTYPE, DType.F64),
    FLOAT32("torch.float32", Kind.DTYPE, DType.F32),
    FLOAT16("torch.float16", Kind.DTYPE, DType.F16),
    BFLOAT16("torch.bfloat16", Kind.DTYPE, DType.BF16),
    INT64("torch.int64", Kind.DTYPE, DType.I64),
    INT32("torch.int32", Kind.DTYPE, DType.I32),
    INT16("torch.int16", Kind.DTYPE, DType.I16),
    INT8("torch.int8", Kind.DTYPE, DType.I8),
    UINT8("torch.uint8", Kind.DTYPE, DType.U8),
    BOOL("torch.bool", Kind.DTYPE, DType.BOOL);

    /** What a name stands for. */
    enum Kind {
        /** Can be called. */
        FUNCTION,
        STORAGE,
        DTYPE
    }

    /** What PyTorch can save and this project does not read, by name or by how names begin. */
    private static final List<Map.Entry<String, String>> UNSUPPORTED = List.of(
            Map.entry("torch._utils._rebuild_qtensor", "quantised tensors"),
            Map.entry("torch.QInt", "quantised tensors"),
            Map.entry("torch.QUInt", "quantised tensors"),
            Map.entry("torch.qint", "quantised tensors"),
            Map.entry("torch.quint", "quantised tensors"),
            Map.entry("torch.per_", "quantised tensors"),
            Map.entry("torch._utils._rebuild_sparse", "sparse tensors"),
            Map.entry("torch.serialization._get_layout", "sparse tensors"),
            Map.entry("torch._utils._rebuild_meta_tensor", "meta tensors, which have no numbers"),
            Map.entry("torch._utils._rebuild_nested_tensor", "nested tensors"),
            Map.entry("torch._utils._rebuild_wrapper_subclass", "tensors of a class of their own"),
            Map.entry("torch._utils._rebuild_parameter_with_state", "parameters with attributes"),
            Map.entry("torch._utils._rebuild_device_tensor", "tensors of another device"),
            Map.entry("torch._tensor._rebuild_from_type", "tensors with attributes"),
            Map.entry("torch.Complex", "complex numbers"),
            Map.entry("torch.complex", "complex numbers"),
            Map.entry("torch.float8", "numbers of 8 bits"),
            Map.entry("torch.float4", "numbers of 4 bits"),
            Map.entry("torch.uint16", "unsigned integers"),
            Map.entry("torch.uint32", "unsigned integers"),
            Map.entry("torch.uint64", "unsigned integers"));

    private static final Map<String, Global> BY_PATH = new HashMap<>();

    static {
        for (Global global : values()) {
            BY_PATH.put(global.path, global);
        }
    }

    private final String path;
    private final Kind kind;
    private final Optional<DType> type;

    Global(String path) {
        this.path = path;
        this.kind = Kind.FUNCTION;
        this.type = Optional.empty();
    }

    Global(String path, Kind kind, DType type) {
        this.path = path;
        this.kind = kind;
        this.type = Optional.of(type);
    }

    /** The one of this name, with its module in front. */
    static Optional<Global> of(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }

    /** What tensors this name stands for, if it is one of those that PyTorch knows and that are not read. */
    static Optional<String> unsupported(String path) {
        return UNSUPPORTED.stream()
                .filter(entry -> path.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Of its elements; storages and dtypes have one. */
    DType type() {
        return type.orElseThrow();
    }

    @Override
    public String what() {
        return path;
    }
}
