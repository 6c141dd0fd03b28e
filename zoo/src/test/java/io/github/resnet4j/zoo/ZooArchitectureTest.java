package io.github.resnet4j.zoo;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Which package of the zoo may know which. */
@AnalyzeClasses(packages = "io.github.resnet4j.zoo", importOptions = ImportOption.DoNotIncludeTests.class)
class ZooArchitectureTest {
    private static final String ZOO = "io.github.resnet4j.zoo";

    @ArchTest
    static final ArchRule onlyGraphsAndTheirWeightsKnowDl4j = noClasses()
            .that()
            .resideOutsideOfPackages(
                    ZOO + ".graph..", ZOO + ".layers..", ZOO + ".weights.archive..", ZOO + ".weights.load..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "org.bytedeco..")
                    .and(resideOutsideOfPackage("org.nd4j.shade.."))); // Jackson: a jar of its own

    /** So that {@code list} and {@code info} load neither DL4J nor native code, not even by a detour. */
    @ArchTest
    static final ArchRule descriptionsDoNotKnowGraphs = noClasses()
            .that()
            .resideInAnyPackage(ZOO, ZOO + ".network..", ZOO + ".family..", ZOO + ".summary..", ZOO + ".pretrained..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ZOO + ".graph..", ZOO + ".layers..");

    @ArchTest
    static final ArchRule familiesAreTables = classes()
            .that()
            .resideInAPackage(ZOO + ".family")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", ZOO, ZOO + ".family", ZOO + ".network");

    /** Options that several specs share are records. */
    @ArchTest
    static final ArchRule familiesAndTheirSpecsAreFinal = classes()
            .that()
            .resideInAPackage(ZOO + ".family")
            .and()
            .areNotInterfaces()
            .and()
            .areTopLevelClasses()
            .should()
            .beAssignableTo(
                    assignableTo(Family.class).or(assignableTo(Spec.class)).or(assignableTo(Record.class)))
            .andShould()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static void everyFamilyIsListed(JavaClasses zoo) throws ReflectiveOperationException {
        List<JavaClass> families = zoo.stream()
                .filter(type -> type.isAssignableTo(Family.class) && !type.isInterface())
                .toList();
        assertThat(families).hasSizeGreaterThanOrEqualTo(2);
        for (JavaClass family : families) {
            Family instance = (Family) family.reflect().getDeclaredConstructor().newInstance();
            assertThat(instance.table()).as(family.getSimpleName()).isNotEmpty();
            assertThat(Zoo.list()).as(family.getSimpleName()).containsAll(instance.table());
        }
    }
}
