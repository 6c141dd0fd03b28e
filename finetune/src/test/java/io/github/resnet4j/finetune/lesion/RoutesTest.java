package io.github.resnet4j.finetune.lesion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RoutesTest {
    private static Step step(int unit) {
        return new Step(unit, false);
    }

    private static Step removed(int unit) {
        return new Step(unit, true);
    }

    /** A step multiplies by ten and adds its number; a removed one does nothing. */
    private static INDArray run(Step step, INDArray maps) {
        return step.removed() ? maps : maps.mul(10).add(step.unit());
    }

    private static Map<Integer, Double> walk(List<List<Step>> routes, List<List<Step>> ran) {
        Map<Integer, Double> ends = new HashMap<>();
        INDArray images = Nd4j.scalar(0.0);
        new Routes(routes)
                .walk(
                        images,
                        (stretch, maps) -> {
                            ran.add(stretch);
                            INDArray behind = maps;
                            for (Step step : stretch) {
                                behind = run(step, behind);
                            }
                            return behind;
                        },
                        (route, output) -> ends.put(route, output.getDouble(0)));
        assertThat(images.getDouble(0)).as("the images stay the caller's").isZero();
        return ends;
    }

    @Test
    void everyRouteArrivesAndWhatIsSharedRunsOnce() {
        List<List<Step>> routes = List.of(
                List.of(step(1), step(2), step(3)),
                List.of(removed(1), step(2), step(3)),
                List.of(step(1), removed(2), step(3)),
                List.of(step(1), step(2), removed(3)),
                List.of(step(2), step(1), step(3)),
                List.of(step(1), step(2), step(3)));
        List<List<Step>> ran = new ArrayList<>();
        assertThat(walk(routes, ran))
                .containsExactlyInAnyOrderEntriesOf(Map.of(0, 123.0, 1, 23.0, 2, 13.0, 3, 12.0, 4, 213.0, 5, 123.0));
        assertThat(ran.stream().flatMap(List::stream)).hasSize(12);
        assertThat(ran)
                .as("what no route leaves in between runs together")
                .contains(List.of(removed(1), step(2), step(3)), List.of(step(2), step(1), step(3)), List.of(step(1)));
        assertThat(new Routes(routes).cost(step -> 1)).isEqualTo(12);
    }

    @Test
    void aRouteMayEndWhereAnotherGoesOn() {
        assertThat(walk(List.of(List.of(step(1)), List.of(step(1), step(2)), List.of()), new ArrayList<>()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(0, 1.0, 1, 12.0, 2, 0.0));
    }

    /** Of a thousand routes that part one after the other, few maps are kept at a time. */
    @Test
    void keepsFewMaps() {
        int units = 60;
        List<List<Step>> routes = new ArrayList<>();
        for (int gone = 0; gone < units; gone++) {
            List<Step> route = new ArrayList<>();
            for (int unit = 0; unit < units; unit++) {
                route.add(new Step(unit, unit == gone));
            }
            routes.add(route);
        }
        List<INDArray> alive = new ArrayList<>();
        int[] most = new int[1];
        new Routes(routes)
                .walk(
                        Nd4j.scalar(0f),
                        (step, maps) -> {
                            alive.removeIf(INDArray::wasClosed);
                            INDArray next = maps.dup();
                            alive.add(next);
                            most[0] = Math.max(most[0], alive.size());
                            return next;
                        },
                        (route, output) -> {});
        assertThat(most[0]).isLessThan(8);
    }
}
