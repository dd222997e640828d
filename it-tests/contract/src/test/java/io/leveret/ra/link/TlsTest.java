package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.TestIdentity;
import io.leveret.it.broker.TlsFront;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.Secret;
import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("TLS")
class TlsTest {

    private static Security security;
    private static BrokerNode broker;
    private static BrokerNode strict;

    @BeforeAll
    static void start() {
        security = new Security();
        broker = security.broker(false);
        strict = security.broker(true, "ssl_options.versions.1 = tlsv1.2");
    }

    @AfterAll
    static void stop() {
        security.close();
    }

    private static String connect(BrokerNode node, TlsSettings tls) throws Exception {
        return connect(node, "localhost", Security.tlsPort(node), tls);
    }

    private static String connect(BrokerNode node, String host, int port, TlsSettings tls)
            throws Exception {
        LinkConnector connector = security.connector(host, port, security.login(), tls);
        return security.connect(node, connector, host, port);
    }

    /** Trusts the authority of the tests, verifies in full and has no certificate. */
    private static TlsSettings trusting() {
        return security.tls(security.trust(), null);
    }

    private static TlsSettings.Store store(
            Path file, TlsSettings.Type type, String password, Path key) {
        return new TlsSettings.Store(
                file.toString(),
                type,
                password == null ? null : new Secret(password),
                key == null ? null : key.toString());
    }

    /** The whole text that a log line would show. */
    private static String refusal(int port, TlsSettings tls) {
        IOException e =
                assertThrows(IOException.class, () -> connect(broker, "localhost", port, tls));
        return Causes.text(e);
    }

    /** One attempt that failed: how long it took and why. */
    private record Failure(long millis, String why) {}

    private static Failure failure(int port, TlsSettings tls) {
        LinkConnector connector = security.connector("127.0.0.1", port, security.login(), tls);
        long begin = System.nanoTime();
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> connector.connect(new HostPort("127.0.0.1", port), "x"));
        long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        return new Failure(millis, Causes.text(e));
    }

    /** Connects twice over the same connector, and counts the warnings that say something. */
    private static long warnings(int port, TlsSettings tls, String part) throws Exception {
        LinkConnector connector = security.connector("localhost", port, security.login(), tls);
        security.told.clear();
        security.connect(broker, connector, "localhost", port);
        security.connect(broker, connector, "localhost", port);
        return security.told.stream()
                .filter(e -> e.severity() == MqEvent.Severity.WARNING)
                .filter(e -> e.text().contains(part))
                .count();
    }

    private static void assertSays(String part, String text) {
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("connects with the version that was asked for")
    void connectsWithVersion(String version) throws Exception {
        TlsSettings tls =
                new TlsSettings(
                        security.trust(), null, List.of(version), TlsSettings.Verification.FULL);

        String seen = connect(broker, tls);

        assertEquals("secured " + version.toLowerCase(Locale.ROOT), seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    @DisplayName("a name and a literal address are both verified against the certificate")
    void verifiesNameAndAddress(String host) throws Exception {
        TlsSettings tls = trusting();

        connect(broker, host, Security.tlsPort(broker), tls);
    }

    @ParameterizedTest
    @EnumSource(TlsSettings.Type.class)
    @DisplayName("trust and identity are read from every kind of store")
    void readsStores(TlsSettings.Type type) throws Exception {
        String password = security.storePassword;
        Path folder = security.folder;
        TlsSettings.Store trust;
        TlsSettings.Store identity;
        if (type == TlsSettings.Type.PEM) {
            trust = security.trust();
            identity = security.identity();
        } else {
            Path t = folder.resolve("trust." + type);
            Path i = folder.resolve("client." + type);
            TestIdentity.trust(t, type.name(), password, security.authority.certificate());
            security.client.store(i, type.name(), password);
            trust = store(t, type, password, null);
            identity = store(i, type, password, null);
        }

        assertSays("tlsv1.2", connect(strict, security.tls(trust, identity)));
    }

    @Test
    @DisplayName("an encrypted PEM key in a file of its own is used")
    void readsEncryptedKey() throws Exception {
        Path folder = security.folder;
        Path chain = TestIdentity.pem(folder.resolve("chain.pem"), security.client.chain());
        String password = security.storePassword;
        Path key = security.client.encryptedKeyPem(folder.resolve("key.enc.pem"), password);
        TlsSettings.Store identity = store(chain, TlsSettings.Type.PEM, password, key);

        assertSays("tlsv1.2", connect(strict, security.tls(security.trust(), identity)));

        String other = Secrets.plain("wrong key password");
        TlsSettings.Store wrong = store(chain, TlsSettings.Type.PEM, other, key);
        String text = refusal(Security.tlsPort(strict), security.tls(security.trust(), wrong));
        assertSays("privateKey " + key, text);
        assertSays("cannot be decrypted", text);
    }

    @Test
    @DisplayName("renewed stores are taken up by the next attempt")
    void readsStoresAnew() throws Exception {
        Path file = security.folder.resolve("renewed.pem");
        TestIdentity.pem(file, List.of(security.stranger.certificate()));
        TlsSettings tls = security.tls(Security.pemStore(file), null);
        int port = Security.tlsPort(broker);
        LinkConnector connector = security.connector("localhost", port, security.login(), tls);
        assertThrows(
                IOException.class, () -> security.connect(broker, connector, "localhost", port));

        TestIdentity.pem(file, List.of(security.authority.certificate()));

        security.connect(broker, connector, "localhost", port);
    }

    @Test
    @DisplayName("a certificate for another host is refused, and the host is named")
    void refusesOtherHost() {
        TestIdentity other = security.authority.issue("other", "dns:other.example");
        try (TlsFront front = TlsFront.to(other, broker.port())) {
            String text = refusal(front.port(), trusting());

            assertSays("certificate is not for the host localhost", text);
        }
    }

    @Test
    @DisplayName("with CERTIFICATE another host is accepted, another authority is not; warned once")
    void acceptsOtherHost() throws Exception {
        TestIdentity other = security.authority.issue("other", "dns:other.example");
        TlsSettings certificate =
                new TlsSettings(
                        security.trust(),
                        null,
                        Security.BOTH,
                        TlsSettings.Verification.CERTIFICATE);
        try (TlsFront front = TlsFront.to(other, broker.port())) {
            assertEquals(1, warnings(front.port(), certificate, "does not verify the host name"));
        }
        TestIdentity foreign = security.stranger.issue("foreign", "dns:localhost");
        try (TlsFront front = TlsFront.to(foreign, broker.port())) {
            assertSays("from no authority in trustStore", refusal(front.port(), certificate));
        }
    }

    @Test
    @DisplayName("with NONE everything is accepted; warned once")
    void acceptsEverything() throws Exception {
        TestIdentity foreign = security.stranger.issueExpired("foreign", "dns:other.example");
        TlsSettings none =
                new TlsSettings(null, null, Security.BOTH, TlsSettings.Verification.NONE);
        try (TlsFront front = TlsFront.to(foreign, broker.port())) {
            String warning = "does not verify the broker's certificate";
            assertEquals(1, warnings(front.port(), none, warning));
        }
    }

    @Test
    @DisplayName(
            "an unknown authority is refused, whether a trust store is set or the JVM's is used")
    void refusesUnknownAuthority() {
        Path file = security.folder.resolve("stranger.pem");
        TestIdentity.pem(file, List.of(security.stranger.certificate()));
        int port = Security.tlsPort(broker);

        String own = refusal(port, security.tls(Security.pemStore(file), null));
        String jvm = refusal(port, security.tls(null, null));

        assertSays("from no authority in trustStore " + file, own);
        assertSays("from no authority in the JVM's own trust store", jvm);
    }

    @Test
    @DisplayName("an expired certificate is refused")
    void refusesExpired() {
        TestIdentity expired = security.authority.issueExpired("broker", "dns:localhost");
        try (TlsFront front = TlsFront.to(expired, broker.port())) {
            String text = refusal(front.port(), trusting());

            assertSays("certificate has expired", text);
        }
    }

    @Test
    @DisplayName("a broker that speaks none of the versions is refused with the versions")
    void refusesVersions() {
        TlsSettings tls =
                new TlsSettings(
                        security.trust(),
                        security.identity(),
                        List.of("TLSv1.3"),
                        TlsSettings.Verification.FULL);

        assertSays(
                "speaks none of the TLS versions [TLSv1.3]",
                refusal(Security.tlsPort(strict), tls));
    }

    @Test
    @DisplayName("a broker that wants a client certificate says so, with TLS 1.2 and 1.3")
    void refusedWithoutCertificate() throws Exception {
        TlsSettings without = trusting();

        String strictly = refusal(Security.tlsPort(strict), without);
        assertSays("it wants a client certificate, and keyStore is not set", strictly);
        try (TlsFront front =
                TlsFront.to(security.server, broker.port(), security.authority.certificate())) {
            String lately = refusal(front.port(), without);
            assertSays("it wants a client certificate, and keyStore is not set", lately);
            connect(
                    broker,
                    "localhost",
                    front.port(),
                    security.tls(security.trust(), security.identity()));
        }
    }

    @Test
    @DisplayName("a plain port is told apart from a TLS port")
    void refusesPlainPort() {
        String text = refusal(broker.port(), trusting());

        assertSays("is this its TLS port?", text);
    }

    @Test
    @DisplayName("a listener that never answers holds an attempt for the connect timeout")
    void boundsStalledHandshake() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket silent = new ServerSocket()) {
            silent.bind(new InetSocketAddress(loopback, 0));
            for (TlsSettings tls : new TlsSettings[] {security.tls(null, null), null}) {
                Failure failure = failure(silent.getLocalPort(), tls);

                long limit = Security.CONNECT_TIMEOUT.toMillis();
                assertTrue(
                        failure.millis() >= limit - 100 && failure.millis() < limit + 1_000,
                        failure.millis() + " ms");
                assertSays(tls == null ? "AMQP handshake" : "TLS handshake", failure.why());
            }
        }
    }

    @Test
    @DisplayName(
            "a listener that hangs up at any moment makes a failed attempt, never another error")
    void boundsHangingUp() throws Exception {
        Thread porter;
        try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            porter = new Thread(() -> hangUp(door), "porter");
            porter.start();
            int port = door.getLocalPort();
            for (TlsSettings tls : new TlsSettings[] {security.tls(null, null), null}) {
                LinkConnector connector =
                        security.connector("127.0.0.1", port, security.login(), tls);
                for (int i = 0; i < 150; i++) {
                    assertThrows(
                            IOException.class,
                            () -> connector.connect(new HostPort("127.0.0.1", port), "x"));
                }
            }
        }
        porter.join(10_000);
        assertFalse(porter.isAlive());
    }

    /** Until the door is closed; a little later each time, as the race needs it. */
    private static void hangUp(ServerSocket door) {
        for (int i = 0; !door.isClosed(); i++) {
            try (Socket caller = door.accept()) {
                LockSupport.parkNanos(i % 50 * 20_000L);
                caller.setSoLinger(i % 2 == 0, 0);
            } catch (IOException e) {
                if (!door.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @Test
    @DisplayName("a broker that trickles holds an attempt for the connect timeout")
    void boundsTricklingHandshake() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", broker.port())) {
            proxy.trickle(FaultProxy.Direction.DOWN, 100);
            Failure failure = failure(proxy.port(), null);

            long limit = Security.CONNECT_TIMEOUT.toMillis() + 1_000;
            assertTrue(failure.millis() < limit, failure.millis() + " ms");
            assertSays("did not answer the AMQP handshake within", failure.why());
        }
    }

    @Test
    @DisplayName("a mistake in a store names property and file, and no secret")
    void explainsStores() throws Exception {
        Path folder = security.folder;
        String right = security.storePassword;
        String wrong = Secrets.plain("wrong store password");
        Path p12 = security.client.store(folder.resolve("mistakes.p12"), "PKCS12", right);
        Path jks = security.client.store(folder.resolve("mistakes.jks"), "JKS", right);
        Path other = security.client.store(folder.resolve("other-key.jks"), "JKS", right, wrong);
        Path pkcs1 = folder.resolve("pkcs1.pem");
        Files.writeString(
                pkcs1,
                Files.readString(TestIdentity.pem(pkcs1, security.client.chain()))
                        + "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n");
        Path bare = TestIdentity.pem(folder.resolve("bare.pem"), security.client.chain());
        Path encrypted = security.client.encryptedKeyPem(folder.resolve("enc.pem"), right);

        assertMistake("keyStorePassword is wrong", p12, TlsSettings.Type.PKCS12, wrong, null);
        assertMistake("keyStorePassword is wrong", jks, TlsSettings.Type.JKS, wrong, null);
        assertMistake("another password than", other, TlsSettings.Type.JKS, right, null);
        assertMistake("openssl pkcs8 -topk8", pkcs1, TlsSettings.Type.PEM, null, null);
        assertMistake("holds no private key", bare, TlsSettings.Type.PEM, null, null);
        assertMistake("set keyStorePassword", bare, TlsSettings.Type.PEM, null, encrypted);
        assertMistake("no PKCS12 file", bare, TlsSettings.Type.PKCS12, right, null);
        assertMistake("no PEM file", p12, TlsSettings.Type.PEM, null, null);
        assertMistake(
                "no such file",
                folder.resolve("missing.p12"),
                TlsSettings.Type.PKCS12,
                right,
                null);

        TlsSettings.Store empty = store(p12, TlsSettings.Type.PKCS12, right, null);
        String text = refusal(Security.tlsPort(broker), security.tls(empty, null));
        assertSays("trustStore " + p12 + ": it holds no trusted certificate", text);
    }

    private static void assertMistake(
            String what, Path file, TlsSettings.Type type, String password, Path key) {
        TlsSettings.Store identity = store(file, type, password, key);
        String text = refusal(Security.tlsPort(strict), security.tls(security.trust(), identity));
        assertSays(what, text);
        assertSays((key == null ? file : key).toString(), text);
    }

    @Test
    @DisplayName("the name of the host is verified when the address came from a lookup")
    void verifiesNameNotAddress() throws Exception {
        TestIdentity named = security.authority.issue("broker", "dns:broker.example");
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        TlsSettings tls = trusting();
        try (TlsFront front = TlsFront.to(named, broker.port())) {
            int port = front.port();
            for (String host : List.of("broker.example", "elsewhere.example")) {
                LinkKey key = Security.key(host, port, security.login(), tls);
                LinkConnector connector =
                        security.connector(key, asked -> new InetAddress[] {loopback});
                if (host.startsWith("broker")) {
                    security.connect(broker, connector, host, port);
                } else {
                    IOException e =
                            assertThrows(
                                    IOException.class,
                                    () -> security.connect(broker, connector, host, port));
                    assertSays("not for the host elsewhere.example", Causes.text(e));
                }
            }
        }
    }
}
