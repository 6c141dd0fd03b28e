package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.serving.ServerOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Listens for clients, and ends connections that only keep others from it. */
public final class ClientConnector extends ServerConnector {
    private static final int HEAD_BYTES = 8192;
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Duration head;
    private final Observer observer;

    /** Listens as {@code options} say, when {@code server} is started. */
    public ClientConnector(Server server, ServerOptions options, Observer observer) {
        super(server, 1, 1, new HttpConnectionFactory(configuration()));
        this.head = options.limits().head();
        this.observer = observer;
        setHost(options.host());
        setPort(options.port());
        // A client that waits for its answer is not idle.
        long longest =
                options.batching().deadline().plus(Front.LAST).plusSeconds(1).toMillis();
        setIdleTimeout(Math.max(longest, options.limits().idle().toMillis()));
        addBean(new NetworkConnectionLimit(options.limits().connections(), this));
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(true);
        configuration.setRequestHeaderSize(HEAD_BYTES);
        return configuration;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getScheduler().schedule(this::look, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (EndPoint client : getConnectedEndPoints()) {
            if (((ClientEndPoint) client).endIfSlow(head)) {
                String address = Call.address(client.getRemoteSocketAddress());
                observer.replied(new Observer.Exchange("other", "", "", address, 408, 0, 0, 0, "", 0, "slow_client"));
            }
        }
        if (isRunning()) {
            getScheduler().schedule(this::look, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        ClientEndPoint client = new ClientEndPoint(channel, selector, key, getScheduler(), getExecutor());
        client.setIdleTimeout(getIdleTimeout());
        return client;
    }
}
