package io.github.resnet4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a module offers stands in its {@code api.txt}, so that every change of it shows in a diff, and the packages that
 * offer it are named in the module's {@code package-info}.
 */
final class PublicApiTest {
    private static final String ROOT = "io.github.resnet4j.";
    private static final Set<String> OF_EVERY_OBJECT = Set.of("toString", "hashCode", "equals");
    private static final Pattern QUALIFIER = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");

    @ParameterizedTest
    @ValueSource(strings = {"files", "zoo", "engine", "datasets", "finetune", "serving", "spark", "notebooks"})
    void isAsWrittenDown(String module) throws IOException {
        Path file = Path.of("..", module, "api.txt");
        String now = text(module);
        assertThat(now.lines().filter(line -> line.contains(".internal.")))
                .as("signatures of %s that nobody outside could use", module)
                .isEmpty();
        if (Boolean.getBoolean("api.write")) {
            Files.writeString(file, now);
        }
        assertThat(Files.exists(file) ? Files.readAllLines(file) : List.of())
                .as(
                        "%s/api.txt; if the change is meant: ./mvnw -q -pl cli -am test -Dtest=PublicApiTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dapi.write=true",
                        module)
                .isEqualTo(now.lines().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "zoo", "engine", "datasets", "finetune", "serving", "spark", "notebooks"})
    void itsPackagesAreNamed(String module) throws IOException {
        String root = ROOT + module;
        Path info = Path.of("..", module, "src/main/java", root.replace('.', '/'), "package-info.java");
        Set<String> named = Pattern.compile("<li>\\{@code (" + module + "[.\\w]*)}")
                .matcher(Files.readString(info))
                .results()
                .map(match -> ROOT + match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named)
                .as("packages named in the list of %s/…/package-info.java", module)
                .isEqualTo(
                        offered(module).map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Stream<JavaClass> offered(String module) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT + module).stream()
                        .filter(type -> !type.getPackageName().contains(".internal"))
                        .filter(PublicApiTest::isVisible);
    }

    private static boolean isVisible(JavaClass type) {
        return (type.getModifiers().contains(JavaModifier.PUBLIC)
                        || type.getModifiers().contains(JavaModifier.PROTECTED))
                && type.getEnclosingClass().map(PublicApiTest::isVisible).orElse(true);
    }

    private static String text(String module) {
        TreeMap<String, TreeMap<String, Class<?>>> packages = new TreeMap<>();
        offered(module).forEach(type -> packages.computeIfAbsent(type.getPackageName(), name -> new TreeMap<>())
                .put(type.getName(), type.reflect()));
        return packages.entrySet().stream()
                .map(entry -> "package " + entry.getKey() + "\n\n"
                        + entry.getValue().values().stream()
                                .map(PublicApiTest::text)
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }

    private static String text(Class<?> type) {
        StringBuilder text = new StringBuilder(declaration(type)).append('\n');
        if (type.isEnum()) {
            text.append("    ").append(constants(type)).append('\n');
        }
        Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
                .flatMap(Arrays::stream)
                .filter(member -> isOffered(type, member))
                .map(member -> "    " + declaration(type, member) + '\n')
                .sorted()
                .forEach(text::append);
        return text.toString();
    }

    private static boolean isOffered(Class<?> type, Member member) {
        if (member.isSynthetic() || (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0) {
            return false;
        }
        if (member instanceof Field field) {
            return !field.isEnumConstant();
        }
        int count = member instanceof Method method ? method.getParameterCount() : -1;
        return !OF_EVERY_OBJECT.contains(member.getName())
                && !(type.isEnum() && Set.of("values", "valueOf").contains(member.getName()))
                && !(type.isRecord()
                        && count == 0
                        && components(type).anyMatch(c -> c.getName().equals(member.getName())))
                && !(type.isRecord() && member instanceof Constructor<?> constructor && isCanonical(type, constructor));
    }

    private static boolean isCanonical(Class<?> type, Constructor<?> constructor) {
        return Arrays.equals(
                constructor.getParameterTypes(),
                components(type).map(RecordComponent::getType).toArray());
    }

    private static Stream<RecordComponent> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents());
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(Field::isEnumConstant)
                .map(Field::getName)
                .collect(Collectors.joining(", "));
    }

    private static String declaration(Class<?> type) {
        List<String> words = new ArrayList<>();
        int modifiers = type.getModifiers() & ~(Modifier.STATIC | Modifier.INTERFACE);
        if (type.isInterface() || type.isEnum() || type.isRecord()) {
            modifiers &= ~(Modifier.ABSTRACT | Modifier.FINAL);
        }
        words.add(Modifier.toString(modifiers));
        if (type.isSealed()) {
            words.add("sealed");
        }
        words.add(
                type.isAnnotation()
                        ? "@interface"
                        : type.isInterface()
                                ? "interface"
                                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class");
        words.add(type.getName().substring(type.getPackageName().length() + 1).replace('$', '.')
                + (type.isRecord()
                        ? components(type)
                                .map(c -> name(c.getGenericType()) + " " + c.getName())
                                .collect(Collectors.joining(", ", "(", ")"))
                        : ""));
        if (!type.isEnum() && !type.isRecord() && !type.isInterface() && type.getSuperclass() != Object.class) {
            words.add("extends " + name(type.getGenericSuperclass()));
        }
        Type[] interfaces = type.isAnnotation() ? new Type[0] : type.getGenericInterfaces();
        if (interfaces.length > 0) {
            words.add((type.isInterface() ? "extends " : "implements ")
                    + Arrays.stream(interfaces).map(PublicApiTest::name).collect(Collectors.joining(", ")));
        }
        return String.join(" ", words);
    }

    private static String declaration(Class<?> type, Member member) {
        int modifiers = member.getModifiers() & ~(Modifier.TRANSIENT | Modifier.VOLATILE | Modifier.SYNCHRONIZED);
        if (type.isInterface()) {
            modifiers &= ~(Modifier.PUBLIC | Modifier.ABSTRACT);
        }
        String start = modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
        if (member instanceof Field field) {
            return start + name(field.getGenericType()) + " " + field.getName();
        }
        if (member instanceof Constructor<?> constructor) {
            return start
                    + type.getSimpleName()
                    + parameters(constructor.getParameters(), constructor.getGenericParameterTypes());
        }
        Method method = (Method) member;
        return start + (method.isDefault() ? "default " : "") + name(method.getGenericReturnType()) + " "
                + method.getName() + parameters(method.getParameters(), method.getGenericParameterTypes());
    }

    private static String parameters(Parameter[] parameters, Type[] types) {
        return Arrays.stream(
                        types.length == parameters.length
                                ? types
                                : Arrays.stream(parameters)
                                        .map(Parameter::getType)
                                        .toArray(Type[]::new))
                .map(PublicApiTest::name)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String name(Type type) {
        String name = type.getTypeName();
        return name.contains(".internal.")
                ? name
                : QUALIFIER.matcher(name).replaceAll("").replace('$', '.');
    }
}
