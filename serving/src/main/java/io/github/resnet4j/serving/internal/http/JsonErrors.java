package io.github.resnet4j.serving.internal.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What Jetty itself refuses, requests that are no HTTP above all, in the same form as everything else. */
final class JsonErrors extends ErrorHandler {
    private final Observer observer;

    JsonErrors(Observer observer) {
        this.observer = observer;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // HTTP/0.9 and HTTP/3.0 are the client's mistakes: a 5xx would call somebody out of bed.
        int status = response.getStatus() == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505
                ? HttpStatus.BAD_REQUEST_400
                : response.getStatus();
        Object message = request.getAttribute(ERROR_MESSAGE);
        Reply reply = Reply.error(status, text(status, message == null ? "" : message.toString()));
        observer.replied(new Observer.Exchange(
                "other",
                Call.method(request),
                "",
                Call.address(request),
                status,
                0,
                0,
                reply.body().length,
                "",
                0,
                "malformed"));
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, reply.contentType());
        response.write(true, ByteBuffer.wrap(reply.body()), callback);
        return true;
    }

    /** What Jetty says of a request is of use to its sender; what it says of the server is not. */
    private static String text(int status, String message) {
        String title = HttpStatus.getMessage(status);
        boolean tells = status < 500 && !message.isEmpty() && !message.equals(title);
        return tells ? title + ": " + message : title;
    }

    /** A whole response: the request's head never came. */
    static byte[] slowHead() {
        byte[] body = Reply.error(408, "the head of the request took too long; send it at once")
                .body();
        String head = "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n";
        return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }
}
