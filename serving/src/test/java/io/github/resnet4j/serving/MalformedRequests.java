package io.github.resnet4j.serving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** What no honest client sends, as bytes on a connection. */
final class MalformedRequests {
    private static final String HOST = "Host: localhost\r\nConnection: close\r\n";
    private static final int MEBI = 1 << 20;

    private final List<Case> cases = new ArrayList<>();

    /**
     * A connection's bytes.
     *
     * @param ends whether the client says that nothing more comes
     * @param codes that may be answered; 0 if the connection may be closed without an answer
     */
    record Case(String name, boolean ends, List<Integer> codes, byte[]... parts) {
        @Override
        public String toString() {
            return name;
        }
    }

    private MalformedRequests() {}

    static List<Case> all() {
        MalformedRequests made = new MalformedRequests();
        made.methods();
        made.targets();
        made.heads();
        made.lengths();
        made.protocols();
        made.bodies();
        made.forms();
        made.images();
        return made.cases;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void add(String name, int code, String text) {
        cases.add(new Case(name, false, List.of(code), bytes(text)));
    }

    private void cut(String name, List<Integer> codes, byte[]... parts) {
        cases.add(new Case(name, true, codes, parts));
    }

    private static byte[] post(String path, String type, byte[] body, String... headers) {
        return join(
                bytes("POST " + path + " HTTP/1.1\r\n" + HOST + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
                        + String.join("", headers) + "Content-Length: " + body.length + "\r\n\r\n"),
                body);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private void body(String name, int code, String path, String type, byte[] body, String... headers) {
        cases.add(new Case(name, false, List.of(code), post(path, type, body, headers)));
    }

    private void methods() {
        for (String method : List.of("GET", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")) {
            add("method " + method, 405, method + " /v1/predict HTTP/1.1\r\n" + HOST + "\r\n");
        }
        add("POST to a page", 405, "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n");
        add("method of 1 KB", 405, "X".repeat(1000) + " /v2 HTTP/1.1\r\n" + HOST + "\r\n");
        add("method with a bracket", 400, "GE(T /v2 HTTP/1.1\r\n" + HOST + "\r\n");
    }

    private void targets() {
        for (String path : List.of("/nothing", "/v2/models/tiny/nothing", "/v2/models/none", "/predictions", "/v2/")) {
            add("target " + path, 404, "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
        for (String path : List.of(
                "//v2",
                "/%2e%2e/etc/passwd",
                "/v2/%2e%2e/%2e%2e/etc/passwd",
                "/a%00b",
                "/%zz",
                "/%",
                "/v2;a=b/..;/x",
                "/v2/models/..%2f..%2fx")) {
            cases.add(new Case(
                    "target " + path,
                    false,
                    List.of(400, 404),
                    bytes("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n")));
        }
        add("target of 16 KB", 414, "GET /" + "a".repeat(16_384) + " HTTP/1.1\r\n" + HOST + "\r\n");
        add("no target", 400, "GET\r\n\r\n");
        body("model ../../x", 404, "/v1/predict?model=..%2F..%2Fx", "image/png", TinyModel.image(1));
        body("bad percent behind the question mark", 400, "/v1/predict?top_k=%zz", "image/png", TinyModel.image(1));
        body("parameter twice", 400, "/v1/predict?top_k=1&top_k=2", "image/png", TinyModel.image(1));
        for (String query : List.of(
                "top_k=-1",
                "top_k=0",
                "top_k=1000000000",
                "top_k=x",
                "top_k=",
                "threshold=2",
                "threshold=NaN",
                "threshold=-0.1",
                "threshold=0x1p-1",
                "heatmap=maybe",
                "nothing=1",
                "topk=5")) {
            body("parameter " + query, 400, "/v1/predict?" + query, "image/png", TinyModel.image(1));
        }
    }

    private void heads() {
        add("header of 1 MB", 431, "GET /v2 HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(MEBI) + "\r\n\r\n");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            many.append("X").append(i).append(": a\r\n");
        }
        add("10,000 headers", 431, "GET /v2 HTTP/1.1\r\n" + HOST + many + "\r\n");
        add("folded header", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n");
        add("bare CR in a header", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "X: a\rY: b\r\n\r\n");
        add("NUL in a header", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "X: a\0b\r\n\r\n");
        add("header without a colon", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "nothing\r\n\r\n");
        add("blank before the colon", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "X : a\r\n\r\n");
        add("no Host", 400, "GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n");
        add("two Hosts", 400, "GET /v2 HTTP/1.1\r\n" + HOST + "Host: y\r\n\r\n");
        add(
                "token of 1 MB",
                431,
                "GET /v2 HTTP/1.1\r\n" + HOST + "Authorization: Bearer " + "a".repeat(MEBI) + "\r\n\r\n");
        cut(
                "reset after headers",
                List.of(400, 499, 0),
                bytes("POST /v1/predict HTTP/1.1\r\n" + HOST + "Content-Length: 9\r\n\r\n"));
        cut("half a head", List.of(400, 0), bytes("GET /v2 HTTP/1.1\r\nHo"));
        cut("half a request line", List.of(400, 0), bytes("GET /v"));
    }

    private void lengths() {
        String start = "POST /v1/predict HTTP/1.1\r\n" + HOST + "Content-Type: image/png\r\n";
        for (String length : List.of("-1", "x", "1x", "0x10", "99999999999999999999", " ")) {
            add("Content-Length " + length, 400, start + "Content-Length: " + length + "\r\n\r\n");
        }
        add("two lengths", 400, start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
        add("length and chunks", 400, start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        add("unknown transfer encoding", 400, start + "Transfer-Encoding: gzip\r\n\r\n");
        add("declared 50 MB", 413, start + "Content-Length: 52428800\r\n\r\n");
        cut("length larger than sent", List.of(400, 499, 0), bytes(start + "Content-Length: 5000\r\n\r\nabc"));
        add("length smaller than sent", 400, start + "Content-Length: 3\r\n\r\nabcdefgh");
        String chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
        add("chunk of ffffffffffffffff", 400, chunked + "ffffffffffffffff\r\n");
        add("chunk of -1", 400, chunked + "-1\r\n");
        add("chunk of nothing", 400, chunked + "zz\r\nabc\r\n");
        cut("missing last chunk", List.of(400, 499, 0), bytes(chunked + "3\r\nabc\r\n"));
        cut(
                "chunk extension of 1 MB",
                List.of(400, 413, 431, 499, 0),
                bytes(chunked + "3;" + "a".repeat(MEBI)),
                bytes("\r\nabc\r\n0\r\n\r\n"));
        cases.add(new Case(
                "100,000 chunks of a byte",
                false,
                List.of(400),
                bytes(chunked + "1\r\na\r\n".repeat(100_000) + "0\r\n\r\n")));
        byte[] megabyte = join(bytes("100000\r\n"), new byte[MEBI], bytes("\r\n"));
        byte[][] large = new byte[13][];
        Arrays.fill(large, megabyte);
        large[0] = bytes(chunked);
        cases.add(new Case("12 MB in chunks", false, List.of(413), large));
    }

    private void protocols() {
        cases.add(new Case("HTTP/0.9", true, List.of(400), bytes("GET /v2\r\n\r\n")));
        add("HTTP/3.0", 400, "GET /v2 HTTP/3.0\r\n" + HOST + "\r\n");
        add("HTTP/x", 400, "GET /v2 HTTP/x\r\n" + HOST + "\r\n");
        byte[] garbage = new byte[500];
        new java.util.Random(1).nextBytes(garbage);
        cut("garbage", List.of(400, 0), garbage);
        cut("TLS hello", List.of(400, 0), new byte[] {
            0x16, 3, 1, 0, (byte) 0xa5, 1, 0, 0, (byte) 0xa1, 3, 3, 7, 7, 7, '\r', '\n'
        });
        cut("HTTP/2 preface", List.of(400, 426, 0), bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    }

    private void bodies() {
        String json = "application/json";
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "nonsense", "application/xml")) {
            body("type " + type, 415, "/v1/predict", type, TinyModel.image(1));
        }
        body("no type and no image", 400, "/v1/predict", "", bytes("hello"));
        body("gzip", 415, "/v1/predict", "image/png", gzip(new byte[MEBI]), "Content-Encoding: gzip\r\n");
        body("empty", 400, "/v1/predict", "image/png", new byte[0]);
        for (String text : List.of(
                "",
                "{}",
                "[]",
                "null",
                "{",
                "\"x\"",
                "NaN",
                "{\"image\":null}",
                "{\"image\":5}",
                "{\"image\":\"\"}",
                "{\"image\":\"a b\"}",
                "{\"image\":\"AAAA\\n\"}",
                "{\"image\":\"***\"}",
                "{\"images\":[]}",
                "{\"images\":\"AAAA\"}",
                "{\"images\":[[]]}",
                "{\"image\":\"AAAA\",\"image\":\"AAAA\"}",
                "{\"imag\":\"AAAA\"}",
                "{\"image\":\"AAAA\",\"top_k\":\"x\"}",
                "{\"image\":\"AAAA\",\"top_k\":1.5}",
                "{\"image\":\"AAAA\",\"top_k\":1e9}",
                "{\"image\":\"AAAA\",\"threshold\":NaN}",
                "{\"image\":\"AAAA\",\"threshold\":1e999}",
                "{\"image\":\"AAAA\",\"top_k\":" + "9".repeat(MEBI) + "}",
                "{\"image\":\"AAAA\"} x",
                "{\"image\":\"AAAA\",\"model\":{}}")) {
            body("JSON " + (text.length() > 60 ? text.substring(0, 60) : text), 400, "/v1/predict", json, bytes(text));
        }
        body("a megabyte of [", 400, "/v1/predict", json, bytes("[".repeat(MEBI)));
        body("a megabyte of { for inference", 400, "/v2/models/tiny/infer", json, bytes("{\"a\":".repeat(MEBI / 5)));
        body(
                "a million empty images",
                400,
                "/v1/predict",
                json,
                bytes("{\"images\":[" + "\"\",".repeat(MEBI) + "\"\"]}"));
        body("name of 1 MB", 400, "/v1/predict", json, bytes("{\"" + "a".repeat(MEBI) + "\":1}"));
        body(
                "bad UTF-8",
                400,
                "/v1/predict",
                json,
                join(bytes("{\"image\":\""), new byte[] {(byte) 0xc3, 0x28}, bytes("\"}")));
        body(
                "base64 of 5 MB of nothing",
                400,
                "/v1/predict",
                json,
                bytes("{\"image\":\"" + Base64.getEncoder().encodeToString(new byte[5 * MEBI]) + "\"}"));
        String image = "\"" + Base64.getEncoder().encodeToString(TinyModel.image(1)) + "\"";
        body(
                "1,000 images",
                400,
                "/v1/predict",
                json,
                bytes("{\"images\":[" + image + ("," + image).repeat(999) + "]}"));
        body(
                "10,000 numbers of 100",
                400,
                "/v2/models/tiny/infer",
                json,
                bytes(
                        "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[10000,3,16,16],\"data\":[1]}]}"));
    }

    private void forms() {
        String type = "multipart/form-data; boundary=XX";
        String image = "--XX\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n";
        String field = "--XX\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n";
        body("form without a boundary", 400, "/v1/predict", "multipart/form-data", bytes(image + "a\r\n--XX--\r\n"));
        body(
                "form with an empty boundary",
                400,
                "/v1/predict",
                "multipart/form-data; boundary=",
                bytes(image + "a\r\n--XX--\r\n"));
        body(
                "form with another boundary",
                400,
                "/v1/predict",
                "multipart/form-data; boundary=YY",
                bytes(image + "a\r\n--XX--\r\n"));
        body("form without an end", 400, "/v1/predict", type, bytes(image + "a"));
        body("form without parts", 400, "/v1/predict", type, bytes("--XX--\r\n"));
        body("form without an image", 400, "/v1/predict", type, bytes(field.formatted("top_k", "1") + "--XX--\r\n"));
        body(
                "form with a field twice",
                400,
                "/v1/predict",
                type,
                bytes(field.formatted("top_k", "1").repeat(2) + "--XX--\r\n"));
        body(
                "form with a long field",
                400,
                "/v1/predict",
                type,
                bytes(field.formatted("top_k", "1".repeat(10_000)) + "--XX--\r\n"));
        body(
                "form with 100,000 parts",
                400,
                "/v1/predict",
                type,
                bytes(field.formatted("a", "").repeat(100_000) + "--XX--\r\n"));
        body(
                "form in a form",
                400,
                "/v1/predict",
                type,
                bytes("--XX\r\nContent-Disposition: form-data; name=\"image\"\r\n"
                        + "Content-Type: multipart/mixed; boundary=YY\r\n\r\n--YY\r\n\r\na\r\n--YY--\r\n--XX--\r\n"));
        body(
                "form with a head of 1 MB",
                400,
                "/v1/predict",
                type,
                bytes("--XX\r\nX: " + "a".repeat(MEBI) + "\r\n\r\na\r\n--XX--\r\n"));
        body("multipart/mixed", 415, "/v1/predict", "multipart/mixed; boundary=XX", bytes("--XX--\r\n"));
    }

    private void images() {
        BadImages.all().forEach((name, file) -> body("image: " + name, 400, "/predictions/tiny", "image/jpeg", file));
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
