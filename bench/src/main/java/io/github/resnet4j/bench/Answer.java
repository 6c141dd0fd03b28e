package io.github.resnet4j.bench;

import java.io.IOException;

/** What a contestant says on its standard output, one line each. */
sealed interface Answer {
    /** The line, without its end. */
    String line();

    /**
     * The first line: the network is built. {@code ready PARAMETERS DESCRIPTION}.
     *
     * @param parameters trained values
     * @param description software and version
     */
    record Ready(long parameters, String description) implements Answer {
        static Ready parse(String line) throws IOException {
            String[] words = line.split(" ", 3);
            if (words.length < 3 || !words[0].equals("ready")) {
                throw unexpected("ready PARAMETERS DESCRIPTION", line);
            }
            try {
                return new Ready(Long.parseLong(words[1]), words[2]);
            } catch (NumberFormatException e) {
                throw unexpected("ready PARAMETERS DESCRIPTION", line);
            }
        }

        @Override
        public String line() {
            return "ready " + parameters + " " + description;
        }
    }

    /**
     * The answer to a request: {@code train IMAGES SECONDS} or {@code infer IMAGES SECONDS}.
     *
     * @param task what was asked for
     * @param images computed
     * @param seconds that it took
     */
    record Done(Task task, long images, double seconds) implements Answer {
        static Done parse(Task task, String line) throws IOException {
            String[] words = line.split(" ");
            try {
                if (words.length == 3 && words[0].equals(task.word())) {
                    Done done = new Done(task, Long.parseLong(words[1]), Double.parseDouble(words[2]));
                    if (done.images > 0 && done.seconds > 0) {
                        return done;
                    }
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw unexpected(task.word() + " IMAGES SECONDS", line);
        }

        @Override
        public String line() {
            return task.word() + " " + images + " " + seconds;
        }

        double imagesPerSecond() {
            return images / seconds;
        }
    }

    private static IOException unexpected(String wanted, String got) {
        return new IOException("a contestant should answer \"" + wanted + "\", got \"" + got + "\"");
    }
}
