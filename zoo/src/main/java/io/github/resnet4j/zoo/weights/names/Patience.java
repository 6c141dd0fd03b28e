package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.files.Printable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;

/**
 * Time for the regular expressions of a user, which can take longer than anyone lives. They run in a thread of their own
 * that is given up in the end; an expression that looks at characters stops at the next one, while nothing can stop one
 * that tries the empty text again and again.
 */
final class Patience {
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final long STACK = 8L << 20;

    private volatile Attempt attempt;
    private volatile boolean over;

    /** What takes time. */
    @FunctionalInterface
    interface Work<T> {
        T with(Patience patience) throws Exception;
    }

    private record Attempt(Rule rule, String name) {}

    private Patience() {}

    /**
     * The result of {@code work}, if it arrives in time.
     *
     * @param file where the rules are from
     * @throws BadNameMapException if it takes too long or nests too deeply; the message names the rule and the name
     */
    static <T> T with(Path file, Work<T> work) {
        Patience patience = new Patience();
        FutureTask<T> task = new FutureTask<>(() -> work.with(patience));
        Thread thread = new Thread(null, task, "name-map", STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw patience.lost(file, "takes too long to match");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw patience.lost(file, "was interrupted at");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BadNameMapException bad) {
                throw bad;
            }
            if (e.getCause() instanceof StackOverflowError) {
                throw patience.lost(file, "recurses too deeply to match");
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            patience.over = true;
        }
    }

    /** The rule's match of a whole name, as long as there is time. */
    Optional<Matcher> match(Rule rule, String name) {
        attempt = new Attempt(rule, name);
        Matcher matcher = rule.regex().matcher(new Watched(name));
        return matcher.matches() ? Optional.of(matcher) : Optional.empty();
    }

    private BadNameMapException lost(Path file, String problem) {
        return new BadNameMapException(List.of(file + ":" + attempt.rule().line() + ": " + problem + " "
                + Printable.brief(attempt.name()) + "; simplify the regular expression"));
    }

    private final class Watched implements CharSequence {
        private final String text;

        Watched(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (over) {
                throw new IllegalStateException("too late");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
