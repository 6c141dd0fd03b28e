package io.github.resnet4j.notebooks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.history.HistoryManager;
import org.dflib.jjava.jupyter.kernel.magic.MagicParser;
import org.dflib.jjava.jupyter.kernel.magic.MagicTranspiler;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;

/** Jupyter's kernel for Java with resnet4j on its class path. Jupyter starts it as {@link KernelSpec} says. */
public final class Kernel extends BaseKernel {
    /** Matches nowhere: a cell is Java, without magics. */
    private static final String NEVER = "(?!)";

    private final Evaluator evaluator = new Evaluator();

    private Kernel() {
        super(
                "resnet4j",
                System.getProperty("java.version"),
                new LanguageInfo.Builder("java")
                        .version(System.getProperty("java.version"))
                        .mimetype("text/x-java-source")
                        .fileExtension(".jshell")
                        .pygments("java")
                        .codemirror("java")
                        .build(),
                List.of(),
                new HistoryManager() {},
                new JupyterIO(StandardCharsets.UTF_8),
                new CommManager(),
                new Renderer(),
                new MagicParser(NEVER, NEVER, new MagicTranspiler()),
                new MagicsRegistry(),
                false,
                new StringStyler.Builder().build());
    }

    /**
     * Serves one Jupyter until that ends it.
     *
     * @param arguments the connection file that Jupyter has written
     */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException(
                    "a kernel is started by Jupyter, with its connection file; use ./resnet4j notebook start");
        }
        Kernel kernel = new Kernel();
        JupyterConnection connection =
                new JupyterConnection(KernelConnectionProperties.parse(Files.readString(Path.of(arguments[0]))));
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
    }

    @Override
    public Object evalRaw(String cell) {
        try {
            return evaluator.evaluate(cell).orElse(null);
        } catch (CellException e) {
            throw new Failed(e);
        }
    }

    @Override
    public DisplayData eval(String cell) {
        Object value = evalRaw(cell);
        if (value == null) {
            return null;
        }
        DisplayData data = new DisplayData();
        Rendering.of(value).forEach(data::putData);
        return data;
    }

    /** Exceptions of cells, where JJava's interface allows no checked ones. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Failed(CellException cause) {
            super(cause);
        }
    }

    @Override
    public List<String> formatError(Throwable failure) {
        return List.of(String.valueOf(
                failure instanceof Failed failed ? failed.getCause().getMessage() : failure));
    }

    @Override
    public void interrupt() {
        evaluator.interrupt();
    }

    @Override
    public String isComplete(String cell) {
        return switch (evaluator.completeness(cell)) {
            case DEFINITELY_INCOMPLETE, CONSIDERED_INCOMPLETE -> IS_COMPLETE_MAYBE;
            case UNKNOWN -> IS_COMPLETE_BAD;
            default -> IS_COMPLETE_YES;
        };
    }

    @Override
    public ReplacementOptions complete(String cell, int at) {
        int[] anchor = {at};
        List<String> suggestions = evaluator.suggestions(cell, at, anchor);
        return suggestions.isEmpty() ? null : new ReplacementOptions(suggestions, anchor[0], at);
    }

    @Override
    public DisplayData inspect(String cell, int at, boolean extra) {
        List<String> signatures = evaluator.signatures(cell, at);
        return signatures.isEmpty() ? null : new DisplayData(String.join("\n", signatures));
    }

    @Override
    public void onShutdown(boolean restarting) {
        evaluator.close();
    }
}
