package io.leveret.it.broker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leveret.it.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A small OAuth2 server on loopback: client credentials in, a signed JWT for RabbitMQ out. It
 * really checks the client, and a broker that has its key really checks the token. Thread-safe.
 */
public final class TokenServer implements AutoCloseable {

    /** The client that it knows. */
    public static final String CLIENT = "leveret:client";

    private static final String KEY_NAME = "test-key";
    private static final int RSA_BITS = 2_048;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final KeyPair keys;
    private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
    private volatile String secret;
    private volatile Duration lifetime;
    private volatile boolean down;
    private volatile boolean readable = true;

    /** Listens on a free port. */
    public TokenServer(String secret, Duration lifetime) throws IOException {
        this.secret = secret;
        this.lifetime = lifetime;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.setExecutor(threads);
        server.createContext("/token", this::answer);
        server.start();
    }

    /** What a broker needs to believe its tokens; the key is written into the folder. */
    public BrokerOptions broker(BrokerOptions options, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("token-key.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(keys.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        // How often a channel forgets what it has found allowed; once a minute otherwise, and that
        // long an old token would do.
        Files.writeString(
                folder.resolve("advanced.config"), "[{rabbit, [{channel_tick_interval, 1000}]}].");
        return options.withPlugins("rabbitmq_auth_backend_oauth2")
                .withFiles(folder)
                .withConfig(
                        // In this order: RabbitMQ 3.10 refuses at once what is no token.
                        "auth_backends.1 = internal",
                        // By its module, because 3.10 does not know the short name.
                        "auth_backends.2 = rabbit_auth_backend_oauth2",
                        "auth_oauth2.resource_server_id = rabbitmq",
                        "auth_oauth2.default_key = " + KEY_NAME,
                        "auth_oauth2.signing_keys." + KEY_NAME + " = @FILES@/token-key.pem",
                        "auth_oauth2.algorithms.1 = RS256");
    }

    /** Where tokens are issued. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port() + "/token");
    }

    /** The port, for a proxy in front of it. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** The forms of all requests so far, those that were refused too. */
    public List<Map<String, String>> requests() {
        return List.copyOf(requests);
    }

    /** Changes the client's secret. */
    public void secret(String other) {
        secret = other;
    }

    /** Changes how long the next tokens are good for. */
    public void lifetime(Duration other) {
        lifetime = other;
    }

    /** While on, requests are answered 503. */
    public void down(boolean on) {
        down = on;
    }

    /** Whether the next tokens allow to consume. */
    public void readable(boolean on) {
        readable = on;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> form = new TreeMap<>();
            for (String pair : body.split("&")) {
                String[] parts = pair.split("=", 2);
                form.put(decode(parts[0]), decode(parts[1]));
            }
            requests.add(form);
            String login = "Basic " + base64Login();
            if (down) {
                reply(exchange, 503, "{\"error\":\"temporarily_unavailable\"}");
            } else if (!login.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                // It repeats what it was sent: nobody may show that.
                String sent = exchange.getRequestHeaders().getFirst("Authorization");
                String text =
                        "{\"error\":\"invalid_client\",\"error_description\":\"" + sent + "\"}";
                reply(exchange, 401, text);
            } else if (!"client_credentials".equals(form.get("grant_type"))) {
                reply(exchange, 400, "{\"error\":\"unsupported_grant_type\"}");
            } else {
                String token = Secrets.known("access token", token());
                reply(
                        exchange,
                        200,
                        "{\"access_token\":\""
                                + token
                                + "\",\"token_type\":\"Bearer\",\"expires_in\":"
                                + lifetime.toSeconds()
                                + "}");
            }
        }
    }

    /** RFC 6749, section 2.3.1: both are written as in a form, then joined. */
    private String base64Login() {
        String login =
                URLEncoder.encode(CLIENT, StandardCharsets.UTF_8)
                        + ":"
                        + URLEncoder.encode(secret, StandardCharsets.UTF_8);
        return Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String token() {
        long now = Instant.now().getEpochSecond();
        String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + KEY_NAME + "\"}";
        String claims =
                "{\"aud\":[\"rabbitmq\"],\"sub\":\"token-user\",\"client_id\":\"token-user\","
                        + "\"jti\":\""
                        + Secrets.plain("token id")
                        + "\",\"scope\":[\"rabbitmq.read:*/"
                        + (readable ? "*" : "none")
                        + "\",\"rabbitmq.write:*/*\","
                        + "\"rabbitmq.configure:*/*\"],\"iat\":"
                        + now
                        + ",\"exp\":"
                        + (now + lifetime.toSeconds())
                        + "}";
        String signed =
                url(header.getBytes(StandardCharsets.UTF_8))
                        + "."
                        + url(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + url(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
