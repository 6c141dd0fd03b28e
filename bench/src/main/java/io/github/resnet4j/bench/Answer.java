package io.github.resnet4j.bench;

/** What a contestant writes to its standard output, one line each. */
sealed interface Answer {
    /** The request for a turn: {@code run SECONDS}. */
    static String request(double seconds) {
        return "run " + seconds;
    }

    /** The seconds of a {@link #request}. */
    static double seconds(String request) {
        return Double.parseDouble(request.substring(request.indexOf(' ') + 1));
    }

    /** The line, without its end. */
    String line();

    /**
     * The first line: the network is built. {@code ready PARAMETERS DESCRIPTION}.
     *
     * @param parameters trained values
     * @param description software, version, and what matters of its settings
     */
    record Ready(long parameters, String description) implements Answer {
        @Override
        public String line() {
            return "ready " + parameters + " " + oneLine(description);
        }
    }

    /**
     * The only line of a contestant that cannot take part: {@code absent REASON}.
     *
     * @param reason what is missing and how to get it
     */
    record Absent(String reason) implements Answer {
        @Override
        public String line() {
            return "absent " + oneLine(reason);
        }
    }

    /**
     * The answer to a request: {@code done IMAGES SECONDS}.
     *
     * @param images computed, above 0
     * @param seconds that it took, above 0
     */
    record Done(long images, double seconds) implements Answer {
        @Override
        public String line() {
            return "done " + images + " " + seconds;
        }

        double imagesPerSecond() {
            return images / seconds;
        }
    }

    /**
     * The last line of a contestant that gives up: {@code failed REASON}.
     *
     * @param reason for people
     */
    record Failed(String reason) implements Answer {
        @Override
        public String line() {
            return "failed " + oneLine(reason);
        }
    }

    /**
     * Parses a line.
     *
     * @throws ContestantException if it is none of these
     */
    static Answer parse(String line) throws ContestantException {
        String[] words = line.split(" ", 2);
        String rest = words.length < 2 ? "" : words[1].strip();
        try {
            switch (rest.isEmpty() ? "" : words[0]) {
                case "absent" -> {
                    return new Absent(rest);
                }
                case "failed" -> {
                    return new Failed(rest);
                }
                case "ready" -> {
                    String[] ready = rest.split(" ", 2);
                    if (ready.length == 2) {
                        return new Ready(Long.parseLong(ready[0]), ready[1]);
                    }
                }
                case "done" -> {
                    String[] done = rest.split(" ");
                    if (done.length == 2 && Long.parseLong(done[0]) > 0 && isTime(Double.parseDouble(done[1]))) {
                        return new Done(Long.parseLong(done[0]), Double.parseDouble(done[1]));
                    }
                }
                default -> {
                    // Reported below.
                }
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new ContestantException("answered \"" + shortened(line) + "\", which is not a valid reply");
    }

    private static boolean isTime(double seconds) {
        return seconds > 0 && Double.isFinite(seconds);
    }

    private static String shortened(String line) {
        String clean = line.replaceAll("[^ -~]", "?");
        return clean.length() > 60 ? clean.substring(0, 60) + "..." : clean;
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
