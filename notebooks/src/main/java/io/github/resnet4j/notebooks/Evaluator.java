package io.github.resnet4j.notebooks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Evaluates the cells of a notebook, one after the other, in this JVM and on the caller's thread, with everything on this
 * JVM's class path and the imports that {@code jshell} starts with. What a cell declares, later cells see.
 *
 * <p>The value of a cell is that of its last expression, if no semicolon follows it.
 *
 * <p>A cell is a program with all rights of this JVM. For use by one thread, except for {@link #interrupt}.
 */
public final class Evaluator implements AutoCloseable {
    private static final List<String> IMPORTS = List.of(
            "java.io.*",
            "java.math.*",
            "java.net.*",
            "java.nio.file.*",
            "java.util.*",
            "java.util.concurrent.*",
            "java.util.function.*",
            "java.util.regex.*",
            "java.util.stream.*");

    private static final Pattern LAST_SEMICOLON =
            Pattern.compile(";(?:\\s|//[^\n]*(?:\n|$)|/\\*(?:[^*]|\\*(?!/))*\\*/)*$");

    private final Execution execution = new Execution();
    private final JShell shell;
    private final SourceCodeAnalysis analysis;
    private volatile Thread evaluating;

    /** @throws IllegalStateException if this Java has no JShell */
    public Evaluator() {
        if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
            throw new IllegalStateException("this Java (" + System.getProperty("java.home")
                    + ") has no JShell, which notebooks need; use a JDK, not a JRE");
        }
        shell = JShell.builder()
                .executionEngine(execution, Map.of())
                .compilerOptions("-classpath", System.getProperty("java.class.path"), "-proc:none")
                .build();
        analysis = shell.sourceCodeAnalysis();
        IMPORTS.forEach(name -> shell.eval("import " + name + ";"));
    }

    /**
     * Evaluates a cell.
     *
     * @return the value to show, if it has one that is not null
     * @throws CellException if the cell, or a part of it, does not compile or throws; what stands before has been done
     */
    public Optional<Object> evaluate(String cell) throws CellException {
        evaluating = Thread.currentThread();
        try {
            return all(cell);
        } finally {
            evaluating = null;
            Thread.interrupted(); // is for this cell, not for the next
        }
    }

    private Optional<Object> all(String cell) throws CellException {
        List<DeclarationSnippet> declared = new ArrayList<>();
        Optional<Object> value = Optional.empty();
        String rest = cell.stripLeading();
        while (!rest.isEmpty()) {
            int line = line(cell, rest);
            CompletionInfo next = analysis.analyzeCompletion(rest);
            if (next.completeness() == Completeness.EMPTY) {
                break;
            }
            if (next.completeness() == Completeness.DEFINITELY_INCOMPLETE) {
                throw new CellException(line, "incomplete: what begins here does not end in this cell", null);
            }
            boolean complete = next.completeness().isComplete() && next.source() != null;
            String source = complete ? next.source() : rest;
            value = one(source, line, declared).filter(any -> !endsWithSemicolon(source));
            rest = complete ? next.remaining().stripLeading() : "";
        }
        requireDefined(declared);
        return value;
    }

    /** The line of the cell on which its end {@code rest} begins. */
    private static int line(String cell, String rest) {
        return 1 + newlines(cell.substring(0, cell.length() - rest.length()));
    }

    private static int newlines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    /** Comments may follow it; what looks so within a string, as in {@code "a; // b"}, leaves no complete source before. */
    private boolean endsWithSemicolon(String source) {
        Matcher last = LAST_SEMICOLON.matcher(source);
        return last.find()
                && analysis.analyzeCompletion(source.substring(0, last.start() + 1))
                                .completeness()
                        == Completeness.COMPLETE;
    }

    private Optional<Object> one(String source, int line, List<DeclarationSnippet> declared) throws CellException {
        execution.value = null;
        execution.thrown = null;
        Optional<Object> value = Optional.empty();
        for (SnippetEvent event : shell.eval(source)) {
            if (event.causeSnippet() != null) {
                continue; // an earlier declaration that depends on this one
            }
            Snippet snippet = event.snippet();
            if (event.status() == Snippet.Status.REJECTED) {
                throw rejected(snippet, source, line);
            }
            if (event.exception() != null) {
                throw threw(event.exception(), snippet, line);
            }
            if (snippet instanceof DeclarationSnippet declaration) {
                declared.add(declaration);
            }
            if (isExpression(snippet)) {
                value = Optional.ofNullable(execution.value);
            }
        }
        return value;
    }

    private static boolean isExpression(Snippet snippet) {
        return switch (snippet.subKind()) {
            case VAR_VALUE_SUBKIND, OTHER_EXPRESSION_SUBKIND, TEMP_VAR_EXPRESSION_SUBKIND -> true;
            default -> false;
        };
    }

    private CellException rejected(Snippet snippet, String source, int first) {
        Diag error =
                shell.diagnostics(snippet).filter(Diag::isError).findFirst().orElseThrow();
        int at = (int) Math.max(0, Math.min(error.getPosition(), source.length()));
        int line = first + newlines(source.substring(0, at));
        String[] lines = source.split("\n", -1);
        String shown = lines[Math.max(0, Math.min(line - first, lines.length - 1))].strip();
        return new CellException(line, oneLine(error.getMessage(Locale.ROOT)) + ": `" + shown + "`", null);
    }

    private CellException threw(JShellException exception, Snippet snippet, int first) {
        Throwable thrown = execution.thrown == null ? exception : execution.thrown;
        int line = 0;
        if (exception instanceof EvalException) {
            for (StackTraceElement frame : exception.getStackTrace()) {
                if (("#" + snippet.id()).equals(frame.getFileName())) {
                    line = first + frame.getLineNumber() - 1;
                    break;
                }
            }
        }
        return new CellException(line, oneLine(thrown.toString()), thrown);
    }

    /** JShell accepts methods that call what is still to be declared; here a cell says what is missing. */
    private void requireDefined(List<DeclarationSnippet> declared) throws CellException {
        for (DeclarationSnippet snippet : declared) {
            if (shell.status(snippet).isActive() && shell.status(snippet) != Snippet.Status.VALID) {
                String missing = shell.unresolvedDependencies(snippet).collect(Collectors.joining(", "));
                String problem = missing.isEmpty()
                        ? shell.diagnostics(snippet)
                                .map(diagnostic -> oneLine(diagnostic.getMessage(Locale.ROOT)))
                                .collect(Collectors.joining("; "))
                        : missing + " is not declared in this cell or before it";
                throw new CellException(0, problem, null);
            }
        }
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** Whether a cell that ends here would be evaluated, for consoles that ask for another line. */
    Completeness completeness(String cell) {
        String rest = cell;
        while (true) {
            CompletionInfo next = analysis.analyzeCompletion(rest);
            if (!next.completeness().isComplete() || next.remaining().isBlank()) {
                return next.completeness();
            }
            rest = next.remaining();
        }
    }

    /** What could stand at {@code cursor}, and through {@code anchor[0]}, where that begins. */
    List<String> suggestions(String cell, int cursor, int[] anchor) {
        return analysis.completionSuggestions(cell, cursor, anchor).stream()
                .map(SourceCodeAnalysis.Suggestion::continuation)
                .distinct()
                .toList();
    }

    /** Signatures of what the cursor is in. */
    List<String> signatures(String cell, int cursor) {
        return analysis.documentation(cell, cursor, false).stream()
                .map(SourceCodeAnalysis.Documentation::signature)
                .distinct()
                .toList();
    }

    /** Interrupts the thread that evaluates a cell, if one does. Trainings stop when asked to, not by this alone. */
    public void interrupt() {
        Thread thread = evaluating;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        shell.close();
    }

    /**
     * Runs snippets in this JVM, so that values are objects. On the calling thread: JShell's own local execution takes a new
     * one for each snippet, and OpenMP would start new threads for each of these.
     */
    private static final class Execution extends DirectExecutionControl implements ExecutionControlProvider {
        private Object value;
        private Throwable thrown;

        @Override
        public String name() {
            return "resnet4j";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return this;
        }

        @Override
        protected String invoke(Method snippet) throws Exception {
            try {
                value = snippet.invoke(null);
            } catch (InvocationTargetException e) {
                thrown = e.getCause();
                throw e;
            }
            return ""; // JShell's text of the value, which nobody reads
        }
    }
}
