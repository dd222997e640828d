package io.leveret.ra.link.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.leveret.it.Secrets;
import io.leveret.it.broker.TestCertificates;
import io.leveret.it.broker.TestIdentity;
import io.leveret.it.broker.TlsFront;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.Secret;
import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An OAuth2 token endpoint")
class TokenEndpointTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String GOOD = "{\"access_token\":\"t-1\",\"expires_in\":30}";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();
    private final String secret = Secrets.fresh("secret for a token endpoint");
    private HttpServer server;
    private volatile int status = 200;
    private volatile String answer = GOOD;
    private volatile boolean endless;

    @BeforeEach
    void start() throws IOException {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        server = HttpServer.create(loopback, 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    exchange.sendResponseHeaders(status, endless ? 0 : bytes.length);
                    try (exchange;
                            OutputStream out = exchange.getResponseBody()) {
                        do {
                            out.write(bytes);
                        } while (endless);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private TokenEndpoint endpoint(String uri, TlsSettings.Store trust) {
        return new TokenEndpoint(client(uri), trust, threads);
    }

    private Credentials.OAuth2 client(String uri) {
        return new Credentials.OAuth2(
                URI.create(uri), "client", new Secret(secret), null, Map.of());
    }

    private String plain() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    private String refusal(String uri, TlsSettings.Store trust) {
        TokenEndpoint endpoint = endpoint(uri, trust);
        String text = Causes.text(assertThrows(IOException.class, () -> endpoint.ask(LIMIT)));
        assertFalse(text.contains(secret), "the secret is shown");
        return text;
    }

    private void assertRefused(String part, int code, String json) {
        status = code;
        answer = json;
        String text = refusal(plain(), null);
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }

    @Test
    @DisplayName("gives a token and its lifetime")
    void grants() throws Exception {
        TokenEndpoint.Granted granted = endpoint(plain(), null).ask(LIMIT);

        assertEquals("t-1", granted.token());
        assertEquals(Duration.ofSeconds(30), granted.lifetime());
        assertFalse(granted.toString().contains("t-1"));
    }

    @Test
    @DisplayName("that answers nonsense is told so, without what it said")
    void refusesNonsense() {
        assertRefused("no JSON object", 200, "<html>");
        assertRefused("no JSON object", 200, "[]");
        assertRefused("no JSON object", 200, "{\"access_token\":\"" + secret);
        assertRefused("without an access_token", 200, "{}");
        assertRefused("without an access_token", 200, "{\"access_token\":{}}");
        assertRefused("no number", 200, "{\"access_token\":\"t\",\"expires_in\":\"soon\"}");
        assertRefused("has expired", 200, "{\"access_token\":\"t\",\"expires_in\":0}");
        assertRefused("400 invalid_scope", 400, "{\"error\":\"invalid_scope\"}");
        assertRefused("answered 401", 401, "{\"error\":\"" + secret + "\"}");
        assertRefused("check oauth2TokenEndpoint", 404, "not here");
    }

    @Test
    @DisplayName("that redirects is not followed")
    void followsNoRedirection() {
        assertRefused("answered 307", 307, GOOD);

        assertEquals(1, requests.get());
    }

    @Test
    @DisplayName("that answers without end is cut off")
    void boundsAnswer() {
        endless = true;
        assertRefused("longer than", 200, "x".repeat(10_000));
    }

    @Test
    @DisplayName("that does not answer holds nobody beyond the limit")
    void boundsTime() throws Exception {
        try (ServerSocket silent = new ServerSocket()) {
            silent.bind(new InetSocketAddress("127.0.0.1", 0));
            long begin = System.nanoTime();

            refusal("http://127.0.0.1:" + silent.getLocalPort() + "/token", null);

            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            assertTrue(millis < LIMIT.toMillis() + 1_000, millis + " ms");
        }
    }

    @Test
    @DisplayName("with TLS is trusted by the broker's trust store, and verified")
    void verifiesTls() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "endpoint-");
        TestCertificates authority = TestCertificates.authority(folder, "Token Authority");
        TestIdentity identity = authority.issue("tokens", "dns:localhost");
        Path file = folder.resolve("trust.pem");
        TestIdentity.pem(file, List.of(authority.certificate()));
        TlsSettings.Store trust =
                new TlsSettings.Store(file.toString(), TlsSettings.Type.PEM, null, null);
        try (TlsFront front = TlsFront.to(identity, server.getAddress().getPort())) {
            String uri = "https://localhost:" + front.port() + "/token";

            assertEquals("t-1", endpoint(uri, trust).ask(LIMIT.multipliedBy(3)).token());

            assertTrue(refusal(uri, null).contains("certification path"));
            assertTrue(refusal(uri.replace("localhost", "127.0.0.1"), trust).contains("127.0.0.1"));
            assertFalse(carelessly(uri.replace("localhost", "127.0.0.1"), trust).isEmpty());
        }
    }

    /** As beside an application that believes every name, for the whole JVM. */
    private String carelessly(String uri, TlsSettings.Store trust) {
        HostnameVerifier usual = HttpsURLConnection.getDefaultHostnameVerifier();
        HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
        try {
            return refusal(uri, trust);
        } finally {
            HttpsURLConnection.setDefaultHostnameVerifier(usual);
        }
    }

    @Test
    @DisplayName("that trickles its answer is left at the limit, and its socket is closed")
    void boundsTrickle() throws Exception {
        try (ServerSocket slow = new ServerSocket()) {
            slow.bind(new InetSocketAddress("127.0.0.1", 0));
            CompletableFuture<String> end = CompletableFuture.supplyAsync(() -> trickle(slow));
            long begin = System.nanoTime();

            String text = refusal("http://127.0.0.1:" + slow.getLocalPort() + "/token", null);

            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            assertTrue(millis < LIMIT.toMillis() + 1_000, millis + " ms");
            assertTrue(text.contains("did not answer within 2000 ms"), text);
            assertEquals("closed", end.get(10, TimeUnit.SECONDS));
        }
    }

    /** Sends one header that never ends, until nobody listens. */
    private static String trickle(ServerSocket server) {
        try (Socket client = server.accept()) {
            OutputStream out = client.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write('x');
                LockSupport.parkNanos(20_000_000);
            }
        } catch (IOException e) {
            return "closed";
        }
    }

    @Test
    @DisplayName("gets no second request while one that cannot be ended is under way")
    void asksOneAtOnce() {
        AtomicInteger tasks = new AtomicInteger();
        TokenEndpoint endpoint =
                new TokenEndpoint(client(plain()), null, task -> tasks.incrementAndGet());

        assertThrows(IOException.class, () -> endpoint.ask(Duration.ofMillis(100)));
        IOException e = assertThrows(IOException.class, () -> endpoint.ask(Duration.ofMillis(100)));

        assertTrue(e.getMessage().contains("an earlier request"), e.getMessage());
        assertEquals(1, tasks.get());
    }
}
