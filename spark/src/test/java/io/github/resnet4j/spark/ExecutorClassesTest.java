package io.github.resnet4j.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.Predictor;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's own Jackson comes first on the executors' class path, and is another than resnet4j's. */
@AnalyzeClasses(packages = "io.github.resnet4j.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ExecutorClassesTest {
    @ArchTest
    static final ArchRule nothingHereTouchesJackson =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson..");

    /** What opens models of any kind, and reports, does. */
    @ArchTest
    static final ArchRule tasksTouchNothingThatDoes = noClasses()
            .that()
            .resideInAPackage("io.github.resnet4j.spark.internal.inference..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.github.resnet4j.finetune.model.SourceModel")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.resnet4j.finetune.report..", "io.github.resnet4j.finetune.run..");

    /** What an executor does with a model, where there is no Jackson at all. */
    @Test
    void aModelRunsWithoutJackson(@TempDir Path folder) throws Exception {
        Path model = SmallModel.write(folder.resolve("model.zip"));
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.isEmpty()) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader loader = new WithoutJackson(urls)) {
            Class<?> probe = loader.loadClass(Probe.class.getName());
            assertThat(probe.getClassLoader()).isSameAs(loader);
            assertThat(probe.getMethod("run", Path.class).invoke(null, model)).isEqualTo(8 * 6);
        }
    }

    private static final class WithoutJackson extends URLClassLoader {
        /** Native libraries belong to one loader, so that what calls them, and what that knows, is loaded by the other. */
        private static final List<String> PARENT = List.of(
                "org.bytedeco.",
                "org.nd4j.",
                "org.deeplearning4j.",
                "org.slf4j.",
                "io.github.resnet4j.files.",
                "io.github.resnet4j.zoo.",
                "io.github.resnet4j.engine.");

        WithoutJackson(List<URL> urls) {
            super(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("tools.jackson") || name.startsWith("com.fasterxml")) {
                throw new ClassNotFoundException(name);
            }
            boolean ofParent = PARENT.stream().anyMatch(name::startsWith);
            return ofParent
                    ? ExecutorClassesTest.class.getClassLoader().loadClass(name)
                    : super.loadClass(name, resolve);
        }
    }

    /** Runs in the loader without Jackson. */
    public static final class Probe {
        private Probe() {}

        public static int run(Path model) throws IOException {
            try (Predictor predictor = Predictor.open(model, 8, Engine.AUTO)) {
                return predictor.probabilities(new float[8 * 3 * 16 * 16], 8).length;
            }
        }
    }
}
