package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/** What PyTorch computed for one case of {@code make_golden.py}. */
final class Golden {
    private static final int SAMPLES = 256;

    private final String name;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private record Tensor(int size, float[] stored) {}

    private Golden(String name) {
        this.name = name;
    }

    static Golden read(String name) {
        Golden golden = new Golden(name);
        String resource = "/golden/parity/" + name + ".bin.gz";
        try (InputStream file = Golden.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalArgumentException("no golden file " + resource + "; run make_golden.py");
            }
            DataInputStream in = new DataInputStream(new GZIPInputStream(file));
            for (int left = in.readInt(); left > 0; left--) {
                String tensor = in.readUTF();
                int size = 1;
                for (int rank = in.readInt(); rank > 0; rank--) {
                    size *= in.readInt();
                }
                float[] stored = new float[in.readInt()];
                for (int i = 0; i < stored.length; i++) {
                    stored[i] = in.readFloat();
                }
                golden.tensors.put(tensor, new Tensor(size, stored));
            }
            return golden;
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    /** All values of the tensors of a case in a text file, which has a line for each: case, tensor, values. */
    static Map<String, double[]> text(Path file, String name) {
        Map<String, double[]> tensors = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                if (words[0].equals(name)) {
                    tensors.put(
                            words[1],
                            Arrays.stream(words)
                                    .skip(2)
                                    .mapToDouble(Double::parseDouble)
                                    .toArray());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tensors;
    }

    /** The names of the tensors that begin with {@code prefix}, without it. */
    Set<String> names(String prefix) {
        Set<String> found = new TreeSet<>();
        for (String tensor : tensors.keySet()) {
            if (tensor.startsWith(prefix)) {
                found.add(tensor.substring(prefix.length()));
            }
        }
        return found;
    }

    /** The stored values of a tensor: all of a small one, else samples and the norm. */
    float[] values(String tensor) {
        Tensor found = tensors.get(tensor);
        if (found == null) {
            throw new IllegalArgumentException("golden " + name + " has no " + tensor);
        }
        return found.stored();
    }

    /** The same choice of {@code all} values that {@link #values} stores of {@code tensor}. */
    float[] choose(String tensor, float[] all) {
        Tensor found = tensors.get(tensor);
        if (found.size() != all.length) {
            throw new AssertionError(name + ", " + tensor + ": " + all.length + " values, PyTorch has " + found.size());
        }
        if (found.stored().length == all.length) {
            return all;
        }
        float[] chosen = new float[SAMPLES + 1];
        long[] places = Seeded.bits(name + "/places/" + tensor, SAMPLES);
        for (int i = 0; i < SAMPLES; i++) {
            chosen[i] = all[(int) ((places[i] >>> 33) % all.length)];
        }
        chosen[SAMPLES] = (float) norm(all);
        return chosen;
    }

    /** Fails where a tensor, of which these are all values, is further from PyTorch's than {@code bound} times its norm. */
    void requireNear(String tensor, float[] all, double bound) {
        float[] reference = values(tensor);
        assertThat(distance(choose(tensor, all), reference))
                .as("%s, %s", name, tensor)
                .isLessThanOrEqualTo(bound * norm(reference));
    }

    /** Root of the sum of squares. */
    static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /** L2 norm of the difference. */
    static double distance(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return norm(difference);
    }
}
