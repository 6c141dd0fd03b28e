package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Weights in several safetensors files beside one another, as Hugging Face's libraries write large ones: {@code
 * model-00001-of-00002.safetensors} and so on, and {@code model.safetensors.index.json}, whose {@code weight_map} maps
 * every tensor to its file. Name any of them; all files are read.
 */
final class ShardedFile implements WeightReader {
    private static final String INDEX = ".index.json";
    private static final String WEIGHT_MAP = "weight_map";
    private static final Pattern SHARD = Pattern.compile("(?i)(.+)-(\\d{5})-of-(\\d{5})(\\.safetensors)");
    private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]{1,255}\\.safetensors");

    private static final int SNIFF = 1 << 12;
    private static final int MAX_INDEX = 1 << 24;
    private static final int MAX_SHARDS = 256;
    private static final int MAX_TENSORS = 1 << 16;

    @Override
    public List<String> extensions() {
        return List.of();
    }

    @Override
    public boolean matches(FileBytes file) {
        return isIndex(file) || shard(file.path()).isPresent() && Safetensors.READER.matches(file);
    }

    private static boolean isIndex(FileBytes file) {
        String start = new String(file.read(0, (int) Math.min(SNIFF, file.size())), StandardCharsets.UTF_8);
        return start.stripLeading().startsWith("{")
                && (name(file.path()).endsWith(INDEX) || start.contains('"' + WEIGHT_MAP + '"'));
    }

    /** The parts of a shard's name: "1 of 1" is an ordinary file. */
    private static Optional<Matcher> shard(Path path) {
        Matcher shard = SHARD.matcher(name(path));
        return shard.matches() && Integer.parseInt(shard.group(3)) > 1 ? Optional.of(shard) : Optional.empty();
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public StateDict open(FileBytes file, WeightSet set) {
        if (isIndex(file)) {
            return byIndex(file, weightMap(file));
        }
        Matcher shard = shard(file.path()).orElseThrow();
        Path index = file.path().resolveSibling(shard.group(1) + shard.group(4) + INDEX);
        if (Files.exists(index)) {
            FileBytes bytes = FileBytes.open(index);
            Map<String, String> map = weightMap(bytes);
            if (map.containsValue(name(file.path()))) {
                return byIndex(bytes, map);
            }
            throw bad(
                    index,
                    Fault.MISMATCH,
                    Location.WHOLE,
                    "does not mention " + name(file.path()) + "; they do not belong together");
        }
        int count = Integer.parseInt(shard.group(3));
        requireFew(file.path(), count);
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            names.add(String.format(Locale.ROOT, "%s-%05d-of-%05d%s", shard.group(1), i, count, shard.group(4)));
        }
        return merged(file.path(), names);
    }

    private static StateDict byIndex(FileBytes index, Map<String, String> map) {
        StateDict merged = merged(index.path(), List.copyOf(new LinkedHashSet<>(map.values())));
        for (Map.Entry<String, String> entry : map.entrySet()) {
            if (!merged.tensors().containsKey(entry.getKey())) {
                throw bad(
                        index.path(),
                        Fault.MISMATCH,
                        new Location.Named(entry.getKey()),
                        "lists a tensor that " + entry.getValue() + " does not have; download all files again");
            }
        }
        return merged;
    }

    private static StateDict merged(Path named, List<String> shards) {
        requireFew(named, shards.size());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String shard : shards) {
            Path path = named.resolveSibling(shard);
            if (!Files.exists(path)) {
                throw bad(
                        named,
                        Fault.UNREADABLE,
                        Location.WHOLE,
                        "is one of several files that belong together, but " + shard
                                + " is not beside it; download it too");
            }
            StateDict part = Safetensors.READER.open(FileBytes.open(path), WeightSet.TRAINED);
            part.metadata().forEach(metadata::putIfAbsent);
            for (Map.Entry<String, Tensor> tensor : part.tensors().entrySet()) {
                if (tensors.put(tensor.getKey(), tensor.getValue()) != null) {
                    throw bad(
                            path,
                            Fault.DUP_NAME,
                            new Location.Named(tensor.getKey()),
                            "has a tensor that another of the " + shards.size() + " files has too; do not trust them");
                }
            }
        }
        return new StateDict(
                named,
                WeightFormat.SAFETENSORS,
                tensors,
                metadata,
                List.of("read all " + shards.size() + " files that belong together: " + listed(shards)));
    }

    private static String listed(List<String> shards) {
        return shards.size() < 4 ? String.join(", ", shards) : shards.get(0) + " to " + shards.get(shards.size() - 1);
    }

    private static void requireFew(Path named, int count) {
        if (count > MAX_SHARDS) {
            throw bad(
                    named,
                    Fault.LIMIT_TENSORS,
                    Location.WHOLE,
                    "is one of " + count + " files, far more than any network of the zoo needs");
        }
    }

    /** The file of every tensor, in the index's order; every file's name is that of a neighbour. */
    private static Map<String, String> weightMap(FileBytes index) {
        if (index.size() > MAX_INDEX) {
            throw bad(
                    index.path(),
                    Fault.JSON_LIMIT,
                    Location.WHOLE,
                    "is larger than any index of weights; do not trust it");
        }
        Map<String, String> map = new LinkedHashMap<>();
        Set<String> shards = new LinkedHashSet<>();
        try (JsonParser json = new JsonFactory().createParser(index.read(0, (int) index.size()))) {
            require(index, json.nextToken() == JsonToken.START_OBJECT, "is not a JSON object");
            boolean found = false;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals(WEIGHT_MAP);
                JsonToken value = json.nextToken();
                if (!wanted) {
                    json.skipChildren();
                    continue;
                }
                require(
                        index,
                        !found && value == JsonToken.START_OBJECT,
                        "does not have exactly one object " + WEIGHT_MAP);
                found = true;
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String tensor = json.currentName();
                    require(
                            index,
                            json.nextToken() == JsonToken.VALUE_STRING,
                            "names no file for " + Printable.brief(tensor));
                    require(
                            index,
                            map.put(tensor, json.getText()) == null,
                            "lists " + Printable.brief(tensor) + " twice");
                    require(index, map.size() <= MAX_TENSORS, "lists more tensors than any network has");
                    shards.add(json.getText());
                }
            }
            require(index, found, "has no " + WEIGHT_MAP + ": it is JSON that describes a model, not its weights");
            require(index, !map.isEmpty(), "lists no tensors");
        } catch (IOException e) {
            throw bad(index.path(), Fault.JSON, Location.WHOLE, "is not JSON; download it again");
        }
        for (String shard : shards) {
            if (!PLAIN_NAME.matcher(shard).matches()) {
                throw bad(
                        index.path(),
                        Fault.NAME,
                        new Location.Named(shard),
                        "names something other than a safetensors file beside it; do not trust it");
            }
        }
        return map;
    }

    private static void require(FileBytes index, boolean condition, String problem) {
        if (!condition) {
            throw bad(
                    index.path(),
                    Fault.JSON,
                    Location.WHOLE,
                    problem + "; name a weight file, or the index of several");
        }
    }

    private static BadWeightsException bad(Path file, Fault fault, Location place, String problem) {
        return new BadWeightsException(file, WeightFormat.SAFETENSORS, fault, place, problem);
    }
}
