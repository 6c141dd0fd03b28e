package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.finetune.lesion.LesionResult.Permuted;
import io.github.resnet4j.finetune.lesion.LesionResult.Several;
import io.github.resnet4j.finetune.lesion.LesionResult.Single;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Chain.Kind;
import io.github.resnet4j.zoo.network.Chain.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which lesions a study makes: units of a chain, removed or swapped. Units are blocks, or else layers. */
final class Lesions {
    /** Different numbers of units that are removed together, or of swaps. */
    private static final int COUNTS = 10;

    /** Of all units, as many as the paper removes at most: 20 of 54. */
    private static final double MOST = 20.0 / 54;

    private final Chain chain;
    /** Positions in the chain of all blocks or layers. */
    private final int[] units;

    private final int draws;
    private final long seed;
    private final boolean spareDownSampling;

    /**
     * Of a chain.
     *
     * @param draws random sets and orders of each size
     * @param spareDownSampling random sets leave out units that change the shape of the map
     */
    Lesions(Chain chain, int draws, long seed, boolean spareDownSampling) {
        this.chain = chain;
        Kind kind = chain.residual() ? Kind.BLOCK : Kind.LAYER;
        this.units = IntStream.range(0, chain.units().size())
                .filter(i -> unit(i).kind() == kind)
                .toArray();
        this.draws = draws;
        this.seed = seed;
        this.spareDownSampling = spareDownSampling;
    }

    private Unit unit(int position) {
        return chain.units().get(position);
    }

    /** Positions in the chain of all blocks or layers. */
    int[] units() {
        return units.clone();
    }

    /** The whole network. */
    List<Step> whole() {
        return without(Set.of());
    }

    private List<Step> without(Set<Integer> removed) {
        return IntStream.range(0, chain.units().size())
                .mapToObj(i -> new Step(i, removed.contains(i)))
                .toList();
    }

    /** Units that cannot be removed, and why. */
    Map<String, String> kept() {
        Map<String, String> kept = new LinkedHashMap<>();
        for (int position : units) {
            Unit unit = unit(position);
            if (unit.without().isEmpty()) {
                kept.put(
                        unit.name(),
                        unit.keepsShape() || position == chain.units().size() - 1
                                ? "gives the logits"
                                : "changes " + unit.whole().input() + " to "
                                        + unit.whole().out());
            }
        }
        return kept;
    }

    /** A lesion, and the record of it once its error is known. */
    record Lesion<R>(List<Step> route, DoubleFunction<R> measured) {}

    /** Each unit alone. */
    List<Lesion<Single>> single() {
        List<Lesion<Single>> lesions = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            Unit unit = unit(units[i]);
            int number = i + 1;
            if (unit.without().isPresent()) {
                lesions.add(new Lesion<>(
                        without(Set.of(units[i])),
                        error -> new Single(number, unit.name(), !unit.keepsShape(), error)));
            }
        }
        return lesions;
    }

    /** Positions of the units that random sets are drawn from. */
    private int[] removable() {
        return Arrays.stream(units)
                .filter(i -> unit(i).without().isPresent())
                .filter(i -> !spareDownSampling || unit(i).keepsShape())
                .toArray();
    }

    /** Which units random sets are drawn from, in words. */
    String removedTogether() {
        int[] from = removable();
        long changing = Arrays.stream(from).filter(i -> !unit(i).keepsShape()).count();
        String what = chain.residual() ? "blocks" : "layers";
        String all = from.length + " of " + units.length + " " + what;
        if (!chain.residual()) {
            return all + ", those whose removal keeps the shape";
        }
        return changing > 0
                ? all + ", the " + changing + " down-sampling ones among them"
                : all + ", no down-sampling ones";
    }

    /** Random sets of several sizes. */
    List<Lesion<Several>> random() {
        int[] from = removable();
        List<Lesion<Several>> lesions = new ArrayList<>();
        for (int count : counts((int) Math.round(MOST * from.length))) {
            for (int draw = 1; draw <= draws; draw++) {
                Set<Integer> removed = Arrays.stream(
                                new Draw(seed, LesionPart.RANDOM, count, draw).set(count, from.length))
                        .mapToObj(i -> from[i])
                        .collect(Collectors.toSet());
                List<String> names =
                        removed.stream().sorted().map(i -> unit(i).name()).toList();
                int number = draw;
                lesions.add(new Lesion<>(without(removed), error -> new Several(count, number, names, error)));
            }
        }
        return lesions;
    }

    /** Up to so many, in at most {@link #COUNTS} even steps; none if {@code most} is below 1. */
    static int[] counts(int most) {
        return IntStream.rangeClosed(1, COUNTS)
                .map(i -> (int) Math.round((double) i * most / COUNTS))
                .filter(count -> count > 0)
                .distinct()
                .toArray();
    }

    /** Whether two blocks have equal dimensions, so that they can be swapped. */
    boolean canSwap() {
        return Arrays.stream(kinds(swappable())).distinct().count() < swappable().length;
    }

    /** Positions of the units that keep the shape of their map. */
    private int[] swappable() {
        return Arrays.stream(units).filter(i -> unit(i).keepsShape()).toArray();
    }

    /** Of units, the same number for the same shape. */
    private int[] kinds(int[] positions) {
        Map<Object, Integer> kinds = new HashMap<>();
        return Arrays.stream(positions)
                .map(i -> kinds.computeIfAbsent(unit(i).whole().input(), shape -> kinds.size()))
                .toArray();
    }

    /** Random swaps of pairs of units with equal dimensions. */
    List<Lesion<Permuted>> permuted() {
        int[] from = swappable();
        int[] kinds = kinds(from);
        List<Lesion<Permuted>> lesions = new ArrayList<>();
        for (int swaps : counts(Math.max(1, (int) Math.round(MOST * from.length)))) {
            for (int draw = 1; draw <= draws; draw++) {
                int[] order = new Draw(seed, LesionPart.PERMUTED, swaps, draw).swapped(swaps, kinds);
                int[] places = IntStream.range(0, chain.units().size()).toArray();
                for (int i = 0; i < order.length; i++) {
                    places[from[i]] = from[order[i]];
                }
                List<Step> route =
                        Arrays.stream(places).mapToObj(i -> new Step(i, false)).toList();
                double tau = KendallTau.of(order);
                double tauOfAll =
                        KendallTau.of(Arrays.stream(units).map(i -> places[i]).toArray());
                List<String> names = Arrays.stream(units)
                        .mapToObj(i -> unit(places[i]).name())
                        .toList();
                int number = draw;
                lesions.add(new Lesion<>(route, error -> new Permuted(swaps, number, tau, tauOfAll, names, error)));
            }
        }
        return lesions;
    }
}
