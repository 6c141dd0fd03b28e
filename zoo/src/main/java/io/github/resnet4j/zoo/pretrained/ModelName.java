package io.github.resnet4j.zoo.pretrained;

import java.util.Optional;

/**
 * A model as users name it: {@code resnet50}, or with weights {@code resnet50.tv_in1k}.
 *
 * @param architecture what stands before the first dot
 * @param tag what stands behind it; absent where there is no dot
 */
public record ModelName(String architecture, Optional<String> tag) {
    /** Reads a name; whether there is such a model is not asked. */
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
