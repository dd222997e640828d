package io.leveret.ra.link;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.AddressResolver;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.ra.link.security.Logins;
import io.leveret.ra.link.security.TlsContexts;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.TlsSettings;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.StringJoiner;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Opens one physical connection, over the client's Netty transport, with the client's own recovery
 * off. Every attempt makes a fresh client factory: names are resolved, stores and credentials read
 * anew.
 *
 * <p>One attempt tries all addresses of a host in turn, IPv4 first, until one works or the broker
 * refuses the login (all nodes behind one name would). They share the connect timeout for the TCP
 * connects, and the same time again for the handshakes; the lookup of the name may take as long
 * once more, and so may, before all, the token of an OAuth2 client: an attempt ends within three,
 * with OAuth2 four, times the connect timeout.
 *
 * <p>Thread-safe; it keeps nothing but what was warned of.
 */
final class LinkConnector {

    /** The gate shuts above the high mark and opens again below the low one, bytes. */
    private static final WriteBufferWaterMark MARKS = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private static final int SLACK_MILLIS = 1_000;

    /** Tells the client how to log in; applied to the factory of each address. */
    private interface Login {
        void apply(ConnectionFactory factory) throws IOException;
    }

    private final LinkKey key;
    private final Threads threads;
    private final Events events;
    private final TokenSources tokens;
    private final HostAddresses addresses;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Creates a connector of one key.
     *
     * @param tokens shared by all links of the resource adapter instance
     */
    LinkConnector(LinkKey key, Threads threads, Events events, TokenSources tokens) {
        this(key, threads, events, tokens, InetAddress::getAllByName);
    }

    LinkConnector(
            LinkKey key,
            Threads threads,
            Events events,
            TokenSources tokens,
            HostAddresses.Lookup lookup) {
        this.key = key;
        this.threads = threads;
        this.events = events;
        this.tokens = tokens;
        this.addresses = new HostAddresses(threads, lookup);
    }

    /**
     * Makes one attempt. Blocks, so it runs on a worker.
     *
     * @param host one of the configured addresses
     * @param name what the broker shows
     * @return an open connection
     * @throws IOException when there is none; the message says why, without secrets
     */
    OpenConnection connect(HostPort host, String name) throws IOException, TimeoutException {
        warnOnce(name);
        TlsSettings tls = key.broker().tls();
        SslContext context = tls == null ? null : TlsContexts.client(tls);
        Duration limit = key.settings().connectTimeout();
        Login login = login(limit);
        List<InetAddress> all = addresses.resolve(host.host(), limit);
        long connectLeft = limit.toNanos();
        long handshakeLeft = limit.toNanos();
        List<IOException> failures = new ArrayList<>();
        for (InetAddress address : all) {
            int others = all.size() - failures.size();
            Duration share = share(connectLeft, others);
            HandshakeWatch watch = new HandshakeWatch(share(handshakeLeft, others));
            ConnectionFactory factory = factory(name, watch, login);
            long begin = System.nanoTime();
            try {
                return open(factory, context, share, watch, host, address, name);
            } catch (AuthenticationFailureException e) {
                throw e;
            } catch (IOException | TimeoutException e) {
                failures.add(watch.explain(e, host, tls));
            }
            connectLeft -= watch.connected() - begin;
            handshakeLeft -= System.nanoTime() - watch.connected();
        }
        throw failure(host, all, failures);
    }

    private static Duration share(long nanosLeft, int addresses) {
        return Duration.ofMillis(Math.max(1, nanosLeft / addresses / 1_000_000));
    }

    private static IOException failure(
            HostPort host, List<InetAddress> all, List<IOException> failures) {
        if (failures.size() == 1) {
            return failures.get(0);
        }
        StringJoiner text =
                new StringJoiner("; ", "none of the addresses of " + host + " works: ", "");
        for (int i = 0; i < failures.size(); i++) {
            text.add(all.get(i).getHostAddress() + ": " + Causes.text(failures.get(i)));
        }
        IOException failure = new IOException(text.toString());
        failures.forEach(failure::addSuppressed);
        return failure;
    }

    /** Fetches what the whole attempt logs in with. */
    private Login login(Duration limit) throws IOException {
        BrokerSettings broker = key.broker();
        if (broker.credentials() instanceof Credentials.OAuth2 client) {
            TokenSource source = tokens.of(client, key);
            String token = source.token(limit);
            return factory -> source.login(factory, client.clientId(), token);
        }
        return factory -> Logins.apply(factory, broker);
    }

    private ConnectionFactory factory(String name, HandshakeWatch watch, Login login)
            throws IOException {
        BrokerSettings broker = key.broker();
        LinkSettings settings = key.settings();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setVirtualHost(broker.virtualHost());
        login.apply(factory);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat(Math.toIntExact(settings.heartbeat().toSeconds()));
        // The client gives each step half of it; the watch bounds them all together, and first.
        factory.setHandshakeTimeout(2 * Math.toIntExact(watch.limit().toMillis()) + SLACK_MILLIS);
        factory.setChannelRpcTimeout(Math.toIntExact(settings.rpcTimeout().toMillis()));
        factory.setShutdownTimeout(Math.toIntExact(settings.connectTimeout().toMillis()));
        factory.setExceptionHandler(new ClientTroubles(name, events));
        factory.setThreadFactory(threads.clientThreads());
        factory.setClientProperties(clientProperties(factory.getClientProperties()));
        return factory;
    }

    private OpenConnection open(
            ConnectionFactory factory,
            SslContext context,
            Duration connectLimit,
            HandshakeWatch watch,
            HostPort host,
            InetAddress address,
            String name)
            throws IOException, TimeoutException {
        WriteGate gate = new WriteGate();
        int connectMillis = Math.toIntExact(connectLimit.toMillis());
        factory.setConnectionTimeout(connectMillis);
        factory.netty()
                .eventLoopGroup(threads.io())
                .bootstrapCustomizer(
                        bootstrap ->
                                bootstrap
                                        .resolver(new FixedAddress(address))
                                        .option(ChannelOption.TCP_NODELAY, true)
                                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, MARKS))
                .channelCustomizer(
                        channel -> {
                            insert(gate, channel.pipeline());
                            watch.insert(channel);
                        });
        if (context != null) {
            factory.netty().sslContext(context);
        }
        // A resolver, because the client would look up the only address of a list itself.
        AddressResolver byName = () -> List.of(new Address(host.host(), host.port()));
        Connection connection = newConnection(factory, byName, name);
        watch.done();
        connection.addBlockedListener(gate);
        return new OpenConnection(connection, gate, host, key.settings().channelsPerConnection());
    }

    /**
     * The client sets its pipeline up on the caller's thread; when the other side has hung up by
     * then, the pipeline is empty already and Netty throws what is no I/O exception.
     */
    private static Connection newConnection(
            ConnectionFactory factory, AddressResolver addresses, String name)
            throws IOException, TimeoutException {
        try {
            return factory.newConnection(new DirectExecutor(), addresses, name);
        } catch (NoSuchElementException e) {
            throw new IOException("the other side hung up as soon as it was connected", e);
        }
    }

    /** Before the last handler, the client's own: see {@link WriteGate}, {@link HeaderGuard}. */
    private static void insert(WriteGate gate, ChannelPipeline pipeline) {
        ChannelHandlerContext client = pipeline.lastContext();
        pipeline.addBefore(client.name(), "leveret-write-gate", gate);
        pipeline.addBefore(client.name(), "leveret-header-guard", new HeaderGuard());
    }

    /** Verification that was turned off is told once for all links of a key. */
    private void warnOnce(String name) {
        TlsSettings tls = key.broker().tls();
        if (tls == null
                || tls.verification() == TlsSettings.Verification.FULL
                || !warned.compareAndSet(false, true)) {
            return;
        }
        events.warning(
                MqEvent.Source.LINK,
                name,
                tls.verification() == TlsSettings.Verification.NONE
                        ? "does not verify the broker's certificate at all: whoever answers at its"
                                + " address gets the credentials and the messages"
                        : "does not verify the host name in the broker's certificate: whoever holds"
                                + " a certificate of the same authority passes for the broker",
                null);
    }

    private static Map<String, Object> clientProperties(Map<String, Object> defaults) {
        Map<String, Object> properties = new HashMap<>(defaults);
        properties.put("product", "Leveret");
        properties.put("information", "Jakarta Connectors resource adapter for RabbitMQ");
        return properties;
    }
}
