package io.github.resnet4j.datasets.download;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * One attempt to download a file over HTTP, from the byte where its part ends. Everything the server says is compared
 * with what is known of the file before a byte of the part is given up or written.
 */
final class HttpTransfer {
    private static final int MAX_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final Set<Integer> MISSING = Set.of(404, 410);
    private static final String NUMBER = "\\d{1,18}";
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes (" + NUMBER + ")-(" + NUMBER + ")/(" + NUMBER + "|\\*)");

    private final HttpClient client;
    private final Duration stall;
    private final DownloadProgress progress;

    HttpTransfer(DownloadOptions options) {
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(options.patience().connect())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        stall = options.patience().stall();
        progress = options.progress();
    }

    /** A response that continues where the part ends; {@code total} is the file's size as far as it is known. */
    private record Answer(ResponseBody body, long total) {}

    /**
     * Appends the missing bytes of {@code file} to {@code part}, or says why it could not.
     *
     * @param announced receives the size of the whole file, if only the server knows it, before the first byte
     * @return whether the length was known, so that the last byte is there; else an end that came too early looks the same
     */
    boolean run(RemoteFile file, URI address, PartFile part, Instant deadline, LongConsumer announced)
            throws TransferFault, InterruptedException {
        long total = file.size().exact() ? file.size().bytes() : DownloadProgress.UNKNOWN;
        Answer answer;
        try {
            answer = accept(file, address, part, announced);
        } catch (IOException e) {
            throw passing(part, total, e);
        }
        total = answer.total();
        try (ResponseBody body = answer.body()) {
            progress.bytes(part.bytes(), total);
            for (List<ByteBuffer> next = body.next(stall); !next.isEmpty(); next = body.next(stall)) {
                write(next, file, total, part);
                if (Instant.now().isAfter(deadline)) {
                    throw TransferFault.lasting("not complete within the time limit", null);
                }
            }
        } catch (IOException e) {
            throw passing(part, total, e);
        }
        if (part.bytes() < total) {
            throw TransferFault.passing("the response ended after " + progressText(part, total), Duration.ZERO);
        }
        return total != DownloadProgress.UNKNOWN;
    }

    private TransferFault passing(PartFile part, long total, IOException e) {
        return TransferFault.passing("after " + progressText(part, total) + ", " + describe(e), e);
    }

    private static String progressText(PartFile part, long total) {
        return part.bytes() + (total == DownloadProgress.UNKNOWN ? "" : " of " + total) + " bytes";
    }

    private void write(List<ByteBuffer> buffers, RemoteFile file, long total, PartFile part) throws TransferFault {
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > file.size().bytes() - part.bytes()) {
                part.restart(Optional.empty());
                throw TransferFault.wrongContent("received more than " + file.size() + " bytes");
            }
            part.append(buffer);
        }
        progress.bytes(part.bytes(), total);
    }

    /** Asks for the missing bytes, and sets the part up for the answer. */
    private Answer accept(RemoteFile file, URI address, PartFile part, LongConsumer announced)
            throws TransferFault, IOException, InterruptedException {
        HttpResponse<ResponseBody> response = send(address, part.bytes(), part.validator());
        HttpHeaders headers = response.headers();
        try {
            long total;
            switch (response.statusCode()) {
                case 200 -> {
                    // Also the answer to a range: the server knows no ranges, or the file there has changed.
                    requirePlainFile(headers);
                    total = wholeLength(headers, file.size());
                    part.restart(validator(headers));
                }
                case 206 -> {
                    requirePlainFile(headers);
                    total = continuedLength(headers, file, part);
                    part.resume();
                }
                case 416 -> {
                    part.restart(Optional.empty());
                    throw TransferFault.wrongContent(
                            "the file on the server is shorter than the part already here (status 416)");
                }
                default -> throw refusal(response.statusCode(), headers);
            }
            if (!file.size().exact() && total != DownloadProgress.UNKNOWN) {
                announced.accept(total);
            }
            return new Answer(response.body(), total);
        } catch (TransferFault | RuntimeException e) {
            response.body().close();
            throw e;
        }
    }

    private HttpResponse<ResponseBody> send(URI first, long from, Optional<String> validator)
            throws TransferFault, IOException, InterruptedException {
        URI address = first;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .timeout(stall)
                    .header("User-Agent", "resnet4j")
                    .header("Accept-Encoding", "identity");
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
                validator.ifPresent(value -> request.header("If-Range", value));
            }
            HttpResponse<ResponseBody> response = send(request.build());
            if (!REDIRECTS.contains(response.statusCode())) {
                return response;
            }
            response.body().close();
            address = redirected(address, response.headers().firstValue("Location"));
        }
        throw TransferFault.lasting("more than " + MAX_REDIRECTS + " redirects", null);
    }

    private HttpResponse<ResponseBody> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            return client.send(request, info -> new ResponseBody());
        } catch (IllegalArgumentException e) { // what the client makes of a Content-Length of twenty digits
            throw new IOException("the response is not HTTP", e);
        }
    }

    /** Where a redirect leads; never from https to something an onlooker could change. */
    static URI redirected(URI from, Optional<String> location) throws TransferFault {
        URI to;
        try {
            to = from.resolve(location.orElseThrow(() -> new IllegalArgumentException("no Location")));
        } catch (IllegalArgumentException e) {
            throw TransferFault.lasting("a redirect without a usable address", e);
        }
        String scheme = Source.scheme(to);
        if (!Set.of("http", "https").contains(scheme) || to.getHost() == null) {
            throw TransferFault.lasting("a redirect to something that is not http or https", null);
        }
        if (Source.scheme(from).equals("https") && scheme.equals("http")) {
            throw TransferFault.lasting("a redirect from https to http (" + Source.shown(to) + "), refused", null);
        }
        return to;
    }

    /** Refuses what cannot be the file, before the part is touched. */
    private static void requirePlainFile(HttpHeaders headers) throws TransferFault {
        String type = headers.firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html")) {
            throw TransferFault.lasting(
                    "received a web page instead of the file (does this network require a login?)", null);
        }
        String encoding = headers.firstValue("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw TransferFault.wrongContent(
                    "the file was sent in an encoding that was not requested (Content-Encoding)");
        }
    }

    /** The size of the file that is sent from its first byte. */
    private static long wholeLength(HttpHeaders headers, RemoteFile.Size size) throws TransferFault {
        Optional<String> length = headers.firstValue("Content-Length");
        if (length.isEmpty()) {
            return size.exact() ? size.bytes() : DownloadProgress.UNKNOWN;
        }
        if (!length.get().matches(NUMBER) || !size.fits(Long.parseLong(length.get()))) {
            throw TransferFault.wrongContent(size + " bytes were expected, but the response's Content-Length differs");
        }
        return Long.parseLong(length.get());
    }

    /** The size of the file of which the rest is sent. */
    private static long continuedLength(HttpHeaders headers, RemoteFile file, PartFile part) throws TransferFault {
        Matcher range =
                CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        boolean readable = range.matches();
        long total = readable ? Long.parseLong(range.group(2)) + 1 : 0;
        boolean asked = readable
                && Long.parseLong(range.group(1)) == part.bytes()
                && file.size().fits(total)
                && Set.of("*", Long.toString(total)).contains(range.group(3));
        Optional<String> known = part.validator();
        Optional<String> given = validator(headers);
        boolean sameVersion = known.isEmpty() || given.isEmpty() || known.equals(given);
        if (part.bytes() == 0 || !asked || !sameVersion) {
            part.restart(Optional.empty());
            throw TransferFault.wrongContent("the response has another range or version than requested (status 206)");
        }
        String rest = Long.toString(total - part.bytes());
        if (!headers.firstValue("Content-Length").orElse(rest).equals(rest)) {
            throw TransferFault.wrongContent(rest + " bytes were expected, but the response's Content-Length differs");
        }
        return total;
    }

    private static TransferFault refusal(int status, HttpHeaders headers) {
        if (MISSING.contains(status)) {
            return TransferFault.noSuchFile("the server answered with status " + status + " (no such file)");
        }
        if (PASSING.contains(status)) {
            return TransferFault.passing("the server answered with status " + status, retryAfter(headers));
        }
        String meaning =
                switch (status) {
                    case 401, 403 -> " (access refused)";
                    case 407 -> " (the proxy requires a login)";
                    default -> "";
                };
        return TransferFault.lasting("the server answered with status " + status + meaning, null);
    }

    /** {@code Retry-After} in either of its forms; zero where there is none. */
    private static Duration retryAfter(HttpHeaders headers) {
        String text = headers.firstValue("Retry-After").orElse("0").strip();
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), until);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /** What {@code If-Range} may hold: a strong ETag, else the date (RFC 9110, 13.1.5). */
    private static Optional<String> validator(HttpHeaders headers) {
        return headers.firstValue("ETag")
                .filter(tag -> tag.startsWith("\""))
                .or(() -> headers.firstValue("Last-Modified"));
    }

    private String describe(IOException e) {
        if (e instanceof HttpConnectTimeoutException) {
            return "timed out while connecting";
        }
        if (e instanceof HttpTimeoutException) {
            return "no data for " + stall.toMillis() + " ms";
        }
        if (e instanceof ConnectException) {
            return "no connection (unknown host, no network, or a proxy not set?)";
        }
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e instanceof SSLException
                ? "TLS failed: " + reason + " (is this computer's clock right?)"
                : "the connection broke: " + reason;
    }
}
