package io.github.resnet4j.zoo.weights;

/** What can be wrong with a weight file: stable names for programs and tests. Messages give the details. */
public enum Fault {
    // Any file
    /** No such file, not a regular file, or not readable. */
    UNREADABLE,
    /** No bytes. */
    EMPTY,
    /** Ends early. */
    TRUNCATED,
    /** Has data after its end. */
    TRAILING,
    /** Does not begin as its format must. */
    BAD_MAGIC,
    /** A known kind of file that is not supported; the message says what to do instead. */
    FORMAT,
    /** Changed while it was read. */
    CHANGED,
    /** A web page, saved as if it were the file. */
    HTML,
    /** A git-lfs pointer instead of the file. */
    LFS_POINTER,
    /** A value that is not a number, infinite, or a negative variance. */
    NONFINITE,
    /** Tensors that do not fit the network. */
    MISMATCH,
    /** Took longer than any honest file of its size. */
    DEADLINE,

    // Zip archives
    ZIP_CORRUPT,
    ZIP_DUP,
    ZIP_MISMATCH,
    ZIP_FLAGS,
    ZIP_CRC,
    ZIP_METHOD,
    ZIP_OVERLAP,
    ZIP_NAME,
    ZIP_RATIO,
    LIMIT_ENTRIES,
    POLYGLOT,

    // PyTorch
    NO_PICKLE,
    AMBIGUOUS,
    TORCHSCRIPT,
    PKL_GLOBAL,
    PKL_OPCODE,
    PKL_NEWOBJ,
    PKL_BUILD,
    PKL_TARGET,
    PKL_ARGS,
    PKL_STACK,
    PKL_MEMO,
    PKL_TRUNC,
    PKL_STRING,
    PKL_INT,
    PKL_END,
    PKL_PROTO,
    PKL_CYCLE,
    PKL_PID,
    LIMIT_MEMO,
    LIMIT_DEPTH,
    LIMIT_OPS,
    NO_STORAGE,
    STORAGE_SIZE,
    STORAGE_SET,
    OVERFLOW,
    BOUNDS,
    AMPLIFY,
    RANK,
    UNSUPPORTED,
    BYTEORDER,
    DUP_NAME,
    NOT_STATE_DICT,
    LEGACY_TAR,

    // safetensors
    HEADER_SMALL,
    HEADER_LARGE,
    HEADER_LENGTH,
    UTF8,
    JSON,
    JSON_DEPTH,
    DUP_KEY,
    METADATA,
    OVERLAP,
    HOLE,
    INCOMPLETE,
    OFFSETS,
    SIZE,
    DTYPE,
    LIMIT_TENSORS,
    NAME,
    FIELD,

    // HDF5
    SUPERBLOCK,
    CYCLE,
    EXTERNAL,
    CHUNK,
    FILTER,
    CHECKSUM,
    ATTR,
    LIMIT,
    /** Any other damage to the structure. */
    HDF5,

    // ONNX
    /** Not a protocol buffer, or not one of a model. */
    PROTOBUF,

    // Our archive, and DL4J's
    FORBIDDEN_ENTRY,
    FORBIDDEN_CLASS,
    JSON_LIMIT,
    CONF_RANGE,
    CONF_GRAPH,
    PARAM_HEADER,
    PARAM_SHAPE,
    PARAM_COUNT,
    STATE_COUNT,
    /** The card is not one, or describes no network of the zoo. */
    CARD
}
