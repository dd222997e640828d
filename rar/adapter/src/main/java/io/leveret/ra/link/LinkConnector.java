package io.leveret.ra.link;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.LinkSettings;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Opens one physical connection, over the client's Netty transport, with the client's own recovery
 * off. Stateless; every attempt makes a fresh client factory, so that names are resolved and
 * credentials read anew.
 */
final class LinkConnector {

    /** The gate shuts above the high mark and opens again below the low one, bytes. */
    private static final WriteBufferWaterMark MARKS = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final LinkKey key;
    private final Threads threads;
    private final Events events;

    LinkConnector(LinkKey key, Threads threads, Events events) {
        this.key = key;
        this.threads = threads;
        this.events = events;
    }

    OpenConnection connect(HostPort host, String name) throws IOException, TimeoutException {
        BrokerSettings broker = key.broker();
        LinkSettings settings = key.settings();
        int connectMillis = Math.toIntExact(settings.connectTimeout().toMillis());
        WriteGate gate = new WriteGate();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setVirtualHost(broker.virtualHost());
        if (!(broker.credentials() instanceof Credentials.Password login)) {
            throw new IOException("no such credentials: " + broker.credentials());
        }
        factory.setUsername(login.userName());
        factory.setPassword(login.password().value());
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat(Math.toIntExact(settings.heartbeat().toSeconds()));
        factory.setConnectionTimeout(connectMillis);
        factory.setHandshakeTimeout(connectMillis);
        factory.setChannelRpcTimeout(Math.toIntExact(settings.rpcTimeout().toMillis()));
        factory.setShutdownTimeout(connectMillis);
        factory.setExceptionHandler(new ClientTroubles(name, events));
        factory.setThreadFactory(threads.clientThreads());
        factory.setClientProperties(clientProperties(factory.getClientProperties()));
        factory.netty()
                .eventLoopGroup(threads.io())
                .bootstrapCustomizer(
                        bootstrap ->
                                bootstrap
                                        .option(ChannelOption.TCP_NODELAY, true)
                                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, MARKS))
                .channelCustomizer(channel -> insert(gate, channel.pipeline()));
        Connection connection =
                factory.newConnection(
                        new DirectExecutor(), List.of(new Address(host.host(), host.port())), name);
        connection.addBlockedListener(gate);
        return new OpenConnection(connection, gate, host, settings.channelsPerConnection());
    }

    /**
     * Here, on a worker: the client's transport would resolve on an event loop that others need.
     */
    private static String resolve(HostPort host) throws IOException {
        return InetAddress.getByName(host.host()).getHostAddress();
    }

    /** Before the last handler, the client's own: see {@link WriteGate}. */
    private static void insert(WriteGate gate, ChannelPipeline pipeline) {
        ChannelHandlerContext client = pipeline.lastContext();
        pipeline.addBefore(client.name(), "leveret-write-gate", gate);
    }

    private static Map<String, Object> clientProperties(Map<String, Object> defaults) {
        Map<String, Object> properties = new HashMap<>(defaults);
        properties.put("product", "Leveret");
        properties.put("information", "Jakarta Connectors resource adapter for RabbitMQ");
        return properties;
    }
}
