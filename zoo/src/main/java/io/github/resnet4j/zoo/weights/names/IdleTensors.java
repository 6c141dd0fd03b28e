package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the authors of Spec-ResNet save and do not use: in most blocks a norm, {@code pre_bn}, whose result their code throws away, and
 * whole blocks that it makes and never runs. The file's other tensors are all that the network needs.
 */
final class IdleTensors {
    /** The convolution of a shortcut, which is called so in these networks alone. */
    private static final String MARK = "block1.conv11.weight";

    private static final Pattern THROWN_AWAY = Pattern.compile("block\\d{1,2}\\.pre_bn\\.\\w+");
    private static final Pattern IN_BLOCK = Pattern.compile("(block\\d{1,2}\\.)(?:conv1|bn1|conv2|conv11)\\.\\w+");

    private IdleTensors() {}

    /** The same without them, if both the file and the network are of this kind. */
    static Reading leftOut(Reading reading, List<Slot> slots) {
        if (!reading.tensors().containsKey(MARK)) {
            return reading;
        }
        Set<String> needed = slots.stream().map(Slot::name).collect(Collectors.toSet());
        if (!needed.contains(MARK)) {
            return reading;
        }
        Map<String, Named> kept = new LinkedHashMap<>();
        Map<String, String> others = new LinkedHashMap<>(reading.others());
        reading.tensors().forEach((name, tensor) -> {
            if (!needed.contains(name) && THROWN_AWAY.matcher(name).matches()) {
                others.put(tensor.source(), "of a norm whose result the authors' code throws away");
            } else if (isOfIdleBlock(name, needed)) {
                others.put(tensor.source(), "of a block that the authors' code never runs");
            } else {
                kept.put(name, tensor);
            }
        });
        int idle = reading.tensors().size() - kept.size();
        if (idle == 0) {
            return reading;
        }
        List<String> notes = new ArrayList<>(reading.notes());
        notes.add("left out " + idle + " tensors that the authors' code saves and does not use");
        return new Reading(reading.convention(), kept, others, notes, reading.refusal());
    }

    private static boolean isOfIdleBlock(String name, Set<String> needed) {
        Matcher block = IN_BLOCK.matcher(name);
        return block.matches() && needed.stream().noneMatch(other -> other.startsWith(block.group(1)));
    }
}
