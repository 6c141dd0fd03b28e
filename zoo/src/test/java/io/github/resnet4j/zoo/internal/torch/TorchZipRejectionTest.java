package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.FLOAT_STORAGE;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ORDERED_DICT;
import static io.github.resnet4j.zoo.internal.torch.Pickle.REBUILD;
import static io.github.resnet4j.zoo.internal.torch.Pickle.call;
import static io.github.resnet4j.zoo.internal.torch.Pickle.dict;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ops;
import static io.github.resnet4j.zoo.internal.torch.Pickle.ordered;
import static io.github.resnet4j.zoo.internal.torch.Pickle.tuple;
import static io.github.resnet4j.zoo.internal.torch.Saved.counting;
import static io.github.resnet4j.zoo.internal.torch.Saved.floats;
import static io.github.resnet4j.zoo.internal.torch.Saved.storage;
import static io.github.resnet4j.zoo.internal.torch.Saved.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.torch.Pickle.Built;
import io.github.resnet4j.zoo.internal.torch.Pickle.Call;
import io.github.resnet4j.zoo.internal.torch.Pickle.Name;
import io.github.resnet4j.zoo.internal.torch.Pickle.New;
import io.github.resnet4j.zoo.internal.torch.Pickle.None;
import io.github.resnet4j.zoo.internal.torch.Pickle.Pairs;
import io.github.resnet4j.zoo.internal.torch.Pickle.Persistent;
import io.github.resnet4j.zoo.internal.torch.Pickle.Raw;
import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bad zip checkpoint of the list, and what must be accepted beside them. */
class TorchZipRejectionTest {
    private static final Name V2 = REBUILD;
    private static final Name NAMESPACE = new Name("argparse", "Namespace");
    private static final Name SIZE = new Name("torch", "Size");

    /** Made only when its turn comes: some are large. */
    private static Arguments row(String name, Fault fault, Supplier<byte[]> file) {
        return Arguments.of(name, fault, file);
    }

    /** An archive whose pickle is this value. */
    private static Arguments value(String name, Fault fault, Object value, byte[]... storages) {
        return row(name, fault, () -> Saved.zip(Pickle.of(value), storages).bytes());
    }

    /** An archive whose pickle is these instructions between PROTO 2 and STOP. */
    private static Arguments code(String name, Fault fault, Pickle instructions) {
        return row(name, fault, () -> Saved.zip(Pickle.of(instructions), counting(4))
                .bytes());
    }

    /** An archive whose pickle is these bytes. */
    private static Arguments pickle(String name, Fault fault, Pickle pickle) {
        return row(name, fault, () -> Saved.zip(pickle.bytes(), counting(4)).bytes());
    }

    /** A good archive, changed. */
    private static Arguments zip(String name, Fault fault, Consumer<ZipParts> change) {
        return row(name, fault, () -> {
            ZipParts zip = Saved.good();
            change.accept(zip);
            return zip.bytes();
        });
    }

    /** An archive with a tensor of four floats by these arguments. */
    private static Arguments tensorOf4(String name, Fault fault, Object offset, Object sizes, Object strides) {
        return value(
                name, fault, dict("w", tensor(storage(FLOAT_STORAGE, "0", 4), offset, sizes, strides)), counting(4));
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                        containers(),
                        globals(),
                        opcodes(),
                        objects(),
                        pickles(),
                        limits(),
                        storages(),
                        tensors(),
                        tops())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> containers() {
        byte[] good = Saved.good().bytes();
        Stream<Arguments> cuts = IntStream.range(1, 16)
                .mapToObj(i -> row(
                        "P03 cut at " + i + "/16", Fault.TRUNCATED, () -> Arrays.copyOf(good, good.length * i / 16)));
        Stream<Arguments> others = Stream.of(
                row("P01 no bytes", Fault.EMPTY, () -> new byte[0]),
                row("P02 P", Fault.TRUNCATED, () -> ascii("P")),
                row("P02 PK3", Fault.TRUNCATED, () -> ascii("PK\3")),
                // Not ZIP_CORRUPT: without its end record a file looks as if the download had stopped.
                row("P04 no end record", Fault.TRUNCATED, () -> Arrays.copyOf(good, good.length - 22)),
                zip("P04 one entry too many", Fault.ZIP_CORRUPT, zip -> zip.extraCount = 1),
                zip("P05 ZIP64 end record beyond the file", Fault.ZIP_CORRUPT, zip -> zip.extraLocator = 1L << 40),
                zip("P06 no data.pkl", Fault.NO_PICKLE, zip -> rename(zip, "data.pkl", "archive/data.pickle")),
                zip("P06 data.pkl outside of a folder", Fault.NO_PICKLE, zip -> rename(zip, "data.pkl", "data.pkl")),
                zip("P06 data.pkl too deep", Fault.NO_PICKLE, zip -> rename(zip, "data.pkl", "archive/a/data.pkl")),
                zip("P07 two data.pkl", Fault.AMBIGUOUS, zip -> zip.add("b/data.pkl", Pickle.of(ordered()))),
                zip("P07 another folder", Fault.AMBIGUOUS, zip -> zip.add("b/model.json", ascii("{}"))),
                zip("P08 two data/0", Fault.ZIP_DUP, zip -> zip.add("archive/data/0", counting(6))),
                zip(
                        "P09 another name at the entry",
                        Fault.ZIP_MISMATCH,
                        zip -> Saved.part(zip, "data/0").localName = ascii("archive/data/7")),
                zip("P10 flag 0x01", Fault.ZIP_FLAGS, zip -> flag(zip, 0x01)),
                zip("P10 flag 0x20", Fault.ZIP_FLAGS, zip -> flag(zip, 0x20)),
                zip("P10 flag 0x40", Fault.ZIP_FLAGS, zip -> flag(zip, 0x40)),
                zip("P11 checksum of data.pkl", Fault.ZIP_CRC, zip -> Saved.part(zip, "data.pkl").crc ^= 1),
                zip("P11 checksum of data/0", Fault.ZIP_CRC, zip -> Saved.part(zip, "data/0").crc ^= 1),
                row("P11 checksum of the last of 5,000 storages", Fault.ZIP_CRC, () -> {
                    Pairs dict = ordered();
                    for (int i = 0; i < 5_000; i++) {
                        dict.pairs().add(Map.entry("t" + i, floats(Integer.toString(i), 1)));
                    }
                    ZipParts zip = Saved.zip(Pickle.likePython(dict), new byte[5_000][4]);
                    Saved.part(zip, "data/4999").crc ^= 1;
                    return zip.bytes();
                }),
                zip("P12 compressed storage", Fault.ZIP_METHOD, zip -> {
                    zip.parts.remove(Saved.part(zip, "data/0"));
                    zip.deflated("archive/data/0", new byte[24]);
                }),
                zip("P12 compressed storage of 10 GB", Fault.ZIP_METHOD, zip -> {
                    zip.parts.remove(Saved.part(zip, "data/0"));
                    ZipParts.Part bomb = zip.deflated("archive/data/0", new byte[10 << 20]);
                    bomb.size = 0xFFFF_0000L;
                }),
                zip("P12 compressed pickle", Fault.ZIP_METHOD, zip -> {
                    zip.parts.remove(Saved.part(zip, "data.pkl"));
                    zip.deflated("archive/data.pkl", Pickle.of(ordered()));
                }),
                zip("P13 overlapping entries", Fault.ZIP_OVERLAP, zip -> {
                    ZipParts.Part copy = zip.add("archive/data/7", counting(6));
                    copy.written = false;
                    copy.extraOffset = -200;
                }),
                zip("P14 ../../evil", Fault.ZIP_NAME, zip -> zip.add("../../evil", new byte[1])),
                zip("P14 /abs", Fault.ZIP_NAME, zip -> zip.add("/abs", new byte[1])),
                zip("P14 C:\\x", Fault.ZIP_NAME, zip -> zip.add("C:\\x", new byte[1])),
                zip("P14 a\\..\\b", Fault.ZIP_NAME, zip -> zip.add("archive/a\\..\\b", new byte[1])),
                zip("P14 NUL", Fault.ZIP_NAME, zip -> zip.add("archive/data.pkl\0.txt", new byte[1])),
                row("P15 1,000,000 entries", Fault.LIMIT_ENTRIES, () -> {
                    ZipParts zip = new ZipParts();
                    for (int i = 0; i < 1_000_000; i++) {
                        zip.add(Integer.toString(i), new byte[0]);
                    }
                    return zip.bytes();
                }),
                zip("P16 a program in front", Fault.POLYGLOT, zip -> zip.prefix = ascii("#!/bin/sh\n")),
                zip("P16 bytes behind the end", Fault.POLYGLOT, zip -> zip.suffix = ascii("x")),
                zip("P16 a pickle as the comment", Fault.POLYGLOT, zip -> zip.comment = Pickle.of(1)),
                zip("P17 TorchScript", Fault.TORCHSCRIPT, zip -> zip.add("archive/constants.pkl", Pickle.of(tuple()))),
                zip("P17 code", Fault.TORCHSCRIPT, zip -> zip.add("archive/code/__torch__.py", ascii("def"))),
                row("P18 7z", Fault.BAD_MAGIC, () -> hex("377abcaf271c00040000000000000000")),
                row("P18 RAR", Fault.BAD_MAGIC, () -> hex("526172211a0701000000000000000000")),
                row("P18 gzip", Fault.BAD_MAGIC, () -> hex("1f8b080000000000000300000000000000000000")),
                row("P18 nothing known", Fault.BAD_MAGIC, () -> ascii("hello, this is not a checkpoint")),
                zip("P48 big-endian", Fault.BYTEORDER, zip -> byteorder(zip, ascii("big"))),
                zip("P48 byte order x", Fault.BYTEORDER, zip -> byteorder(zip, ascii("x"))),
                zip("P48 byte order of 1 MB", Fault.BYTEORDER, zip -> byteorder(zip, new byte[1 << 20])));
        return Stream.concat(cuts, others);
    }

    private static void rename(ZipParts zip, String from, String to) {
        ZipParts.Part part = Saved.part(zip, from);
        part.name = ascii(to);
        part.localName = part.name;
    }

    private static void flag(ZipParts zip, int flag) {
        ZipParts.Part part = Saved.part(zip, "data/0");
        part.flags |= flag;
        part.localFlags |= flag;
    }

    private static void byteorder(ZipParts zip, byte[] order) {
        zip.parts.remove(Saved.part(zip, "byteorder"));
        zip.add("archive/byteorder", order);
    }

    private static Stream<Arguments> globals() {
        // Ways by which pickles were found to run programs or to reach out, all past scanners that knew too few.
        List<String> names = List.of(
                "os system",
                "os popen",
                "os execl",
                "builtins eval",
                "builtins exec",
                "builtins getattr",
                "builtins compile",
                "builtins __import__",
                "__builtin__ eval",
                "posix system",
                "nt system",
                "sys modules",
                "sys setprofile",
                "subprocess Popen",
                "subprocess check_output",
                "runpy _run_code",
                "runpy run_path",
                "pip main",
                "pip._internal main",
                "uuid _get_command_stdout",
                "imaplib IMAP4_stream",
                "torch.utils.bottleneck.__main__ run_cprofile",
                "torch.utils.collect_env run",
                "torch.utils._config_module load_config",
                "torch.utils.data.datapipes.utils.decoder basichandlers",
                "torch.fx.experimental.symbolic_shapes evaluate_guards_expression",
                "torch._dynamo.guards GuardBuilder.get",
                "torch._inductor.codecache compile_file",
                "torch.jit.unsupported_tensor_ops execWrapper",
                "torch.serialization load",
                "torch.hub load",
                "torch load",
                "numpy.testing._private.utils runstring",
                "numpy.f2py.crackfortran param_eval",
                "numpy.core.multiarray fromfile",
                "numpy load",
                "pathlib PosixPath.unlink",
                "datetime sys.modules",
                "collections sys",
                "_codecs lookup",
                "_codecs decode",
                "builtins set.add",
                "builtins map",
                "builtins open",
                "timeit timeit",
                "cProfile runctx",
                "profile run",
                "trace Trace.run",
                "pdb run",
                "bdb Bdb.run",
                "doctest debug_script",
                "code InteractiveInterpreter.runcode",
                "codeop compile_command",
                "ctypes CDLL",
                "_ctypes dlopen",
                "cffi FFI",
                "importlib import_module",
                "importlib.util spec_from_file_location",
                "pkgutil resolve_name",
                "pydoc locate",
                "pydoc pipepager",
                "functools partial",
                "functools reduce",
                "operator attrgetter",
                "operator methodcaller",
                "_operator attrgetter",
                "types FunctionType",
                "types CodeType",
                "marshal loads",
                "pickle loads",
                "_pickle loads",
                "dill loads",
                "cloudpickle loads",
                "joblib load",
                "shelve open",
                "logging.config listen",
                "idlelib.pyshell ModifiedInterpreter.runcommand",
                "idlelib.run Executive.runcode",
                "lib2to3.pgen2.grammar Grammar.loads",
                "lib2to3.pgen2.pgen ParserGenerator.make_label",
                "ensurepip _run_pip",
                "venv create",
                "distutils.file_util write_file",
                "shutil rmtree",
                "shutil move",
                "tempfile mktemp",
                "pathlib Path.unlink",
                "io FileIO",
                "io open_code",
                "codecs open",
                "linecache getline",
                "fileinput FileInput",
                "socket create_connection",
                "socket gethostbyname",
                "ssl get_server_certificate",
                "http.client HTTPSConnection",
                "urllib.request urlopen",
                "requests.api get",
                "ftplib FTP",
                "smtplib SMTP",
                "telnetlib Telnet",
                "poplib POP3",
                "nntplib NNTP",
                "xmlrpc.client ServerProxy",
                "webbrowser open",
                "antigravity geohash",
                "asyncio.unix_events _UnixSubprocessTransport._start",
                "multiprocessing.util spawnv_passfds",
                "signal raise_signal",
                "threading Thread",
                "sqlite3 connect",
                "pty spawn",
                "commands getoutput",
                "aiohttp.client ClientSession",
                "botocore.session get_session",
                "httplib HTTPSConnection",
                "collections namedtuple",
                "collections.OrderedDict.__init__ __globals__",
                "collections OrderedDict.__class__",
                "evil\u001B[31m name");
        Stream<Arguments> refused = names.stream().map(name -> {
            String[] parts = name.split(" ");
            boolean basic = List.of("os", "builtins", "__builtin__").contains(parts[0]);
            return code(
                    (basic ? "P19 " : "P20 ") + name,
                    Fault.PKL_GLOBAL,
                    ops().global(parts[0], parts[1]).value(tuple("id")).op('R'));
        });
        Stream<Arguments> others = Stream.of(
                code(
                        "P19 os.system, not called",
                        Fault.PKL_GLOBAL,
                        ops().op('N').global("os", "system").op(0x86)),
                pickle(
                        "P19 in text",
                        Fault.PKL_GLOBAL,
                        ops().global("os", "system").op('(')),
                code("P20 no name", Fault.PKL_GLOBAL, ops().global("", "")),
                code("P20 50 names", Fault.PKL_GLOBAL, many(50)),
                code("P20 100,000 names", Fault.PKL_GLOBAL, many(100_000)),
                code("P20 a name of 1 MB", Fault.PKL_STRING, ops().global("a".repeat(1 << 20), "b")));
        return Stream.concat(refused, others);
    }

    private static Pickle many(int names) {
        Pickle pickle = ops().op('(');
        for (int i = 0; i < names; i++) {
            pickle.global("module" + i, "function");
        }
        return pickle.op('t');
    }

    private static Stream<Arguments> opcodes() {
        Pickle stackGlobal =
                new Pickle().proto(4).text("os").put(0).text("system").put(1);
        stackGlobal.get(0).get(1).op(0x93, '.');
        return Stream.of(
                pickle("P21 STACK_GLOBAL", Fault.PKL_OPCODE, stackGlobal),
                code("P22 INST", Fault.PKL_OPCODE, ops().op('(', 'i').raw(ascii("os\nsystem\n"))),
                code("P22 OBJ", Fault.PKL_OPCODE, ops().op('(').value(NAMESPACE).op('o')),
                code("P22 NEWOBJ_EX", Fault.PKL_OPCODE, ops().value(NAMESPACE).op(')', '}', 0x92)),
                code("P22 EXT1", Fault.PKL_OPCODE, ops().op(0x82, 1)),
                code("P22 EXT2", Fault.PKL_OPCODE, ops().op(0x83, 1, 0)),
                code("P22 EXT4", Fault.PKL_OPCODE, ops().op(0x84).i4(1)),
                code("P22 PERSID", Fault.PKL_OPCODE, ops().op('P').raw(ascii("x\n"))),
                code("P22 FRAME", Fault.PKL_OPCODE, ops().op(0x95).i4(1).i4(0)),
                code("P22 DUP", Fault.PKL_OPCODE, ops().op('N', '2', 0x86)),
                code("P22 POP", Fault.PKL_OPCODE, ops().op('N', 'N', '0')),
                code("P22 a byte that is nothing", Fault.PKL_OPCODE, ops().op(0xFF)));
    }

    private static Stream<Arguments> objects() {
        Call tensor = floats("0", 4);
        Object namespace = new New(NAMESPACE, tuple());
        return Stream.of(
                code("P23 NEWOBJ of a storage class", Fault.PKL_NEWOBJ, ops().value(new New(FLOAT_STORAGE, tuple()))),
                code("P23 NEWOBJ of OrderedDict", Fault.PKL_NEWOBJ, ops().value(new New(ORDERED_DICT, tuple()))),
                code("P23 NEWOBJ of a text", Fault.PKL_NEWOBJ, ops().value(new New("os.system", tuple()))),
                code("P23 NEWOBJ of Namespace of 1", Fault.PKL_NEWOBJ, ops().value(new New(NAMESPACE, tuple(1)))),
                code("P24 BUILD of a tensor", Fault.PKL_BUILD, ops().value(new Built(tensor, dict()))),
                code("P24 BUILD of a dict", Fault.PKL_BUILD, ops().value(new Built(dict(), dict()))),
                code("P24 BUILD of a function", Fault.PKL_BUILD, ops().value(new Built(V2, dict()))),
                code("P24 __class__", Fault.PKL_BUILD, ops().value(new Built(ordered(), dict("__class__", 1)))),
                code("P24 __dict__", Fault.PKL_BUILD, ops().value(new Built(ordered(), dict("__dict__", dict())))),
                code(
                        "P24 __class__ of args",
                        Fault.PKL_BUILD,
                        ops().value(new Built(namespace, dict("__class__", V2)))),
                code("P24 a number as attribute", Fault.PKL_BUILD, ops().value(new Built(ordered(), dict(1, 1)))),
                code("P24 a tuple as state", Fault.PKL_BUILD, ops().value(new Built(ordered(), tuple(dict(), dict())))),
                code(
                        "P24 items of a set",
                        Fault.PKL_TARGET,
                        ops().value(call(new Name("builtins", "set"), List.of()))
                                .op('(', 'N', 'N', 'u')),
                code(
                        "P24 an array as a key",
                        Fault.PKL_ARGS,
                        ops().op('}')
                                .value(call(new Name("numpy.core.multiarray", "_reconstruct"), 1))
                                .op('N', 's')),
                code(
                        "P24 a tensor type made of itself",
                        Fault.PKL_ARGS,
                        ops().value(call(
                                new Name("torch._tensor", "_rebuild_from_type_v2"),
                                new Name("torch._tensor", "_rebuild_from_type_v2"),
                                new Name("torch", "Tensor"),
                                tuple(),
                                dict()))),
                code(
                        "P24 a tensor type of another class",
                        Fault.PKL_ARGS,
                        ops().value(call(
                                new Name("torch._tensor", "_rebuild_from_type_v2"),
                                new Name("collections", "OrderedDict"),
                                new Name("torch", "Tensor"),
                                tuple(),
                                dict()))),
                code("P25 SETITEMS on a list", Fault.PKL_TARGET, ops().op(']', '(', 'N', 'N', 'u')),
                code(
                        "P25 SETITEM on a list",
                        Fault.PKL_TARGET,
                        ops().op(']').integer(0).integer(1).op('s')),
                code("P25 SETITEMS on a tuple", Fault.PKL_TARGET, ops().op(')', '(', 'N', 'N', 'u')),
                code(
                        "P25 SETITEMS on a tensor",
                        Fault.PKL_TARGET,
                        ops().value(tensor).op('(', 'K', 0, 'K', 1, 'u')),
                code(
                        "P25 SETITEMS on args",
                        Fault.PKL_TARGET,
                        ops().value(namespace).op('(', 'N', 'N', 'u')),
                code("P26 APPENDS on a dict", Fault.PKL_TARGET, ops().op('}', '(', 'N', 'e')),
                code(
                        "P26 APPEND on args",
                        Fault.PKL_TARGET,
                        ops().value(namespace).op('N', 'a')),
                code("P26 APPENDS on a set", Fault.PKL_TARGET, ops().op(0x8F, '(', 'N', 'e')),
                code("P27 OrderedDict of a number", Fault.PKL_ARGS, ops().value(call(ORDERED_DICT, 5))),
                code("P27 OrderedDict of a text", Fault.PKL_ARGS, ops().value(call(ORDERED_DICT, "ab"))),
                code(
                        "P27 OrderedDict of two lists",
                        Fault.PKL_ARGS,
                        ops().value(call(ORDERED_DICT, List.of(), List.of()))),
                code(
                        "P27 OrderedDict of triples",
                        Fault.PKL_ARGS,
                        ops().value(call(ORDERED_DICT, List.of(tuple(1, 2, 3))))),
                code("P27 OrderedDict of numbers", Fault.PKL_ARGS, ops().value(call(ORDERED_DICT, List.of(1, 2)))),
                code(
                        "P27 OrderedDict with a list as key",
                        Fault.PKL_ARGS,
                        ops().value(call(ORDERED_DICT, List.of(tuple(List.of(), 1))))),
                code("P27 a dict as key", Fault.PKL_ARGS, ops().value(dict(tuple(dict()), 1))),
                code("P27 Size of a text", Fault.PKL_ARGS, ops().value(call(SIZE, "abc"))),
                code("P27 Size of texts", Fault.PKL_INT, ops().value(call(SIZE, tuple("abc")))),
                code("P27 _rebuild_tensor_v2 of 0", Fault.PKL_ARGS, ops().value(call(V2))),
                code("P27 _rebuild_tensor_v2 of 5", Fault.PKL_ARGS, ops().value(rebuild(5))),
                code("P27 _rebuild_tensor_v2 of 8", Fault.PKL_ARGS, ops().value(rebuild(8))),
                code(
                        "P27 strides fewer than sizes",
                        Fault.PKL_ARGS,
                        ops().value(tensor(storage(FLOAT_STORAGE, "0", 4), 0, tuple(2, 2), tuple(1)))),
                code(
                        "P27 a number in place of a storage",
                        Fault.PKL_ARGS,
                        ops().value(tensor(7, 0, tuple(4), tuple(1)))),
                code(
                        "P27 a list in place of sizes",
                        Fault.PKL_ARGS,
                        ops().value(tensor(storage(FLOAT_STORAGE, "0", 4), 0, List.of(4), tuple(1)))),
                code(
                        "P27 hooks",
                        Fault.PKL_ARGS,
                        ops().value(call(
                                V2, storage(FLOAT_STORAGE, "0", 4), 0, tuple(4), tuple(1), false, ordered(0, 1)))),
                code(
                        "P27 untyped storage without dtype",
                        Fault.PKL_ARGS,
                        ops().value(tensor(
                                storage(new Name("torch.storage", "UntypedStorage"), "0", 16), 0, tuple(4), tuple(1)))),
                code(
                        "P27 _rebuild_tensor_v3 of a dtype that is none",
                        Fault.PKL_ARGS,
                        ops().value(call(
                                new Name("torch._utils", "_rebuild_tensor_v3"),
                                storage(new Name("torch.storage", "UntypedStorage"), "0", 16),
                                0,
                                tuple(4),
                                tuple(1),
                                false,
                                ordered(),
                                FLOAT_STORAGE))),
                code(
                        "P27 _rebuild_parameter of a list",
                        Fault.PKL_ARGS,
                        ops().value(call(new Name("torch._utils", "_rebuild_parameter"), List.of(), true, ordered()))),
                code("P27 device of a number", Fault.PKL_ARGS, ops().value(call(new Name("torch", "device"), 5))),
                code("P27 arguments that are no tuple", Fault.PKL_ARGS, ops().value(new Call(ORDERED_DICT, List.of()))),
                code("P27 a storage class is called", Fault.PKL_ARGS, ops().value(call(FLOAT_STORAGE, 4))),
                code("P27 a text is called", Fault.PKL_ARGS, ops().value(call("os.system", "id"))));
    }

    private static Call rebuild(int arguments) {
        List<Object> all = new ArrayList<>(
                List.of(storage(FLOAT_STORAGE, "0", 4), 0, tuple(4), tuple(1), false, ordered(), None.NONE, None.NONE));
        return new Call(V2, new Pickle.Tuple(all.subList(0, arguments)));
    }

    private static Stream<Arguments> pickles() {
        byte[] longest = new byte[257];
        Arrays.fill(longest, (byte) 1);
        longest[0] = (byte) 0x8A;
        longest[1] = (byte) 255;
        return Stream.of(
                code("P28 STOP first", Fault.PKL_STACK, ops()),
                code("P28 TUPLE3 of one", Fault.PKL_STACK, ops().op('N', 0x87)),
                code("P28 TUPLE without a mark", Fault.PKL_STACK, ops().op('N', 't')),
                code("P28 APPENDS without a mark", Fault.PKL_STACK, ops().op(']', 'N', 'e')),
                code("P28 APPENDS to nothing", Fault.PKL_STACK, ops().op('(', 'N', 'e')),
                code("P28 what is below the mark", Fault.PKL_STACK, ops().op('N', '(', 0x85)),
                code("P28 a mark left", Fault.PKL_STACK, ops().op('(', 'N')),
                code("P28 two objects", Fault.PKL_STACK, ops().op('N', 'N')),
                code("P28 BINPUT of nothing", Fault.PKL_STACK, ops().op('q', 0, 'N')),
                code("P28 a key without a value", Fault.PKL_STACK, ops().op('}', '(', 'N', 'u')),
                code("P29 BINGET 255", Fault.PKL_MEMO, ops().op('h', 255)),
                code("P29 LONG_BINGET 2^32-1", Fault.PKL_MEMO, ops().get(-1)),
                code("P30 LONG_BINPUT 2^31", Fault.LIMIT_MEMO, ops().op('N').put(1 << 31)),
                code("P30 LONG_BINPUT 2^32-1", Fault.LIMIT_MEMO, ops().op('N').put(-1)),
                code("P31 text of 2^32-1 bytes", Fault.PKL_TRUNC, ops().op('X').i4(-1)),
                code(
                        "P31 text longer than the rest",
                        Fault.PKL_TRUNC,
                        ops().op('X').i4(100).raw(ascii("short"))),
                code(
                        "P31 short text longer than the rest",
                        Fault.PKL_TRUNC,
                        ops().op('U', 9).raw(ascii("short"))),
                pickle("P31 half a number", Fault.PKL_TRUNC, ops().proto(2).op('J', 1, 2)),
                pickle(
                        "P31 half a name",
                        Fault.PKL_TRUNC,
                        ops().proto(2).op('c').raw(ascii("torch\nFlo"))),
                pickle("P31 half a double", Fault.PKL_TRUNC, ops().proto(2).op('G', 1, 2)),
                pickle("P31 half of PROTO", Fault.PKL_TRUNC, ops().op(0x80)),
                named("P32 not UTF-8", ops().text(hex("ff41"))),
                named("P32 not ASCII in a short text", ops().shortText(hex("e9"))),
                named("P32 lone surrogate", ops().text(hex("eda080"))),
                named("P32 overlong", ops().text(hex("c0af"))),
                named("P32 1 MB", ops().text("a".repeat(1 << 20))),
                named("P32 20 MB", ops().text("a".repeat(20 << 20))),
                named("P32 newline", ops().text("conv1\n.weight")),
                named("P32 escape sequence", ops().text("conv1\u001B[2J")),
                named("P32 empty", ops().text("")),
                tensorOf4("P33 LONG1 of 255 bytes", Fault.PKL_INT, 0, tuple(new Raw(longest)), tuple(1)),
                tensorOf4("P33 negative dimension", Fault.PKL_INT, 0, tuple(-4), tuple(1)),
                tensorOf4("P33 True as dimension", Fault.PKL_INT, 0, tuple(true), tuple(1)),
                tensorOf4("P33 4.0 as dimension", Fault.PKL_INT, 0, tuple(4.0), tuple(1)),
                tensorOf4("P33 None as offset", Fault.PKL_INT, None.NONE, tuple(4), tuple(1)),
                tensorOf4("P33 None as stride", Fault.PKL_INT, 0, tuple(4), tuple(None.NONE)),
                pickle("P34 no STOP", Fault.PKL_END, ops().proto(2).op('N')),
                pickle("P34 nothing", Fault.PKL_END, ops()),
                pickle(
                        "P34 bytes behind STOP",
                        Fault.PKL_END,
                        ops().raw(Pickle.of(ordered())).op(0)),
                pickle(
                        "P34 two pickles",
                        Fault.PKL_END,
                        ops().raw(Pickle.of(ordered())).raw(Pickle.of(ordered()))),
                pickle("P35 PROTO 5", Fault.PKL_PROTO, ops().proto(5).op('}', '.')),
                pickle("P35 PROTO 1", Fault.PKL_PROTO, ops().proto(1).op('}', '.')),
                pickle("P35 PROTO 0", Fault.PKL_PROTO, ops().raw(ascii("(dp0\n."))),
                pickle("P35 PROTO 255", Fault.PKL_PROTO, ops().proto(255).op('}', '.')),
                pickle(
                        "P35 PROTO twice",
                        Fault.PKL_PROTO,
                        ops().proto(2).proto(2).op('}', '.')));
    }

    private static Arguments named(String name, Pickle key) {
        return value(name, Fault.PKL_STRING, dict(new Raw(key.bytes()), floats("0", 4)), counting(4));
    }

    private static Stream<Arguments> limits() {
        byte[] nones = new byte[3_000_000];
        Arrays.fill(nones, (byte) 'N');
        return Stream.of(
                row("P36 1,000,000 marks", Fault.LIMIT_DEPTH, () -> repeated("", "(", 1_000_000)),
                row("P36 1,000,000 tuples", Fault.LIMIT_DEPTH, () -> repeated("N", "\u0085", 1_000_000)),
                row("P36 1,000,000 lists", Fault.LIMIT_DEPTH, () -> repeated("", "](", 1_000_000)),
                code("P36 65 lists", Fault.LIMIT_DEPTH, nested(65)),
                row("P37 50,000,000 instructions", Fault.LIMIT_OPS, () -> repeated("", "N", 50_000_000)),
                row("P37 4,000,000 lists", Fault.LIMIT_OPS, () -> repeated("", "]", 4_000_000)),
                row("P37 4,000,000 texts", Fault.LIMIT_OPS, () -> repeated("", "U\1x", 4_000_000)),
                row("P37 1,000,000 dicts with an entry", Fault.LIMIT_OPS, () -> repeated("", "}NNs", 1_000_000)),
                row("P37 1,300,000 lists with an item", Fault.LIMIT_OPS, () -> repeated("", "]Na", 1_300_000)),
                row("P37 2,000,000 tuples", Fault.LIMIT_OPS, () -> repeated("", "N\u0085", 2_000_000)),
                row("P37 4,000,000 names", Fault.LIMIT_OPS, () -> repeated("", "ctorch\nSize\n", 4_000_000)),
                row("P37 4,000,000 doubles", Fault.LIMIT_OPS, () -> repeated("", "G\0\0\0\0\0\0\0\1", 4_000_000)),
                row("P37 1,000,000 times 100,000 attributes", Fault.LIMIT_OPS, () -> {
                    Pickle pickle = ops().op('}', '(');
                    IntStream.range(0, 100_000)
                            .forEach(i -> pickle.text("a" + i).op('N'));
                    pickle.op('u').put(0).value(call(ORDERED_DICT));
                    IntStream.range(0, 1_000_000).forEach(i -> pickle.op('h', 0, 'b'));
                    return Saved.zip(Pickle.of(pickle.op(0x86))).bytes();
                }),
                row("P37 1,000,000 copies of 100,000 pairs", Fault.LIMIT_OPS, () -> {
                    Pickle pickle = ops().op(']', '(');
                    IntStream.range(0, 100_000).forEach(i -> pickle.op(0x88, 'N', 0x86));
                    pickle.op('e').put(0).value(ORDERED_DICT).put(1);
                    IntStream.range(0, 500_000).forEach(i -> pickle.op('h', 1, 'h', 0, 0x85, 'R'));
                    return Saved.zip(Pickle.of(pickle)).bytes();
                }),
                row("P37 memo of 2,000,000", Fault.LIMIT_OPS, () -> {
                    Pickle pickle = ops().op('N');
                    for (int i = 0; i < 21; i++) {
                        pickle.put((1 << i) - 1);
                    }
                    return Saved.zip(Pickle.of(pickle.raw(nones))).bytes();
                }),
                row("P37 100,000 tensors", Fault.LIMIT_TENSORS, () -> Saved.zip(
                                Pickle.of(tensors(100_000, floats("0", 0))), new byte[0])
                        .bytes()),
                code(
                        "P38 list in itself",
                        Fault.PKL_CYCLE,
                        ops().op(']').put(0).get(0).op('a')),
                code(
                        "P38 dict in itself",
                        Fault.PKL_CYCLE,
                        ops().op('}').put(0).op('N').get(0).op('s')),
                code(
                        "P38 OrderedDict as its own attributes",
                        Fault.PKL_CYCLE,
                        ops().value(ordered()).put(0).op('}').text("a").get(0).op('s', 'b')),
                code(
                        "P38 list in a tuple in itself",
                        Fault.PKL_CYCLE,
                        ops().op(']').put(0).get(0).op(0x85, 'a')),
                code(
                        "P38 two lists in one another",
                        Fault.PKL_CYCLE,
                        ops().op(']').put(0).op(']').get(0).op('a', 'a')));
    }

    private static Pickle nested(int lists) {
        Pickle pickle = ops();
        IntStream.range(0, lists).forEach(i -> pickle.op(']'));
        IntStream.range(1, lists).forEach(i -> pickle.op('a'));
        return pickle;
    }

    /** Instructions for a dict of so many tensors, all of them one. */
    private static Pickle tensors(int count, Object tensor) {
        Pickle pickle = ops().op('}', '(').text("t").value(tensor).put(0);
        IntStream.range(1, count).forEach(i -> pickle.text("t" + i).get(0));
        return pickle.op('u');
    }

    /** An archive whose pickle is {@code once} and many times the same; characters are bytes. */
    private static byte[] repeated(String once, String again, int times) {
        byte[] before = ascii("\u0080\2" + once);
        byte[] unit = ascii(again);
        byte[] pickle = Arrays.copyOf(before, before.length + unit.length * times + 1);
        for (int i = 0; i < times; i++) {
            System.arraycopy(unit, 0, pickle, before.length + i * unit.length, unit.length);
        }
        pickle[pickle.length - 1] = '.';
        return Saved.zip(pickle).bytes();
    }

    private static Stream<Arguments> storages() {
        return Stream.of(
                persistent("P39 not a tuple", "storage"),
                persistent("P39 a list", List.of("storage", FLOAT_STORAGE, "0", "cpu", 4)),
                persistent("P39 an empty tuple", tuple()),
                persistent("P39 module", tuple("module", FLOAT_STORAGE, "file", "source")),
                persistent("P39 two parts", tuple("storage", FLOAT_STORAGE)),
                persistent("P39 six parts", tuple("storage", FLOAT_STORAGE, "0", "cpu", 4, None.NONE)),
                persistent("P39 a key that is a path", tuple("storage", FLOAT_STORAGE, "../x", "cpu", 4)),
                persistent("P39 a key that is a number", tuple("storage", FLOAT_STORAGE, 0, "cpu", 4)),
                persistent("P39 a type that is a text", tuple("storage", "FloatStorage", "0", "cpu", 4)),
                persistent("P39 a type that is a dtype", tuple("storage", new Name("torch", "float32"), "0", "cpu", 4)),
                persistent("P39 no device", tuple("storage", FLOAT_STORAGE, "0", None.NONE, 4)),
                persistent("P39 no size", tuple("storage", FLOAT_STORAGE, "0", "cpu", None.NONE)),
                value("P40 no data/7", Fault.NO_STORAGE, dict("w", floats("7", 4)), counting(4)),
                value("P41 fewer bytes than declared", Fault.STORAGE_SIZE, dict("w", floats("0", 5)), counting(4)),
                value("P41 more bytes than declared", Fault.STORAGE_SIZE, dict("w", floats("0", 3)), counting(4)),
                value("P41 one byte more", Fault.STORAGE_SIZE, dict("w", floats("0", 4)), new byte[17]),
                value(
                        "P41 declared twice",
                        Fault.STORAGE_SIZE,
                        dict(
                                "v",
                                floats("0", 4),
                                "w",
                                tensor(storage(new Name("torch", "IntStorage"), "0", 4), 0, tuple(4), tuple(1))),
                        counting(4)),
                value("P42 -1 elements", Fault.OVERFLOW, dict("w", floats("0", -1)), counting(4)),
                value(
                        "P42 0x4000000000000001 elements",
                        Fault.OVERFLOW,
                        dict("w", floats("0", 0x4000_0000_0000_0001L)),
                        counting(1)));
    }

    private static Arguments persistent(String name, Object id) {
        return value(name, Fault.PKL_PID, dict("w", tensor(new Persistent(id), 0, tuple(4), tuple(1))), counting(4));
    }

    private static Stream<Arguments> tensors() {
        return Stream.of(
                tensorOf4("P43 offset -1", Fault.BOUNDS, -1, tuple(4), tuple(1)),
                tensorOf4("P43 offset 4", Fault.BOUNDS, 4, tuple(1), tuple(1)),
                tensorOf4("P43 offset 4 of a scalar", Fault.BOUNDS, 4, tuple(), tuple()),
                tensorOf4("P43 offset 5 of nothing", Fault.BOUNDS, 5, tuple(0), tuple(1)),
                tensorOf4("P43 offset 2^62", Fault.BOUNDS, 1L << 62, tuple(1), tuple(1)),
                tensorOf4("P44 negative stride", Fault.BOUNDS, 3, tuple(4), tuple(-1)),
                tensorOf4("P44 stride 2^40", Fault.BOUNDS, 0, tuple(2), tuple(1L << 40)),
                tensorOf4(
                        "P44 stride 2^63-1", Fault.BOUNDS, 0, tuple(2, 2, 2), tuple(Long.MAX_VALUE, Long.MAX_VALUE, 2)),
                tensorOf4("P44 one element too far", Fault.BOUNDS, 0, tuple(2, 2), tuple(3, 1)),
                tensorOf4("P44 one element too far by offset", Fault.BOUNDS, 1, tuple(4), tuple(1)),
                tensorOf4("P44 more elements than 2^63", Fault.OVERFLOW, 0, tuple(1L << 32, 1L << 32), tuple(0, 0)),
                tensorOf4("P44 more bytes than 2^63", Fault.OVERFLOW, 0, tuple(1L << 61), tuple(0)),
                value(
                        "P45 a billion times one element",
                        Fault.AMPLIFY,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 1), 0, tuple(1_000_000_000), tuple(0))),
                        counting(1)),
                row("P45 10,000 tensors of one storage", Fault.AMPLIFY, () -> Saved.zip(
                                Pickle.of(tensors(10_000, floats("0", 2_500_000))), new byte[10_000_000])
                        .bytes()),
                value(
                        "P46 rank 65",
                        Fault.RANK,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 1), 0, ones(65), ones(65))),
                        counting(1)),
                value(
                        "P46 rank 9",
                        Fault.RANK,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 1), 0, ones(9), ones(9))),
                        counting(1)),
                code(
                        "P47 quantised tensor",
                        Fault.UNSUPPORTED,
                        ops().value(call(new Name("torch._utils", "_rebuild_qtensor"), 1))),
                code("P47 quantised storage", Fault.UNSUPPORTED, ops().value(new Name("torch", "QInt8Storage"))),
                code(
                        "P47 sparse tensor",
                        Fault.UNSUPPORTED,
                        ops().value(call(new Name("torch._utils", "_rebuild_sparse_tensor"), 1))),
                code(
                        "P47 tensor subclass",
                        Fault.UNSUPPORTED,
                        ops().value(call(new Name("torch._utils", "_rebuild_wrapper_subclass"), 1))),
                code(
                        "P47 meta tensor",
                        Fault.UNSUPPORTED,
                        ops().value(call(new Name("torch._utils", "_rebuild_meta_tensor_no_storage"), 1))),
                code("P47 complex storage", Fault.UNSUPPORTED, ops().value(new Name("torch", "ComplexFloatStorage"))),
                value(
                        "P47 storage on the device meta",
                        Fault.UNSUPPORTED,
                        dict(
                                "w",
                                tensor(
                                        new Persistent(tuple("storage", FLOAT_STORAGE, "0", "meta", 4)),
                                        0,
                                        tuple(4),
                                        tuple(1))),
                        counting(4)),
                code(
                        "P47 negated tensor",
                        Fault.UNSUPPORTED,
                        ops().value(call(
                                V2,
                                storage(FLOAT_STORAGE, "0", 4),
                                0,
                                tuple(4),
                                tuple(1),
                                false,
                                ordered(),
                                dict("neg", true)))));
    }

    private static Pickle.Tuple ones(int count) {
        return new Pickle.Tuple(Collections.nCopies(count, 1));
    }

    private static Stream<Arguments> tops() {
        Object model = new Built(
                new New(new Name("torchvision.models.resnet", "ResNet"), tuple()),
                dict(
                        "training",
                        true,
                        "_modules",
                        ordered("conv1", new New(new Name("torch.nn.modules.conv", "Conv2d"), tuple()))));
        Object state = ordered("w", floats("0", 4));
        return Stream.of(
                value(
                        "P49 one name twice",
                        Fault.DUP_NAME,
                        ordered("w", floats("0", 4), "w", floats("1", 4)),
                        counting(4),
                        counting(4)),
                value(
                        "P49 a tensor and a number of one name",
                        Fault.DUP_NAME,
                        ordered("w", floats("0", 4), "w", 5),
                        counting(4)),
                value(
                        "P49 two state dicts",
                        Fault.DUP_NAME,
                        dict("state_dict", ordered("w", floats("0", 4)), "state_dict", ordered("v", floats("0", 4))),
                        counting(4)),
                value(
                        "P49 one name twice below a prefix",
                        Fault.DUP_NAME,
                        ordered("module.w", floats("0", 4), "module.w", floats("0", 4)),
                        counting(4)),
                value("P50 a list", Fault.NOT_STATE_DICT, List.of(floats("0", 4)), counting(4)),
                value("P50 a tuple", Fault.NOT_STATE_DICT, tuple(state), counting(4)),
                value("P50 an integer", Fault.NOT_STATE_DICT, 5),
                value("P50 None", Fault.NOT_STATE_DICT, None.NONE),
                value("P50 a tensor", Fault.NOT_STATE_DICT, floats("0", 4), counting(4)),
                value("P50 a function", Fault.NOT_STATE_DICT, V2),
                value("P50 nothing", Fault.NOT_STATE_DICT, ordered()),
                value("P50 no tensors", Fault.NOT_STATE_DICT, dict("epoch", 5, "arch", "resnet50")),
                value("P50 tensors by number", Fault.NOT_STATE_DICT, dict(0, floats("0", 4)), counting(4)),
                value("P50 two networks", Fault.NOT_STATE_DICT, dict("encoder", state, "decoder", state), counting(4)),
                value("P50 a whole model", Fault.NOT_STATE_DICT, model),
                value("P50 a whole model in a dict", Fault.NOT_STATE_DICT, dict("epoch", 5, "model", model)),
                value(
                        "P50 three deep",
                        Fault.NOT_STATE_DICT,
                        dict("state_dict", dict("state_dict", dict("state_dict", state))),
                        counting(4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void refuses(String name, Fault fault, Supplier<byte[]> made) {
        byte[] file = made.get();
        BadWeightsException refusal = Hostile.rejected(fault, file.length, () -> Saved.read(file));
        assertThat(refusal.getMessage()).startsWith("x.pth: ").doesNotContain("\u001B");
        assertThat(Saved.read(Saved.good().bytes()).tensors()).hasSize(2);
    }

    static Stream<Arguments> good() {
        Object state = ordered("conv1.weight", floats("0", 4), "fc.bias", floats("0", 4));
        return Stream.of(
                value(
                        "P46 no elements",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 0), 0, tuple(0), tuple(1))),
                        new byte[0]),
                value(
                        "P46 no elements, and huge strides",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 0), 0, tuple(3, 0), tuple(1L << 62, 1L << 62))),
                        new byte[0]),
                value(
                        "P46 no elements behind the last",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 4), 4, tuple(0), tuple(1))),
                        counting(4)),
                value(
                        "P46 a scalar",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 4), 3, tuple(), tuple())),
                        counting(4)),
                value(
                        "P46 rank 8",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 4), 3, ones(8), ones(8))),
                        counting(4)),
                value(
                        "P44 strides of single elements do not matter",
                        null,
                        dict("w", tensor(storage(FLOAT_STORAGE, "0", 4), 0, tuple(1, 4), tuple(1L << 62, 1))),
                        counting(4)),
                zip("P06 entries of newer versions", null, zip -> {
                    zip.add("archive/.format_version", ascii("1"));
                    zip.add("archive/.storage_alignment", ascii("64"));
                    zip.add("archive/.data/serialization_id", ascii("1234567890123456789012345678901234567890"));
                }),
                zip("P48 no byte order", null, zip -> zip.parts.remove(Saved.part(zip, "byteorder"))),
                value("P50 prefix", null, ordered("module.w", floats("0", 4)), counting(4)),
                value("P50 wrapped twice", null, dict("model", dict("state_dict", state)), counting(4)),
                value("P27 seven arguments", null, dict("w", rebuild(7)), counting(4)),
                value(
                        "P27 pairs, as Python 2 has it",
                        null,
                        call(ORDERED_DICT, List.of(List.of("a", floats("0", 4)), tuple("b", floats("0", 4)))),
                        counting(4)),
                value(
                        "P24 attributes of an OrderedDict",
                        null,
                        new Built(state, dict("_metadata", ordered("", dict("version", 1)))),
                        counting(4)),
                pickle("P35 PROTO 3", null, ops().proto(3).value(state).op('.')),
                pickle("P35 PROTO 4", null, ops().proto(4).value(state).op('.')));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void accepts(String name, Fault none, Supplier<byte[]> made) {
        StateDict read = Saved.read(made.get());
        assertThat(read.tensors()).isNotEmpty();
    }

    @Test
    void namesAllThatIsRefusedAndWhatToDo() {
        Pickle pickle = ops().op('(')
                .global("os", "system")
                .global("torch", "Size")
                .global("evil", "Payload")
                .op('t');
        byte[] file = Saved.zip(Pickle.of(pickle)).bytes();
        BadWeightsException refusal = Hostile.rejected(Fault.PKL_GLOBAL, file.length, () -> Saved.read(file));
        assertThat(refusal.getMessage())
                .contains("os.system, evil.Payload;")
                .contains("safetensors.torch.save_file")
                .contains("(PyTorch, archive/data.pkl byte ");
    }

    @Test
    void namesWholeModels() {
        Object model = new New(
                new Name("torchvision.models.resnet", "ResNet"), tuple(new Name("torch.nn.modules.conv", "Conv2d")));
        byte[] file = Saved.zip(Pickle.of(model)).bytes();
        assertThat(Hostile.rejected(Fault.NOT_STATE_DICT, file.length, () -> Saved.read(file)))
                .hasMessageContaining(
                        "holds a whole pickled model (class torchvision.models.resnet.ResNet), not a state dict")
                .hasMessageContaining("torch.save(model.state_dict()");
    }

    @Test
    void saysWhereInThePickle() {
        Pickle pickle = ops().op('N', 'N', 0x93);
        byte[] file = Saved.zip(Pickle.of(pickle)).bytes();
        BadWeightsException refusal = Hostile.rejected(Fault.PKL_OPCODE, file.length, () -> Saved.read(file));
        assertThat(refusal.place()).isEqualTo(new Location.Entry("archive/data.pkl", 4));
        assertThat(refusal).hasMessageContaining("STACK_GLOBAL (0x93)");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
