package io.github.resnet4j.cli;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.report.Ellipsis;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressState;

/**
 * A bar on the last line of a terminal. The library's timer draws it; lines go through the same lock and redraw it, so
 * that neither tears the other.
 */
final class TerminalProgress implements ProgressView {
    private static final int REDRAW_MILLIS = 200;
    private static final int SHORTEST_BAR = 10;
    private static final int LONGEST_BAR = 30;
    private static final String CLEAR_LINE = "\r\033[K";
    private static final String CYAN = "\033[36m";
    private static final String DIM = "\033[2m";
    private static final String PLAIN = "\033[0m";

    private final PrintStream err;
    private final boolean colours;
    private final Glyphs glyphs;
    private final Line line;
    /** Replaced, never changed, by {@link #step}; read by the timer. */
    private volatile Measures measures = Measures.NONE;

    private volatile String samples = "images";

    private ProgressBar bar;

    TerminalProgress(PrintStream err, boolean colours, Glyphs glyphs) {
        this.err = err;
        this.colours = colours;
        this.glyphs = glyphs;
        this.line = new Line(err);
    }

    /** What the bar is made of. */
    record Glyphs(String full, String empty, String separator) {
        static final Glyphs UNICODE = new Glyphs("━", "─", " · ");
        static final Glyphs ASCII = new Glyphs("#", "-", " | ");

        /** Those the console's character set has. */
        static Glyphs ofConsole() {
            boolean able =
                    Charset.defaultCharset().newEncoder().canEncode(UNICODE.full + UNICODE.empty + UNICODE.separator);
            return able ? UNICODE : ASCII;
        }
    }

    private record Measures(double loss, double lr, double samplesPerSecond, double dataWaitShare) {
        static final Measures NONE = new Measures(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

        List<String> texts(String samples) {
            List<String> texts = new ArrayList<>();
            if (!Double.isNaN(samplesPerSecond)) {
                texts.add(Numbers.speed(samplesPerSecond) + " " + samples + "/s");
            }
            if (!Double.isNaN(loss)) {
                texts.add("loss " + Numbers.fixed(loss, 3));
            }
            if (!Double.isNaN(lr)) {
                texts.add("lr " + Numbers.rate(lr));
            }
            if (!Double.isNaN(dataWaitShare)) {
                texts.add("data wait " + Numbers.wholePercent(dataWaitShare));
            }
            return texts;
        }
    }

    /** The terminal's last line. */
    private static final class Line extends ConsoleProgressBarConsumer {
        private final PrintStream err;
        private String shown = "";

        Line(PrintStream err) {
            super(err);
            this.err = err;
        }

        @Override
        public synchronized void accept(String text) {
            shown = text;
            err.print(CLEAR_LINE + text);
            err.flush();
        }

        synchronized void above(String text) {
            err.print((shown.isEmpty() ? "" : CLEAR_LINE) + text + System.lineSeparator() + shown);
            err.flush();
        }

        @Override
        public synchronized void clear() {
            if (!shown.isEmpty()) {
                shown = "";
                err.print(CLEAR_LINE);
                err.flush();
            }
        }

        @Override
        public void close() {
            clear();
        }
    }

    @Override
    public synchronized void begin(String title, long totalSteps, String samples) {
        end();
        this.samples = samples;
        measures = Measures.NONE;
        bar = ProgressBar.builder()
                .setTaskName(Printable.line(title))
                .setInitialMax(totalSteps)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setRenderer(this::render)
                .setConsumer(line)
                .build();
    }

    @Override
    public synchronized void step(long done, double loss, double lr, double samplesPerSecond, double dataWaitShare) {
        if (bar != null) {
            measures = new Measures(loss, lr, samplesPerSecond, dataWaitShare);
            bar.stepTo(done);
        }
    }

    @Override
    public void line(String text) {
        line.above(Printable.line(text));
    }

    @Override
    public synchronized void end() {
        if (bar != null) {
            bar.close();
            bar = null;
            line.clear();
        }
    }

    private String render(ProgressState state, int width) {
        return render(
                state.getTaskName(),
                state.getCurrent(),
                state.getMax(),
                state.getTotalElapsed().toMillis() / 1000.0,
                width);
    }

    /** {@code epoch 3/10  45% ━━━━━──────  1:23 left · 281 images/s · loss 0.412 · …}, at most {@code width} columns. */
    String render(String title, long done, long total, double seconds, int width) {
        double share = total <= 0 ? 0 : Math.min(1, (double) done / total);
        List<String> facts = new ArrayList<>();
        if (done > 0 && share < 1) {
            facts.add(Numbers.clock(Math.round(seconds / share - seconds)) + " left");
        }
        facts.addAll(measures.texts(samples));
        String head = title + " %4s ".formatted(Numbers.wholePercent(share));
        // In a narrow terminal the last facts go first, then the title is cut; the bar stays.
        while (!facts.isEmpty() && width(head, facts) > width) {
            facts.remove(facts.size() - 1);
        }
        head = Ellipsis.fit(head, String::length, Math.max(1, width - SHORTEST_BAR - 2));
        int room = width - width(head, facts) + SHORTEST_BAR;
        int length = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, room));
        int full = (int) Math.round(share * length);
        return head + paint(CYAN, glyphs.full.repeat(full)) + paint(DIM, glyphs.empty.repeat(length - full)) + "  "
                + String.join(glyphs.separator, facts);
    }

    private int width(String head, List<String> facts) {
        return head.length()
                + SHORTEST_BAR
                + 2
                + String.join(glyphs.separator, facts).length();
    }

    private String paint(String colour, String text) {
        return colours && !text.isEmpty() ? colour + text + PLAIN : text;
    }
}
