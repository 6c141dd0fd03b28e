package io.github.resnet4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which module may know which, and what no module does. Packages that are still to be written may be empty. */
@AnalyzeClasses(packages = "io.github.resnet4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    private static final String FILES = "io.github.resnet4j.files..";
    private static final String ZOO = "io.github.resnet4j.zoo..";
    private static final String ENGINE = "io.github.resnet4j.engine..";
    private static final String DATASETS = "io.github.resnet4j.datasets..";
    private static final String FINETUNE = "io.github.resnet4j.finetune..";
    private static final String SERVING = "io.github.resnet4j.serving..";
    private static final String SPARK = "io.github.resnet4j.spark..";
    private static final String NOTEBOOKS = "io.github.resnet4j.notebooks..";
    private static final String CLI = "io.github.resnet4j.cli..";
    private static final Pattern INTERNAL = Pattern.compile("(io\\.github\\.resnet4j\\.\\w+)\\.internal(\\..*)?");

    @ArchTest
    static final ArchRule filesKnowNothingButTheJdk = classes()
            .that()
            .resideInAPackage(FILES)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(FILES, "java..");

    @ArchTest
    static final ArchRule zooKnowsOnlyFiles = noClasses()
            .that()
            .resideInAPackage(ZOO)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE, DATASETS, FINETUNE, SERVING, SPARK, NOTEBOOKS, CLI);

    @ArchTest
    static final ArchRule datasetsKnowOnlyFiles = noClasses()
            .that()
            .resideInAPackage(DATASETS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ZOO, ENGINE, FINETUNE, SERVING, SPARK, NOTEBOOKS, CLI);

    @ArchTest
    static final ArchRule engineKnowsOnlyTheZooAndFiles = noClasses()
            .that()
            .resideInAPackage(ENGINE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(DATASETS, FINETUNE, SERVING, SPARK, NOTEBOOKS, CLI);

    @ArchTest
    static final ArchRule finetuneIsALibrary = noClasses()
            .that()
            .resideInAPackage(FINETUNE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVING, SPARK, NOTEBOOKS, CLI, "picocli..");

    @ArchTest
    static final ArchRule servingIsALibrary = noClasses()
            .that()
            .resideInAPackage(SERVING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SPARK, NOTEBOOKS, CLI, "picocli..");

    @ArchTest
    static final ArchRule sparkIsALibrary = noClasses()
            .that()
            .resideInAPackage(SPARK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVING, NOTEBOOKS, CLI, "picocli..");

    /** Spark is on no class path but a cluster's: what runs elsewhere must not load a class of it. */
    @ArchTest
    static final ArchRule onlyOneModuleKnowsSpark = noClasses()
            .that()
            .resideOutsideOfPackage(SPARK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "scala..");

    /** Of the command line, the commands below {@code spark} alone, their options, and what tells failures apart. */
    @ArchTest
    static final ArchRule onlySparksCommandsUseIt = noClasses()
            .that()
            .resideOutsideOfPackage(SPARK)
            .and()
            .haveSimpleNameNotStartingWith("Spark")
            .and()
            .haveNameNotMatching("io\\.github\\.resnet4j\\.cli\\.(Spark\\w*\\$\\w+|ClusterOptions(\\$\\w+)?|Failures)")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SPARK);

    /** The network is in one package, and what models are knows nothing of it. */
    @ArchTest
    static final ArchRule onlyServingListens = noClasses()
            .that()
            .resideOutsideOfPackage(SERVING)
            .or()
            .resideInAPackage("io.github.resnet4j.serving.internal.model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.jetty..");

    /** What a module shows to others lies outside its {@code internal} packages. There is no exception. */
    @ArchTest
    static void internalsStayInTheirModule(JavaClasses classes) {
        assertThat(classes.stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(ArchitectureRulesTest::entersAnotherModule)
                        .map(Dependency::getDescription))
                .isEmpty();
    }

    private static boolean entersAnotherModule(Dependency dependency) {
        Matcher internal = INTERNAL.matcher(dependency.getTargetClass().getPackageName());
        return internal.matches()
                && !(dependency.getOriginClass().getPackageName() + ".").startsWith(internal.group(1) + ".");
    }

    @ArchTest
    static final ArchRule programsAndTheirMemoryAreOnTheirOwn = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.github.resnet4j.engine.internal.ir..", "io.github.resnet4j.engine.internal.memory..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.nd4j..",
                    "org.deeplearning4j..",
                    "org.bytedeco..",
                    "io.github.resnet4j.zoo..",
                    "io.github.resnet4j.engine",
                    "io.github.resnet4j.engine.internal.read..",
                    "io.github.resnet4j.engine.internal.lower..",
                    "io.github.resnet4j.engine.internal.onednn..");

    @ArchTest
    static final ArchRule loweringKnowsNoDl4j = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.github.resnet4j.engine.internal.lower..", "io.github.resnet4j.engine.internal.onednn..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..", "io.github.resnet4j.engine.internal.read..");

    @ArchTest
    static final ArchRule partsOfTheEngineDoNotKnowTheWhole = noClasses()
            .that()
            .resideInAPackage("io.github.resnet4j.engine.*..")
            .should()
            .dependOnClassesThat(describe(
                    "are in the engine's root and no exceptions",
                    type -> type.getPackageName().equals("io.github.resnet4j.engine")
                            && !type.isAssignableTo(Throwable.class)
                            && !type.getEnclosingClass()
                                    .map(outer -> outer.isAssignableTo(Throwable.class))
                                    .orElse(false)));

    @ArchTest
    static final ArchRule partsOfTheEngineKnowEachOtherOneWay = slices().matching(
                    "io.github.resnet4j.engine.internal.(*)..")
            .should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule onePackageCallsOneDnn = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.resnet4j.engine.internal.onednn..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco.dnnl..");

    @ArchTest
    static final ArchRule configurationsLoadNoNativeCode = noClasses()
            .that()
            .resideInAPackage("io.github.resnet4j.finetune.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..", "org.bytedeco..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule notebooksAreALibrary = noClasses()
            .that()
            .resideInAPackage(NOTEBOOKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLI, "picocli..");

    /** The runner of notebooks sets the standard output aside, to catch what their cells print. */
    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .and()
            .doNotHaveFullyQualifiedName("io.github.resnet4j.notebooks.NotebookRunner")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace");

    /** Every file is untrusted: none of these readers may see one, for all of them make objects of classes it names. */
    @ArchTest
    static final ArchRule noFileChoosesClasses = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat(resideInAnyPackage("java.beans..", "javax.script.."))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.nd4j.common.util.SerializationUtils")
            .orShould()
            .callMethodWhere(calls("java.lang.Class", "forName"))
            .orShould()
            .callMethodWhere(calls("java.lang.ClassLoader", "loadClass"))
            .orShould()
            .callMethodWhere(calls("org.deeplearning4j.util.ModelSerializer", "restore"))
            .orShould()
            .callMethodWhere(calls("org.deeplearning4j.nn.graph.ComputationGraph", "load"))
            .orShould()
            .callMethodWhere(calls("org.deeplearning4j.nn.multilayer.MultiLayerNetwork", "load"))
            .orShould()
            .callMethodWhere(calls("org.deeplearning4j.core.util.ModelGuesser", "load"));

    @ArchTest
    static void allModulesAreSeen(JavaClasses classes) {
        assertThat(classes).hasSizeGreaterThan(20);
        assertThat(classes.stream().map(type -> type.getPackageName().split("\\.")[3]))
                .contains("files", "zoo", "engine", "datasets", "finetune", "serving", "spark", "notebooks", "cli");
    }

    /** DL4J brings these; a broken image there ends the process instead of throwing. */
    @ArchTest
    static void nativeImageStackIsAbsent(JavaClasses classes) {
        ClassLoader loader = ArchitectureRulesTest.class.getClassLoader();
        assertThat(List.of(
                        "org.bytedeco.opencv.global.opencv_core",
                        "org.bytedeco.ffmpeg.global.avutil",
                        "org.bytedeco.leptonica.global.lept",
                        "org.bytedeco.hdf5.global.hdf5",
                        "org.bytedeco.javacv.Frame",
                        "org.datavec.image.loader.NativeImageLoader"))
                .allSatisfy(name -> assertThatExceptionOfType(ClassNotFoundException.class)
                        .isThrownBy(() -> Class.forName(name, false, loader)));
    }

    private static DescribedPredicate<JavaCall<?>> calls(String owner, String prefix) {
        return describe(
                owner + "." + prefix + "*",
                call -> call.getTargetOwner().getName().equals(owner)
                        && call.getTarget().getName().startsWith(prefix));
    }
}
