package io.github.resnet4j.zoo.layers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What PyTorch computed for one case of {@code make_grouped.py} or {@code make_operations.py}. */
public final class Golden {
    private final String name;
    private final Map<String, INDArray> tensors = new LinkedHashMap<>();

    private Golden(String name) {
        this.name = name;
    }

    /** The cases of {@code golden/NAME.txt}. */
    public static List<Golden> read(String file) {
        String resource = "/golden/" + file + ".txt";
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(Golden.class.getResourceAsStream(resource), StandardCharsets.US_ASCII))) {
            List<Golden> cases = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("case ")) {
                    cases.add(new Golden(line.substring(5)));
                } else {
                    String[] words = line.split(" ");
                    long[] shape = Arrays.stream(words[1].split("x"))
                            .mapToLong(Long::parseLong)
                            .toArray();
                    double[] values = Arrays.stream(words)
                            .skip(2)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    cases.get(cases.size() - 1)
                            .tensors
                            .put(words[0], Nd4j.createFromArray(values).reshape('c', shape));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** Whether the case has such a tensor. */
    public boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /** A tensor in double precision. */
    public INDArray tensor(String tensor) {
        return tensors.get(tensor);
    }

    int[] ints(String tensor) {
        return tensors.get(tensor).toIntVector();
    }

    @Override
    public String toString() {
        return name;
    }
}
