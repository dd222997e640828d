package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A host name with several addresses")
class HostAddressesTest {

    private static final String HOST = "several.example";
    private static final Credentials GUEST = new Credentials.Password("guest", new Secret("guest"));

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static BrokerNode broker;
    private static Threads threads;

    @BeforeAll
    static void start() {
        broker = BrokerNode.start();
        threads = new Threads("leveret-addresses-test");
    }

    @AfterAll
    static void stop() {
        threads.close(Deadline.in(Duration.ofSeconds(5)));
        if (broker != null) {
            broker.close();
        }
    }

    private static InetAddress[] named(String... literals) throws UnknownHostException {
        InetAddress[] all = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            all[i] = InetAddress.getByName(literals[i]);
        }
        return all;
    }

    private static OpenConnection connect(Credentials login, HostAddresses.Lookup lookup)
            throws Exception {
        LinkKey key = Security.key(HOST, broker.port(), login, null);
        return new LinkConnector(
                        key, threads, new Events("leveret-test", Runnable::run), null, lookup)
                .connect(new HostPort(HOST, broker.port()), "addresses test");
    }

    @Test
    @DisplayName("is tried address by address within one attempt")
    void triesAll() throws Exception {
        OpenConnection open = connect(GUEST, host -> named("127.0.0.2", "127.0.0.3", "127.0.0.1"));

        assertEquals("127.0.0.1", open.client.getAddress().getHostAddress());
        open.client.abort(2_000);
    }

    @Test
    @DisplayName("is tried by IPv4 first")
    void prefersIpv4() throws Exception {
        HostAddresses addresses =
                new HostAddresses(threads, host -> named("::1", "127.0.0.1", "::2", "127.0.0.2"));

        List<String> order =
                addresses.resolve(HOST, Duration.ofSeconds(5)).stream()
                        .map(InetAddress::getHostAddress)
                        .toList();

        assertEquals(
                List.of("127.0.0.1", "127.0.0.2", "0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:2"), order);
    }

    @Test
    @DisplayName("is resolved anew for each attempt")
    void resolvesAnew() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        LinkKey key = Security.key(HOST, broker.port(), GUEST, null);
        HostPort host = new HostPort(HOST, broker.port());
        LinkConnector connector =
                new LinkConnector(
                        key,
                        threads,
                        new Events("leveret-test", Runnable::run),
                        null,
                        asked -> named(lookups.incrementAndGet() == 1 ? "127.0.0.9" : "127.0.0.1"));

        assertThrows(IOException.class, () -> connector.connect(host, "first"));
        connector.connect(host, "second").client.abort(2_000);

        assertEquals(2, lookups.get());
    }

    @Test
    @DisplayName("that all fail is told address by address")
    void tellsAll() {
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> connect(GUEST, host -> named("127.0.0.2", "127.0.0.3")));

        String text = Causes.text(e);
        assertTrue(text.contains("127.0.0.2: ") && text.contains("127.0.0.3: "), text);
        assertTrue(text.contains("refused"), text);
    }

    @Test
    @DisplayName("shares one timeout between addresses that accept and never answer")
    void sharesTimeout() throws Exception {
        try (ServerSocket one = new ServerSocket();
                ServerSocket two = new ServerSocket()) {
            one.bind(new InetSocketAddress("127.0.0.2", 0));
            two.bind(new InetSocketAddress("127.0.0.3", one.getLocalPort()));
            LinkKey key = Security.key(HOST, one.getLocalPort(), GUEST, null);
            LinkConnector connector =
                    new LinkConnector(
                            key,
                            threads,
                            new Events("leveret-test", Runnable::run),
                            null,
                            host -> named("127.0.0.2", "127.0.0.3"));
            long begin = System.nanoTime();

            IOException e =
                    assertThrows(
                            IOException.class,
                            () ->
                                    connector.connect(
                                            new HostPort(HOST, one.getLocalPort()), "silent"));

            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            long limit = Security.CONNECT_TIMEOUT.toMillis();
            assertTrue(millis >= limit - 100 && millis < limit + 1_000, millis + " ms");
            assertTrue(Causes.text(e).contains("within " + limit / 2 + " ms"), Causes.text(e));
        }
    }

    @Test
    @DisplayName("is left after the first address that refuses the login")
    void stopsAtRefusedLogin() {
        Credentials wrong =
                new Credentials.Password("guest", new Secret(Secrets.fresh("no one's password")));

        assertThrows(
                AuthenticationFailureException.class,
                () -> connect(wrong, host -> named("127.0.0.1", "127.0.0.2")));
    }

    @Test
    @DisplayName("that is unknown is named")
    void tellsUnknown() {
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                connect(
                                        GUEST,
                                        host -> {
                                            throw new UnknownHostException(host);
                                        }));

        assertEquals("the host " + HOST + " is unknown", e.getMessage());
    }

    @Test
    @DisplayName("whose lookup hangs costs one thread, and no attempt waits for it for ever")
    void boundsLookup() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger lookups = new AtomicInteger();
        HostAddresses addresses =
                new HostAddresses(
                        threads,
                        host -> {
                            lookups.incrementAndGet();
                            try {
                                answer.await(20, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return named("127.0.0.1");
                        });

        for (int i = 0; i < 2; i++) {
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> addresses.resolve(HOST, Duration.ofMillis(100)));
            assertTrue(e.getMessage().contains("no answer to the lookup"), e.getMessage());
        }

        assertEquals(1, lookups.get());
        answer.countDown();
        assertEquals(1, addresses.resolve(HOST, Duration.ofSeconds(5)).size());
    }

    @Test
    @DisplayName("is looked up again after a lookup that failed with an Error")
    void outlivesErrors() throws Exception {
        Error error = new NoClassDefFoundError("a resolver's, says the test");
        AtomicInteger lookups = new AtomicInteger();
        HostAddresses addresses =
                new HostAddresses(
                        threads,
                        host -> {
                            if (lookups.incrementAndGet() == 1) {
                                throw error;
                            }
                            return named("127.0.0.1");
                        });

        IOException e = assertThrows(IOException.class, () -> addresses.resolve(HOST, LIMIT));

        assertEquals(error, e.getCause());
        assertEquals(1, addresses.resolve(HOST, LIMIT).size());
    }

    @Test
    @DisplayName("is looked up again when there was no thread for the first lookup")
    void outlivesMissingThread() throws Exception {
        Error error = new InternalError("no thread, says the test");
        AtomicInteger tasks = new AtomicInteger();
        HostAddresses addresses =
                new HostAddresses(
                        task -> {
                            if (tasks.incrementAndGet() == 1) {
                                throw error;
                            }
                            threads.execute(task);
                        },
                        host -> named("127.0.0.1"));

        IOException e = assertThrows(IOException.class, () -> addresses.resolve(HOST, LIMIT));

        assertEquals(error, e.getCause());
        assertEquals(1, addresses.resolve(HOST, LIMIT).size());
    }
}
