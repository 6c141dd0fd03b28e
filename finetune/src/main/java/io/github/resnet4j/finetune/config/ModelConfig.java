package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.OptionException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.pretrained.ModelName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The network, its initial weights, and which part of it is trained.
 *
 * @param name key {@code name}, required: a name of the zoo, {@code architecture} or {@code architecture.tag}
 * @param classes key {@code classes}, number of outputs, at least 2; default: the number of classes in the data
 * @param weights key {@code weights}, path of a {@code model.zip} archive or another file of weights to start from;
 *     default: those that a tag in {@code name} stands for, otherwise random
 * @param map key {@code map}, path of a file with rules for the names in {@code weights}, default none
 * @param ema key {@code ema}, default false: use the averaged weights that a checkpoint holds beside the trained ones
 * @param channelOrder key {@code channel-order}, {@code rgb} or {@code bgr}: the channel order that the weights expect;
 *     default: the weights' own
 * @param options key {@code options}, a map of the network's options to their values, as {@code info NAME} lists them;
 *     default: the architecture's own
 * @param shortcut key {@code shortcut}, short for {@code options: {shortcut: …}}
 * @param zeroInitResidual key {@code zero-init-residual}, short for {@code options: {zero-init-residual: …}}: the last
 *     batch normalisation of every block starts with scale 0, so that blocks start as the identity (Goyal et al. 2017,
 *     section 5.1)
 * @param freeze key {@code freeze}, default none: everything up to and including this vertex is frozen, such as
 *     {@code layer3}
 * @param freezeNorm key {@code freeze-norm}, default {@code frozen}: what the batch normalisations of the part that
 *     {@code freeze} names do. {@code frozen}: nothing of them changes. {@code frozen-statistics}: scale and shift are
 *     trained. {@code train}: they go by the batch's statistics and average these, as in PyTorch's {@code train()} mode, and
 *     scale and shift are trained
 */
public record ModelConfig(
        String name,
        Optional<Integer> classes,
        Optional<String> weights,
        Optional<String> map,
        @Default("false") boolean ema,
        Optional<ChannelOrder> channelOrder,
        Optional<Map<String, String>> options,
        Optional<String> shortcut,
        Optional<Boolean> zeroInitResidual,
        Optional<String> freeze,
        @Default("frozen") FreezePlan.Norms freezeNorm) {
    /**
     * Throws {@link IllegalArgumentException} for fewer than 2 classes, for blank text, for options that the network does
     * not have, and for those that have two values.
     */
    public ModelConfig {
        options = options.map(given -> Collections.unmodifiableMap(new LinkedHashMap<>(given)));
        Requirements check = new Requirements()
                .written("name", name)
                .atLeast("classes", classes, 2)
                .written("weights", weights)
                .written("map", map)
                .written("freeze", freeze)
                .that(
                        freeze.isPresent() || freezeNorm == FreezePlan.Norms.FROZEN,
                        "freeze-norm",
                        "is about the part that freeze names; set that, too");
        Map<String, String> full = options.orElse(Map.of());
        shortForms(shortcut, zeroInitResidual).forEach((key, value) -> {
            require(check, name, key, Map.of(key, value));
            String other = full.getOrDefault(key, value);
            check.that(other.equals(value), key, "is " + value + ", but options say " + other + "; give only one");
        });
        require(check, name, "options", full);
        check.verify();
    }

    /** Of a name that the zoo does not know, nothing is asked: that is said when it is looked for. */
    private static void require(Requirements check, String name, String key, Map<String, String> options) {
        String architecture = ModelName.parse(name).architecture();
        for (Architecture row : Zoo.list()) {
            try {
                if (row.name().equals(architecture)) {
                    row.with(options);
                }
            } catch (OptionException e) {
                e.problems().forEach(problem -> check.that(false, key, problem));
            }
        }
    }

    /** Whether some network of the zoo has an option of this name. */
    static boolean isOption(String key) {
        return Zoo.list().stream().anyMatch(row -> row.spec().options().containsKey(key));
    }

    private static Map<String, String> shortForms(Optional<String> shortcut, Optional<Boolean> zeroInitResidual) {
        Map<String, String> options = new LinkedHashMap<>();
        shortcut.ifPresent(value -> options.put("shortcut", value));
        zeroInitResidual.ifPresent(value -> options.put("zero-init-residual", value.toString()));
        return options;
    }

    /** All options that are given, in whichever form. */
    public Map<String, String> chosenOptions() {
        Map<String, String> all = new LinkedHashMap<>(options.orElse(Map.of()));
        all.putAll(shortForms(shortcut, zeroInitResidual));
        return all;
    }

    /** Sets options of the network, overriding a file's in either form. */
    public static List<Setting> settings(Map<String, String> options) {
        Set<String> shortForms = shortForms(Optional.of(""), Optional.of(false)).keySet();
        List<Setting> settings = new ArrayList<>();
        options.forEach((key, value) -> {
            Optional<String> option = Optional.of("--option " + key + "=" + value);
            settings.add(new Setting("model.options." + key + "=" + Scalars.quoted(value), option));
            if (shortForms.contains(key)) {
                settings.add(new Setting("model." + key + "=null", option));
            }
        });
        return settings;
    }
}
