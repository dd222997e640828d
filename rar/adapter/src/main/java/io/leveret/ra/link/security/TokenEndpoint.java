package io.leveret.ra.link.security;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks an OAuth2 server for an access token by the client credentials grant (RFC 6749, section
 * 4.4). The client shows its secret by HTTP Basic (section 2.3.1). No thread and no socket is kept
 * between two requests, and the trust store is read anew for each. There is one at a time: one that
 * cannot be ended (see {@link HttpCall}) costs one thread, however often a token is asked for.
 *
 * <p>Failure cases: unknown host, refused, certificate refused, no answer or a trickling one (the
 * limit bounds the request as a whole), too long an answer, an error of the server (told by its
 * status and error code; its free text may repeat what we sent and is left out), a redirection
 * (never followed: the secret is for this server), an answer that is no JSON object or holds no
 * token.
 *
 * <p>Thread-safe. What it throws holds no secret.
 */
public final class TokenEndpoint {

    /** A token, and how long it is good for from the moment of the request. */
    public record Granted(String token, Duration lifetime) {

        /** Shows what may be shown: no token. */
        @Override
        public String toString() {
            return "token for " + lifetime.toMillis() + " ms";
        }
    }

    private static final int MOST_BYTES = 256 << 10;

    /** What a server that does not say it is taken to mean. */
    private static final long USUAL_SECONDS = 300;

    private static final long MOST_SECONDS = Duration.ofDays(365).toSeconds();
    private static final Pattern ERROR_CODE = Pattern.compile("[a-z_]{1,40}");

    private final Credentials.OAuth2 client;
    private final TlsSettings.Store trust;
    private final Executor executor;
    private final Semaphore oneAtOnce = new Semaphore(1);

    /**
     * Creates it; nothing is sent yet.
     *
     * @param client who asks, and whom
     * @param trust the authorities to trust, or null for the JVM's own
     * @param executor runs the request
     */
    public TokenEndpoint(Credentials.OAuth2 client, TlsSettings.Store trust, Executor executor) {
        this.client = client;
        this.trust = trust;
        this.executor = executor;
    }

    /**
     * Asks for a token, when an earlier request has ended.
     *
     * @param limit the longest time that it may take
     * @return a fresh token
     * @throws IOException when there is none; says why
     */
    public Granted ask(Duration limit) throws IOException {
        HttpCall.Answer response = send(limit);
        JsonObject answer = json(response.body());
        if (response.status() != 200) {
            throw new IOException(
                    this + " answered " + response.status() + errorCode(answer) + hint(response));
        }
        if (answer == null) {
            throw new IOException(this + " answered something that is no JSON object");
        }
        String token = text(answer.get("access_token"));
        if (token == null || token.isEmpty()) {
            throw new IOException(this + " answered without an access_token");
        }
        return new Granted(token, Duration.ofSeconds(lifetime(answer.get("expires_in"))));
    }

    private byte[] form() {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        if (client.scope() != null) {
            form.put("scope", client.scope());
        }
        form.putAll(client.parameters());
        StringJoiner body = new StringJoiner("&");
        form.forEach((name, value) -> body.add(encode(name) + "=" + encode(value)));
        return body.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private Map<String, String> headers() {
        String login = encode(client.clientId()) + ":" + encode(client.clientSecret().value());
        byte[] basic = login.getBytes(StandardCharsets.US_ASCII);
        return Map.of(
                "Authorization", "Basic " + Base64.getEncoder().encodeToString(basic),
                "Content-Type", "application/x-www-form-urlencoded",
                "Accept", "application/json");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpCall.Answer send(Duration limit) throws IOException {
        long begin = System.nanoTime();
        SSLSocketFactory sockets = HttpTrust.in(trust, this);
        HttpCall post = new HttpCall(client.tokenEndpoint(), sockets, MOST_BYTES);
        return HttpCall.explained(
                this,
                limit,
                () -> {
                    if (!oneAtOnce.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                        throw new IOException("an earlier request to " + this + " has not ended");
                    }
                    Duration left = limit.minusNanos(System.nanoTime() - begin);
                    return post.run(headers(), form(), left, executor, oneAtOnce::release);
                });
    }

    /** Null when it is no JSON object. */
    private static JsonObject json(byte[] body) {
        try {
            JsonElement parsed = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
            return parsed.isJsonObject() ? parsed.getAsJsonObject() : null;
        } catch (JsonParseException e) {
            return null; // what it says may quote the answer, which may hold a token
        }
    }

    private static String text(JsonElement element) {
        boolean string = element != null && element.isJsonPrimitive();
        return string ? element.getAsString() : null;
    }

    private long lifetime(JsonElement element) throws IOException {
        if (element == null || element.isJsonNull()) {
            return USUAL_SECONDS;
        }
        try {
            long seconds = element.getAsBigDecimal().longValue();
            if (seconds > 0) {
                return Math.min(seconds, MOST_SECONDS);
            }
        } catch (NumberFormatException | IllegalStateException | UnsupportedOperationException e) {
            throw new IOException(this + " answered with an expires_in that is no number");
        }
        throw new IOException(this + " answered with a token that has expired");
    }

    /** The codes of RFC 6749, section 5.2, such as {@code invalid_client}. */
    private static String errorCode(JsonObject answer) {
        String code = answer == null ? null : text(answer.get("error"));
        return code != null && ERROR_CODE.matcher(code).matches() ? " " + code : "";
    }

    private static String hint(HttpCall.Answer response) {
        return switch (response.status()) {
            case 401 -> ": oauth2ClientId or oauth2ClientSecret is wrong";
            case 400 -> ": check oauth2ClientSecret, oauth2Scope and oauth2Parameters";
            case 404, 405 -> ": check oauth2TokenEndpoint";
            default -> "";
        };
    }

    /** Shows what may be shown. */
    @Override
    public String toString() {
        URI uri = client.tokenEndpoint();
        return "the token endpoint "
                + uri.getScheme()
                + "://"
                + uri.getHost()
                + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + (uri.getPath() == null ? "" : uri.getPath());
    }
}
