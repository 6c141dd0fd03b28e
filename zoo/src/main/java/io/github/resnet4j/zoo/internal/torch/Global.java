package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.weights.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of Python that a checkpoint may use, all of them: those of PyTorch's own safe loader ({@code
 * weights_only=True}), and the plain data of the standard library and of NumPy that training programs keep beside the
 * weights. They are constants here: what each does when a pickle calls it is {@link PickleMachine}'s, and of data it does
 * nothing.
 */
enum Global implements Value {
    ORDERED_DICT("collections.OrderedDict"),
    DEFAULT_DICT("collections.defaultdict"),
    DEQUE("collections.deque"),
    NAMESPACE("argparse.Namespace"),
    SIZE("torch.Size"),
    DEVICE("torch.device"),

    REBUILD_TENSOR("torch._utils._rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
    REBUILD_FROM_TYPE_V2("torch._tensor._rebuild_from_type_v2"),
    PARAMETER("torch.nn.parameter.Parameter"),
    TENSOR("torch.Tensor"),

    COUNTER("collections.Counter", "a Counter", false),
    SET("builtins.set", "a set", false),
    FROZENSET("builtins.frozenset", "a frozenset", true),
    BYTES("builtins.bytes", "bytes", true),
    /** How protocol 2 writes bytes: text that stands for them. */
    ENCODE("_codecs.encode", "bytes", true),
    BYTEARRAY("builtins.bytearray", "a bytearray", false),
    COMPLEX("builtins.complex", "a complex number", true),
    RANGE("builtins.range", "a range", true),
    SLICE("builtins.slice", "a slice", false),
    // Types by themselves: the factory of a defaultdict, the type of an argument.
    BOOL_TYPE("builtins.bool", "a boolean", true),
    INT_TYPE("builtins.int", "an integer", true),
    FLOAT_TYPE("builtins.float", "a number", true),
    STR_TYPE("builtins.str", "a text", true),
    LIST_TYPE("builtins.list", "a list", false),
    TUPLE_TYPE("builtins.tuple", "a tuple", false),
    DICT_TYPE("builtins.dict", "a dict", false),

    NUMPY_SCALAR("numpy.core.multiarray.scalar", "a NumPy number", true),
    NUMPY_RECONSTRUCT("numpy.core.multiarray._reconstruct", "a NumPy array", false),
    NUMPY_ARRAY("numpy.ndarray", "a NumPy array", false),
    NUMPY_DTYPE("numpy.dtype", "a NumPy type", true),
    NUMPY_BOOL("numpy.bool_", "a NumPy number", true),
    NUMPY_INT8("numpy.int8", "a NumPy number", true),
    NUMPY_INT16("numpy.int16", "a NumPy number", true),
    NUMPY_INT32("numpy.int32", "a NumPy number", true),
    NUMPY_INT64("numpy.int64", "a NumPy number", true),
    NUMPY_UINT8("numpy.uint8", "a NumPy number", true),
    NUMPY_UINT16("numpy.uint16", "a NumPy number", true),
    NUMPY_UINT32("numpy.uint32", "a NumPy number", true),
    NUMPY_UINT64("numpy.uint64", "a NumPy number", true),
    NUMPY_FLOAT16("numpy.float16", "a NumPy number", true),
    NUMPY_FLOAT32("numpy.float32", "a NumPy number", true),
    NUMPY_FLOAT64("numpy.float64", "a NumPy number", true),

    PATH("pathlib.Path", "a path", true),
    POSIX_PATH("pathlib.PosixPath", "a path", true),
    WINDOWS_PATH("pathlib.WindowsPath", "a path", true),
    PURE_PATH("pathlib.PurePath", "a path", true),
    PURE_POSIX_PATH("pathlib.PurePosixPath", "a path", true),
    PURE_WINDOWS_PATH("pathlib.PureWindowsPath", "a path", true),
    DATE("datetime.date", "a date", true),
    TIME("datetime.time", "a time", true),
    DATE_TIME("datetime.datetime", "a date", true),
    TIME_DELTA("datetime.timedelta", "a time", true),
    TIME_ZONE("datetime.timezone", "a time zone", true),

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
        /** Data that no weights need: can be called, with whatever, and nothing comes of it but {@link Value.Opaque}. */
        DATA,
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
            Map.entry("torch._utils._rebuild_meta_tensor", "meta tensors, which hold no data"),
            Map.entry("torch._utils._rebuild_nested_tensor", "nested tensors"),
            Map.entry("torch._utils._rebuild_wrapper_subclass", "tensors of custom classes"),
            Map.entry("torch._utils._rebuild_device_tensor", "tensors on another device"),
            Map.entry("torch._tensor._rebuild_from_type", "tensors with attributes"),
            Map.entry("torch.Complex", "complex numbers"),
            Map.entry("torch.complex", "complex numbers"),
            Map.entry("torch.float8", "8-bit floats"),
            Map.entry("torch.float4", "4-bit floats"),
            Map.entry("torch.uint16", "unsigned integers"),
            Map.entry("torch.uint32", "unsigned integers"),
            Map.entry("torch.uint64", "unsigned integers"));

    /** Modules under the names that other versions of Python and NumPy have for them. */
    private static final Map<String, String> MODULES = Map.of(
            "__builtin__.", "builtins.",
            "numpy._core.", "numpy.core.",
            "pathlib._local.", "pathlib.");

    /** What Python 2 calls the same. */
    private static final Map<String, String> PYTHON_2 = Map.of(
            "__builtin__.long", "builtins.int",
            "__builtin__.unicode", "builtins.str",
            "__builtin__.xrange", "builtins.range");

    private static final Map<String, Global> BY_PATH = new HashMap<>();

    static {
        for (Global global : values()) {
            BY_PATH.put(global.path, global);
        }
    }

    private final String path;
    private final Kind kind;
    private final Optional<DType> type;
    private final Optional<Opaque> made;

    Global(String path) {
        this.path = path;
        this.kind = Kind.FUNCTION;
        this.type = Optional.empty();
        this.made = Optional.empty();
    }

    Global(String path, String made, boolean key) {
        this.path = path;
        this.kind = Kind.DATA;
        this.type = Optional.empty();
        this.made = Optional.of(new Opaque(made, key));
    }

    Global(String path, Kind kind, DType type) {
        this.path = path;
        this.kind = kind;
        this.type = Optional.of(type);
        this.made = Optional.empty();
    }

    /** The one of this name, with its module in front. */
    static Optional<Global> of(String path) {
        String name = PYTHON_2.getOrDefault(path, path);
        for (Map.Entry<String, String> module : MODULES.entrySet()) {
            if (name.startsWith(module.getKey())) {
                name = module.getValue() + name.substring(module.getKey().length());
            }
        }
        return Optional.ofNullable(BY_PATH.get(name));
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

    /** What a call makes of {@link Kind#DATA}. */
    Opaque made() {
        return made.orElseThrow();
    }

    @Override
    public String what() {
        return path;
    }
}
