package io.github.resnet4j.engine.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void releasesTheLastFirstAndOnce() {
        List<String> released = new ArrayList<>();
        Scope scope = new Scope();
        scope.onClose(() -> released.add("first"));
        scope.onClose(() -> released.add("second"));
        scope.close();
        scope.close();
        assertThat(released).containsExactly("second", "first");
    }

    @Test
    void releasesEverythingAlsoWhenReleasesFail() {
        List<String> released = new ArrayList<>();
        Scope scope = new Scope();
        scope.onClose(() -> released.add("first"));
        scope.onClose(() -> {
            throw new IllegalArgumentException("later");
        });
        scope.onClose(() -> released.add("third"));
        scope.onClose(() -> {
            throw new IllegalStateException("earlier");
        });
        assertThatIllegalStateException()
                .isThrownBy(scope::close)
                .withMessage("earlier")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(released).containsExactly("third", "first");
    }
}
