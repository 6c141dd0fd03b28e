package io.github.resnet4j.serving.internal.http;

/** Hears of every exchange. */
public interface Observer {
    /**
     * A request and what became of it.
     *
     * @param endpoint the route's template, or {@code other}: one of few
     * @param method as sent, if it is one that HTTP knows
     * @param path as sent; may hold anything
     * @param client its address
     * @param nanos from the end of the request's head to the reply
     * @param received bytes of the body
     * @param sent bytes of the reply's body
     * @param model name and version of the model that it asked, empty if none
     * @param inputs how many images it asked about
     * @param reason why it was refused, one of few words; empty if it was not
     */
    record Exchange(
            String endpoint,
            String method,
            String path,
            String client,
            int status,
            long nanos,
            long received,
            long sent,
            String model,
            int inputs,
            String reason) {}

    /** An exchange is over, or nearly: its reply is about to be sent. */
    void replied(Exchange exchange);
}
