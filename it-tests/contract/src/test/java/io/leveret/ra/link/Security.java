package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.TestCertificates;
import io.leveret.it.broker.TestIdentity;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Recovery;
import io.leveret.ra.settings.Secret;
import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

/**
 * Brokers with TLS and EXTERNAL, certificates, and attempts to connect to them. Closing it closes
 * its brokers.
 */
public final class Security implements AutoCloseable {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    static final List<String> BOTH = List.of("TLSv1.3", "TLSv1.2");
    public static final String EXTERNAL_USER = "certified";

    final Path folder;
    final TestCertificates authority;
    final TestCertificates stranger;
    final TestIdentity server;
    final TestIdentity client;
    final String userPassword = Secrets.fresh("password of the user behind TLS");
    final String storePassword = Secrets.plain("password of the client's stores");
    final Events events = new Events("leveret-test", Runnable::run);
    final List<Event> told = new CopyOnWriteArrayList<>();
    private final Threads threads = new Threads("leveret-security-test");
    private final List<BrokerNode> nodes = new ArrayList<>();

    public Security() {
        try {
            folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tls-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        authority = TestCertificates.authority(folder.resolve("ca"), "Test Authority");
        stranger = TestCertificates.authority(folder.resolve("other"), "Other Authority");
        server = authority.issue("broker", "dns:localhost,ip:127.0.0.1");
        client = authority.issue(EXTERNAL_USER, "");
        events.addListener(event -> told.add((Event) event));
    }

    /** A broker with a plain port and a TLS port ({@code SPARE1}), and a user with a password. */
    public BrokerNode broker(boolean certificateNeeded, String... more) {
        Path files = folder.resolve("broker");
        try {
            Files.createDirectories(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestIdentity.pem(files.resolve("ca.pem"), List.of(authority.certificate()));
        TestIdentity.pem(files.resolve("server.pem"), server.chain());
        server.keyPem(files.resolve("key.pem"));
        List<String> lines = new ArrayList<>();
        lines.addAll(
                List.of(
                        "listeners.ssl.1 = 127.0.0.1:@SPARE1@",
                        "ssl_options.cacertfile = @FILES@/ca.pem",
                        "ssl_options.certfile = @FILES@/server.pem",
                        "ssl_options.keyfile = @FILES@/key.pem",
                        "ssl_options.verify = verify_peer",
                        "ssl_options.fail_if_no_peer_cert = " + certificateNeeded,
                        "ssl_cert_login_from = common_name",
                        "auth_mechanisms.1 = PLAIN",
                        "auth_mechanisms.2 = EXTERNAL"));
        lines.addAll(List.of(more));
        BrokerNode node =
                BrokerNode.start(
                        BrokerOptions.defaults()
                                .withPlugins("rabbitmq_auth_mechanism_ssl")
                                .withFiles(files)
                                .withConfig(lines.toArray(String[]::new)));
        nodes.add(node);
        addUser(node, "secured", userPassword);
        addUser(node, EXTERNAL_USER, Secrets.plain("unused password"));
        return node;
    }

    public static void addUser(BrokerNode node, String user, String password) {
        BrokerUser.of(node, user, password);
    }

    public static int tlsPort(BrokerNode node) {
        return Integer.parseInt(node.env("SPARE1"));
    }

    Credentials.Password login() {
        return new Credentials.Password("secured", new Secret(userPassword));
    }

    static TlsSettings.Store pemStore(Path file) {
        return new TlsSettings.Store(file.toString(), TlsSettings.Type.PEM, null, null);
    }

    /** The authority that the broker's certificate comes from, as PEM. */
    public TlsSettings.Store trust() {
        Path file = folder.resolve("trust.pem");
        return pemStore(TestIdentity.pem(file, List.of(authority.certificate())));
    }

    public TlsSettings.Store identity() {
        return pemStore(client.pem(folder.resolve("client.pem")));
    }

    TlsSettings tls(TlsSettings.Store trust, TlsSettings.Store identity) {
        return new TlsSettings(trust, identity, BOTH, TlsSettings.Verification.FULL);
    }

    static LinkSettings settings() {
        return new LinkSettings(
                1,
                16,
                Duration.ofSeconds(5),
                CONNECT_TIMEOUT,
                Duration.ofSeconds(5),
                new LinkSettings.Reconnect(
                        Duration.ofMillis(100),
                        2,
                        Duration.ofSeconds(1),
                        0,
                        Duration.ZERO,
                        Duration.ofSeconds(2),
                        Recovery.AUTOMATIC,
                        Duration.ofMinutes(1)),
                Duration.ofSeconds(5),
                null);
    }

    LinkConnector connector(String host, int port, Credentials credentials, TlsSettings tls) {
        return new LinkConnector(
                key(host, port, credentials, tls),
                threads,
                events,
                new TokenSources(threads, events));
    }

    LinkConnector connector(LinkKey key, HostAddresses.Lookup lookup) {
        return new LinkConnector(key, threads, events, new TokenSources(threads, events), lookup);
    }

    static LinkKey key(String host, int port, Credentials credentials, TlsSettings tls) {
        return new LinkKey(
                LinkKey.Purpose.PUBLISH,
                new BrokerSettings(List.of(new HostPort(host, port)), "/", credentials, tls),
                settings());
    }

    /** Connects, opens a channel, and gives the user and protocol that the broker sees. */
    String connect(BrokerNode node, LinkConnector connector, String host, int port)
            throws IOException, TimeoutException {
        OpenConnection open = connector.connect(new HostPort(host, port), "security test");
        try {
            Channel channel = open.client.createChannel();
            String queue = channel.queueDeclare().getQueue(); // exclusive: it knows whose it is
            return node.eval(
                            "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\""
                                    + queue
                                    + "\">>)), [{_, U}, {_, P}] ="
                                    + " rabbit_reader:info(amqqueue:get_exclusive_owner(Q),"
                                    + " [user, ssl_protocol]),"
                                    + " lists:flatten(io_lib:format(\"~s ~s\", [U, P])).")
                    .replace("\"", "");
        } finally {
            open.client.abort(2_000);
        }
    }

    @Override
    public void close() {
        nodes.forEach(BrokerNode::close);
        threads.close(Deadline.in(Duration.ofSeconds(5)));
    }
}
