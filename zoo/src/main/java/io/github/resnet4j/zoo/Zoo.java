package io.github.resnet4j.zoo;

import io.github.resnet4j.zoo.family.AlexNet;
import io.github.resnet4j.zoo.family.CbamResNet;
import io.github.resnet4j.zoo.family.CifarResNeXt;
import io.github.resnet4j.zoo.family.CifarResNet;
import io.github.resnet4j.zoo.family.CifarStemResNet;
import io.github.resnet4j.zoo.family.DeepStemResNet;
import io.github.resnet4j.zoo.family.DenseNet;
import io.github.resnet4j.zoo.family.GoogLeNet;
import io.github.resnet4j.zoo.family.Highway;
import io.github.resnet4j.zoo.family.KerasResNet;
import io.github.resnet4j.zoo.family.MlperfTiny;
import io.github.resnet4j.zoo.family.Msrn;
import io.github.resnet4j.zoo.family.PreActResNet;
import io.github.resnet4j.zoo.family.ResNet;
import io.github.resnet4j.zoo.family.ResidualUnits;
import io.github.resnet4j.zoo.family.SeResNet;
import io.github.resnet4j.zoo.family.Segmentation;
import io.github.resnet4j.zoo.family.SpecResNet;
import io.github.resnet4j.zoo.family.Vgg;
import io.github.resnet4j.zoo.family.WideResNet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * The registry: every architecture by name, of the families listed here and of those that the class path brings (see
 * {@link Family}). Loads neither DL4J nor native code.
 */
public final class Zoo {
    private static final List<Family> FAMILIES = List.of(
            new ResNet(),
            new KerasResNet(),
            new CifarResNet(),
            new MlperfTiny(),
            new PreActResNet(),
            new WideResNet(),
            new ResidualUnits(),
            new SeResNet(),
            new CbamResNet(),
            new DenseNet(),
            new DeepStemResNet(),
            new CifarStemResNet(),
            new CifarResNeXt(),
            new Highway(),
            new Vgg(),
            new AlexNet(),
            new GoogLeNet(),
            new Segmentation(),
            new Msrn(),
            new SpecResNet());
    private static final Map<String, Architecture> BY_NAME = byName();

    private Zoo() {}

    /** Every architecture, family by family in the order of their tables; those of the class path last. */
    public static List<Architecture> list() {
        return List.copyOf(BY_NAME.values());
    }

    /** The architectures whose names match a pattern with {@code *} and {@code ?}; depths in numeric order. */
    public static List<Architecture> list(String pattern) {
        NamePattern names = new NamePattern(pattern);
        return BY_NAME.values().stream()
                .filter(row -> names.matches(row.name()))
                .toList();
    }

    /**
     * The architecture of this name.
     *
     * @throws UnknownModelException if there is none; the message has the nearest name
     */
    public static Architecture find(String name) {
        Architecture row = BY_NAME.get(name);
        if (row == null) {
            throw new UnknownModelException(name, BY_NAME.keySet());
        }
        return row;
    }

    private static Map<String, Architecture> byName() {
        Map<String, Architecture> rows = new LinkedHashMap<>();
        Stream<Family> further = ServiceLoader.load(Family.class, Zoo.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get);
        Stream.concat(FAMILIES.stream(), further)
                .flatMap(family -> family.table().stream())
                .forEach(row -> {
                    if (rows.put(row.name(), row) != null) {
                        throw new IllegalStateException("two architectures are named " + row.name());
                    }
                });
        return rows;
    }
}
