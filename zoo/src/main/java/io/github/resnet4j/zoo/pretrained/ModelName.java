package io.github.resnet4j.zoo.pretrained;

import java.util.Optional;

/**
 * A model as users name it: {@code resnet50}, or with weights {@code resnet50.tv_in1k}.
 *
 * @param architecture the part before the first dot
 * @param tag the part after it; absent if there is no dot
 */
public record ModelName(String architecture, Optional<String> tag) {
    /** Parses a name without checking whether such a model exists. */
    public static ModelName parse(String name) {
        int dot = name.indexOf('.');
        return dot < 0
                ? new ModelName(name, Optional.empty())
                : new ModelName(name.substring(0, dot), Optional.of(name.substring(dot + 1)));
    }

    @Override
    public String toString() {
        return architecture + tag.map(text -> "." + text).orElse("");
    }
}
