package io.github.resnet4j.zoo.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a weight file by name, in the file's order.
 *
 * @param file where they come from
 * @param format its format
 * @param tensors by the names that the file gives them, wrappers such as {@code state_dict} and {@code module.} taken off
 * @param metadata descriptive text in the file, such as safetensors' {@code __metadata__}; untrusted text
 * @param notes what was done to find the tensors, one sentence each, for people: "used the entry state_dict", "left out
 *     3 other entries: epoch, best_prec1, optimizer"
 */
public record StateDict(
        Path file, WeightFormat format, Map<String, Tensor> tensors, Map<String, String> metadata, List<String> notes) {
    public StateDict {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        notes = List.copyOf(notes);
    }

    /** The same with other tensors, or the same under other names. */
    public StateDict with(Map<String, Tensor> others) {
        return new StateDict(file, format, others, metadata, notes);
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.values().stream().mapToLong(Tensor::bytes).sum();
    }

    /** Elements of all tensors. */
    public long count() {
        return tensors.values().stream().mapToLong(Tensor::count).sum();
    }
}
