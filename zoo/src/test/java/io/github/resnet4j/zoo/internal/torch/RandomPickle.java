package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.tuple;

import io.github.resnet4j.zoo.internal.torch.Pickle.Built;
import io.github.resnet4j.zoo.internal.torch.Pickle.Call;
import io.github.resnet4j.zoo.internal.torch.Pickle.Name;
import io.github.resnet4j.zoo.internal.torch.Pickle.New;
import io.github.resnet4j.zoo.internal.torch.Pickle.None;
import io.github.resnet4j.zoo.internal.torch.Pickle.Pairs;
import io.github.resnet4j.zoo.internal.torch.Pickle.Persistent;
import io.github.resnet4j.zoo.weights.Fuzzer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes pickles for a file with the storages 0, 1 and 2 of 6, 4 and 0 floats, and 3, 4 and 5 of as many bytes: state dicts that are nearly right, programs
 * that nearly keep their stack in order, and either with damaged bytes.
 */
final class RandomPickle {
    private static final List<Name> NAMES = Arrays.stream(Global.values())
            .map(global -> {
                int dot = global.what().lastIndexOf('.');
                return new Name(global.what().substring(0, dot), global.what().substring(dot + 1));
            })
            .toList();

    private static final Long[] NUMBERS = {
        0L,
        1L,
        2L,
        3L,
        4L,
        5L,
        6L,
        7L,
        16L,
        24L,
        -1L,
        255L,
        256L,
        65536L,
        (1L << 31) - 1,
        -(1L << 31),
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0x4000_0000_0000_0001L
    };

    private static final String[] TEXTS = {
        "",
        "storage",
        "module",
        "cpu",
        "meta",
        "0",
        "1",
        "2",
        "7",
        "-1",
        "../x",
        "state_dict",
        "state_dict_ema",
        "model",
        "net",
        "module.conv1.weight",
        "_orig_mod.fc.bias",
        "module.",
        "epoch",
        "__class__",
        "_metadata",
        "a\nb",
        "\u001B[31m",
        "ä€😀"
    };

    private static final int[] COUNTS = {6, 4, 0};

    /** The storages of the file. */
    static final byte[][] STORAGES = Stream.of(COUNTS, COUNTS)
            .flatMap(counts -> Arrays.stream(counts).mapToObj(Saved::counting))
            .toArray(byte[][]::new);

    private final SplittableRandom random;
    private final boolean legacy;
    /** One in how many values is not what is expected. */
    private final int rarity;

    private final SortedMap<String, Long> mentioned = new TreeMap<>();

    RandomPickle(SplittableRandom random, boolean legacy) {
        this.random = random;
        this.legacy = legacy;
        this.rarity = List.of(8, 40, 200, 1000).get(random.nextInt(4));
    }

    /** Keys of the storages that the pickle mentions, if nothing was damaged, and how many elements they have. */
    SortedMap<String, Long> mentioned() {
        return mentioned;
    }

    byte[] bytes() {
        byte[] pickle =
                switch (random.nextInt(5)) {
                    case 0 -> program();
                    case 1 -> Pickle.likePython(checkpoint());
                    default -> Pickle.of(checkpoint());
                };
        return random.nextInt(3) == 0 ? Fuzzer.mutated(pickle, random) : pickle;
    }

    private boolean rarely() {
        return random.nextInt(rarity) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** What is expected, or now and then something else. */
    private Object mostly(Object expected) {
        return rarely() ? anything(2) : expected;
    }

    /** The same for numbers, where one more may be worse than anything else. */
    private Object nearly(long expected) {
        return rarely() ? expected + random.nextInt(-1, 2) : mostly(expected);
    }

    private Object checkpoint() {
        Object value = stateDict();
        for (int wrappers = random.nextInt(3); wrappers > 0; wrappers--) {
            Pairs pairs = Pickle.dict();
            for (int others = random.nextInt(4); others > 0; others--) {
                pairs.pairs().add(Map.entry(text(), anything(3)));
            }
            pairs.pairs().add(Map.entry(one(List.of("state_dict", "model", "net", "x", "model_ema")), value));
            value = mostly(pairs);
        }
        return value;
    }

    private Object stateDict() {
        Pairs pairs = new Pairs(random.nextBoolean(), new ArrayList<>());
        String prefix = one(List.of("", "", "module.", "_orig_mod."));
        for (int i = 0, tensors = 1 + random.nextInt(4); i < tensors; i++) {
            pairs.pairs().add(Map.entry(mostly(prefix + "t" + i), mostly(tensor())));
        }
        if (pairs.ordered() && random.nextInt(4) == 0) {
            return new Built(pairs, mostly(Pickle.dict("_metadata", mostly(Pickle.ordered()))));
        }
        return mostly(pairs);
    }

    private Object tensor() {
        int version = random.nextInt(4);
        int storage = random.nextInt(3);
        long left = COUNTS[storage];
        long offset = left == 0 ? 0 : random.nextLong(left);
        List<Object> sizes = new ArrayList<>();
        List<Object> strides = new ArrayList<>();
        for (int rank = left == 0 ? 1 : random.nextInt(4); rank > 0; rank--) {
            long stride = random.nextInt(3);
            long steps = stride == 0 ? random.nextInt(2) : Math.max(0, left - offset - 1) / stride / (rank + 1);
            sizes.add(nearly(left == 0 ? 0 : steps + 1));
            strides.add(nearly(stride));
        }
        Object elements = version == 3
                ? persistent(new Name("torch.storage", "UntypedStorage"), storage + 3, 4L * COUNTS[storage])
                : persistent(Pickle.FLOAT_STORAGE, storage, COUNTS[storage]);
        List<Object> arguments = new ArrayList<>(List.of(
                mostly(elements), nearly(offset), mostly(new Pickle.Tuple(sizes)), mostly(new Pickle.Tuple(strides))));
        if (version > 0) {
            arguments.add(mostly(random.nextBoolean()));
            arguments.add(mostly(Pickle.ordered()));
        }
        if (version == 3) {
            arguments.add(mostly(new Name("torch", one(List.of("float32", "int16", "bool", "int32")))));
        }
        if (version >= 2 && rarely()) {
            arguments.add(anything(1));
        }
        String function = List.of("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v2", "_rebuild_tensor_v3")
                .get(version);
        Object tensor = new Call(mostly(new Name("torch._utils", function)), mostly(new Pickle.Tuple(arguments)));
        return switch (random.nextInt(8)) {
            case 0 ->
                Pickle.call(
                        new Name("torch._utils", "_rebuild_parameter"), tensor, mostly(true), mostly(Pickle.ordered()));
            case 1 -> new New(new Name("torch.nn.parameter", "Parameter"), tuple(tensor, mostly(true)));
            default -> tensor;
        };
    }

    private Object persistent(Object type, int storage, long count) {
        mentioned.put(Integer.toString(storage), count);
        List<Object> id = new ArrayList<>(List.of(
                mostly("storage"), mostly(type), mostly(Integer.toString(storage)), mostly("cpu"), nearly(count)));
        if (legacy) {
            id.add(random.nextInt(8) == 0 ? mostly(tuple(mostly("9"), nearly(0), nearly(count / 2))) : None.NONE);
        }
        return new Persistent(mostly(new Pickle.Tuple(id)));
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private Object anything(int depth) {
        int kinds = depth == 0 ? 6 : 14;
        return switch (random.nextInt(kinds)) {
            case 0, 1 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 2 -> text();
            case 3 -> random.nextBoolean();
            case 4 -> random.nextDouble();
            case 5 -> None.NONE;
            case 6 -> new Pickle.Tuple(some(depth));
            case 7 -> some(depth);
            case 8 -> {
                List<Object> both = some(depth);
                Pairs pairs = new Pairs(random.nextBoolean(), new ArrayList<>());
                both.forEach(value -> pairs.pairs().add(Map.entry(random.nextInt(4) == 0 ? value : text(), value)));
                yield pairs;
            }
            case 9 -> one(NAMES);
            case 10 ->
                rarely()
                        ? new Call(one(NAMES), new Pickle.Tuple(some(depth)))
                        : Pickle.call(new Name("torch", "device"), mostly("cuda"), mostly(0));
            case 11 -> new New(new Name("argparse", "Namespace"), tuple());
            case 12 -> tensor();
            default ->
                new Built(
                        mostly(new New(new Name("argparse", "Namespace"), tuple())),
                        Pickle.dict("lr", anything(depth - 1)));
        };
    }

    private List<Object> some(int depth) {
        List<Object> values = new ArrayList<>();
        for (int count = random.nextInt(4); count > 0; count--) {
            values.add(anything(depth - 1));
        }
        return values;
    }

    /** Instructions one by one, of which most find on the stack what they need. */
    private byte[] program() {
        Pickle pickle = new Pickle().proto(2);
        int height = 0;
        int memo = 0;
        List<Integer> marks = new ArrayList<>();
        for (int left = 5 + random.nextInt(60); left > 0; left--) {
            int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> {
                    pickle.value(anything(0));
                    height++;
                }
                case 3 -> {
                    pickle.op(List.of((int) ']', (int) '}', (int) ')', 0x8F).get(random.nextInt(4)));
                    height++;
                }
                case 4 -> {
                    pickle.value(rarely() ? new Name(text().strip().replace("\n", ""), "x") : one(NAMES));
                    height++;
                }
                case 5 -> {
                    pickle.op('(');
                    marks.add(height);
                }
                case 6 -> {
                    if (!marks.isEmpty() || rarely()) {
                        int base = marks.isEmpty() ? 0 : marks.remove(marks.size() - 1);
                        int code = "teu".charAt(random.nextInt(3));
                        pickle.op(code);
                        height = code == 't' ? base + 1 : base;
                    }
                }
                case 7 -> {
                    if (height > floor || rarely()) {
                        pickle.op('q', memo++ & 0xFF);
                    }
                }
                case 8 -> {
                    if (memo > 0 || rarely()) {
                        pickle.op('h', random.nextInt(memo + 1) & 0xFF);
                        height++;
                    }
                }
                case 9 -> {
                    if (height - floor >= 2 || rarely()) {
                        pickle.op("aRb".charAt(random.nextInt(3)));
                        height--;
                    }
                }
                case 10 -> {
                    int items = 1 + random.nextInt(3);
                    if (height - floor >= items || rarely()) {
                        pickle.op(0x84 + items);
                        height -= items - 1;
                    }
                }
                case 11 -> {
                    if (height - floor >= 3 || rarely()) {
                        pickle.op('s');
                        height -= 2;
                    }
                }
                case 12 -> {
                    if (height - floor >= 2 || rarely()) {
                        pickle.op(0x81);
                        height--;
                    }
                }
                case 13 -> {
                    if (rarely()) {
                        pickle.op('Q');
                    }
                }
                case 14 -> {
                    pickle.value(tensor());
                    height++;
                }
                default -> {
                    if (rarely()) {
                        pickle.op(random.nextInt(256));
                    }
                }
            }
        }
        while (!marks.isEmpty()) {
            pickle.op('t');
            height = marks.remove(marks.size() - 1) + 1;
        }
        return pickle.op('.').bytes();
    }
}
