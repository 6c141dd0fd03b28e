package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jdk.jshell.SourceCodeAnalysis.Completeness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EvaluatorTest {
    private static Evaluator evaluator;

    @BeforeAll
    static void start() {
        evaluator = new Evaluator();
    }

    @AfterAll
    static void stop() {
        evaluator.close();
    }

    private static Object value(String cell) throws CellException {
        return evaluator.evaluate(cell).orElse(null);
    }

    private static String failure(String cell) {
        return assertThatExceptionOfType(CellException.class)
                .isThrownBy(() -> evaluator.evaluate(cell))
                .actual()
                .getMessage();
    }

    @Test
    void valuesAreObjects() throws CellException {
        assertThat(value("new int[] {1, 2}")).isEqualTo(new int[] {1, 2});
        assertThat(value("Path.of(\"a\")")).isEqualTo(java.nio.file.Path.of("a"));
    }

    @Test
    void onlyALastExpressionWithoutSemicolonIsShown() throws CellException {
        assertThat(value("int a = 1;\na + 1")).isEqualTo(2);
        assertThat(value("int a = 1;\na + 1;")).isNull();
        assertThat(value("int c = 3")).isNull();
        assertThat(value("a = 5")).isNull();
        assertThat(value("a // five")).isEqualTo(5);
        assertThat(value("a\n// five\n")).isEqualTo(5);
        assertThat(value("a; // five")).isNull();
        assertThat(value("String.valueOf(\"x; // y\")")).isEqualTo("x; // y");
        assertThat(value("(String) null")).isNull();
        assertThat(value("// nothing")).isNull();
        assertThat(value("  \n ")).isNull();
    }

    @Test
    void laterCellsSeeEarlierOnes() throws CellException {
        value("record Point(int x, int y) {}\nint twice(Point point) {\n    return 2 * point.x();\n}");
        assertThat(value("import java.time.Duration;\ntwice(new Point(21, 0))")).isEqualTo(42);
        assertThat(value("Duration.ofSeconds(3).toMillis()")).isEqualTo(3000L);
    }

    @Test
    void statementsOfOneCellMayDependOnEachOther() throws CellException {
        assertThat(value("int even(int n) { return n == 0 ? 1 : odd(n - 1); }\n"
                        + "int odd(int n) { return n == 0 ? 0 : even(n - 1); }\neven(4)"))
                .isEqualTo(1);
        assertThat(value("int sum = 0;\nfor (int i = 0; i < 4; i++) {\n    sum += i;\n}\nsum"))
                .isEqualTo(6);
        assertThat(value("if (sum > 3) {\n    sum = 1;\n}\nelse {\n    sum = 2;\n}\nsum"))
                .isEqualTo(1);
    }

    @Test
    void whatDoesNotCompileIsShownWithItsLine() {
        assertThat(failure("int ok = 1;\n\nint no = \"text\";"))
                .isEqualTo("line 3: incompatible types: java.lang.String cannot be converted to int: `int no ="
                        + " \"text\";`");
        assertThat(failure("String s = 1 +* 2;")).startsWith("line 1: ");
    }

    @Test
    void exceptionsAreKeptWithTheirLine() {
        String cell =
                "int before = 1;\n// a remark\nint[] none = {};\n\nfor (int i = 0; i < 1; i++) {\n    none[i] = 1;\n}";
        CellException thrown = assertThatExceptionOfType(CellException.class)
                .isThrownBy(() -> evaluator.evaluate(cell))
                .actual();
        assertThat(thrown.getMessage())
                .isEqualTo("line 6: java.lang.ArrayIndexOutOfBoundsException: Index 0 out of bounds for length 0");
        assertThat(thrown.line()).hasValue(6);
        assertThat(thrown).hasCauseInstanceOf(ArrayIndexOutOfBoundsException.class);
    }

    @Test
    void methodsThatCallWhatIsNotThereFailAtOnce() {
        assertThat(failure("int calls() { return missing(1); }")).contains("missing", "is not declared");
    }

    @Test
    void afterAFailureTheNextCellRuns() throws CellException {
        failure("throw new IllegalStateException(\"two\\nlines\");");
        assertThat(failure("throw new IllegalStateException(\"two\\nlines\");"))
                .isEqualTo("line 1: java.lang.IllegalStateException: two lines");
        assertThat(value("1")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'int f() {', DEFINITELY_INCOMPLETE",
        "'f(', DEFINITELY_INCOMPLETE",
        "'int x = 1;', COMPLETE",
        "'int x = 1', COMPLETE_WITH_SEMI",
        "'int x = 1; int y = (', DEFINITELY_INCOMPLETE",
    })
    void knowsWhetherMoreMustFollow(String cell, Completeness completeness) {
        assertThat(evaluator.completeness(cell)).isEqualTo(completeness);
    }

    @Test
    void incompleteCellsFailWhereTheIncompletePartBegins() {
        assertThat(failure("int x = 1;\n\nint f() {\n")).startsWith("line 3: incomplete");
    }

    @Test
    void suggestsWhatCouldFollow() throws CellException {
        value("String word = \"\";");
        int[] anchor = new int[1];
        assertThat(evaluator.suggestions("word.isBl", 9, anchor)).contains("isBlank()");
        assertThat(anchor[0]).isEqualTo(5);
        assertThat(evaluator.signatures("word.charAt(", 12)).containsExactly("char String.charAt(int index)");
    }

    @Test
    void interruptsWhatWaits() throws InterruptedException {
        Thread waker = new Thread(() -> {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            evaluator.interrupt();
        });
        waker.start();
        assertThat(failure("for (;;) Thread.sleep(10);")).contains("InterruptedException");
        waker.join();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
