package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.Secrets;
import io.leveret.it.broker.TokenServer;
import io.leveret.it.contract.Until;
import io.leveret.ra.link.security.TokenEndpoint;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.Secret;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A token of an OAuth2 client")
class TokenSourceTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofHours(1);

    private final String secret = Secrets.fresh("secret of the source's client");
    private final Events events = new Events("leveret-test", Runnable::run);
    private final List<Event> told = new CopyOnWriteArrayList<>();
    private final Threads threads = new Threads("leveret-token-test");
    private TokenServer server;

    /** Thrown by whoever wants to run a request, unless null. */
    private volatile Error broken;

    @BeforeEach
    void start() throws IOException {
        server = new TokenServer(secret, LONG);
        events.addListener(event -> told.add((Event) event));
    }

    @AfterEach
    void stop() {
        threads.close(Deadline.in(Duration.ofSeconds(5)));
        server.close();
    }

    private TokenSource source(URI uri) {
        Credentials.OAuth2 client =
                new Credentials.OAuth2(uri, TokenServer.CLIENT, new Secret(secret), null, Map.of());
        TokenEndpoint endpoint =
                new TokenEndpoint(
                        client,
                        null,
                        task -> {
                            if (broken != null) {
                                throw broken;
                            }
                            threads.execute(task);
                        });
        return new TokenSource(
                endpoint,
                "token test",
                Duration.ofSeconds(5),
                Security.settings().reconnect(),
                threads,
                events);
    }

    /** What the client does when a connection is open; nothing is pushed over it. */
    private static TokenLogin opened(TokenSource source) throws IOException {
        TokenLogin login = new TokenLogin(source, "user", source.token(LIMIT));
        login.register(login, () -> true);
        return login;
    }

    @Test
    @DisplayName("is renewed again after a renewal that failed with an Error")
    void outlivesErrors() throws Exception {
        server.lifetime(SHORT);
        TokenSource source = source(server.endpoint());
        opened(source);

        broken = new InternalError("no thread, says the test");
        Until.holds(
                "a word about it",
                LIMIT,
                () -> told.stream().anyMatch(event -> event.text().contains("has no new token")));
        int before = server.requests().size();
        broken = null;

        Until.holds("a renewal", LIMIT, () -> server.requests().size() > before);
    }

    @Test
    @DisplayName("that cannot be asked for because of an Error is a failed attempt")
    void tellsErrors() {
        broken = new InternalError("no thread, says the test");
        TokenSource source = source(server.endpoint());

        IOException e = assertThrows(IOException.class, () -> source.token(LIMIT));

        assertTrue(e.getMessage().contains("cannot be asked"), e.getMessage());
        assertEquals(broken, e.getCause());
    }

    @Test
    @DisplayName("that its server keeps back holds nobody longer than he wants to wait")
    void boundsEverybody() throws Exception {
        try (ServerSocket silent = new ServerSocket()) {
            silent.bind(new InetSocketAddress("127.0.0.1", 0));
            TokenSource source =
                    source(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/token"));
            CompletableFuture<Long> patient =
                    CompletableFuture.supplyAsync(() -> failure(source, 4_000), threads);
            silent.setSoTimeout(10_000);
            try (Socket asked = silent.accept()) {
                long impatient = failure(source, 1_000);

                assertTrue(impatient >= 900 && impatient < 1_700, impatient + " ms");
                long longer = patient.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                assertTrue(longer >= 3_900 && longer < 4_700, longer + " ms to " + asked);
            }
        }
    }

    private static long failure(TokenSource source, long millis) {
        long begin = System.nanoTime();
        assertThrows(IOException.class, () -> source.token(Duration.ofMillis(millis)));
        return Duration.ofNanos(System.nanoTime() - begin).toMillis();
    }

    @Test
    @DisplayName("is held by nothing when the last connection is gone")
    void endsWithConnections() throws Exception {
        WeakReference<TokenSource> left = usedAndClosed();

        untilGone(left);
    }

    private WeakReference<TokenSource> usedAndClosed() throws IOException {
        TokenSource source = source(server.endpoint());
        TokenLogin login = opened(source);
        login.unregister(login, login.id());
        return new WeakReference<>(source);
    }

    @Test
    @DisplayName("is held by nothing when the adapter stops, whatever became of its connections")
    void endsWithAdapter() throws Exception {
        WeakReference<TokenSource> left = usedAndEnded();

        untilGone(left);
    }

    private WeakReference<TokenSource> usedAndEnded() throws IOException {
        TokenSource source = source(server.endpoint());
        opened(source);
        source.end();
        return new WeakReference<>(source);
    }

    private static void untilGone(WeakReference<?> left) throws Exception {
        Until.holds(
                "nothing holds it",
                LIMIT,
                () -> {
                    System.gc();
                    return left.get() == null;
                });
    }
}
