package io.leveret.ra.topology;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.security.HttpCall;
import io.leveret.ra.link.security.HttpTrust;
import io.leveret.ra.link.security.Logins;
import io.leveret.ra.settings.BrokerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks the broker's management API, as the user of the broker set, for what AMQP does not tell.
 * Keeps no socket and no thread between two requests.
 *
 * <p>Failure cases: no answer within the limit, refused, no such queue, something that is no JSON;
 * a login that is no password; an address without TLS for a password that goes to the broker with
 * TLS only. Thread-safe. What it throws holds no secret.
 */
final class ManagementApi {

    private static final int MOST_BYTES = 1 << 20;

    /** Part of the statistics, which a fresh queue has none of for some seconds. */
    private static final String POLICY = "effective_policy_definition";

    private final URI uri;
    private final BrokerSettings broker;
    private final Executor executor;

    ManagementApi(URI uri, BrokerSettings broker, Executor executor) {
        this.uri = uri;
        this.broker = broker;
        this.executor = executor;
    }

    /**
     * Gives what is known of a queue. Of one that was made in the last seconds, the broker does not
     * tell the policies yet.
     *
     * @param queue its name
     * @param version the broker's
     * @param limit the longest time that it may take
     * @throws IOException when it is not known; says why
     */
    QueueFacts queue(String queue, String shown, BrokerVersion version, Duration limit)
            throws IOException {
        QueueFacts facts = queueIfThere(queue, shown, version, limit);
        if (facts == null) {
            throw new IOException(
                    this + " answered 404: there is no such queue, or managementUrl is wrong");
        }
        return facts;
    }

    /** Gives the same, null when there is no such queue. */
    QueueFacts queueIfThere(String queue, String shown, BrokerVersion version, Duration limit)
            throws IOException {
        JsonObject answer =
                get("/api/queues/" + encode(broker.virtualHost()) + "/" + encode(queue), limit);
        if (answer == null) {
            return null;
        }
        return new QueueFacts(
                shown,
                text(answer.get("type"), "classic"),
                flag(answer.get("durable")),
                flag(answer.get("exclusive")),
                map(answer.get("arguments")),
                answer.has(POLICY) ? map(answer.get(POLICY)) : null,
                version);
    }

    /** Returns null when there is no such thing. */
    private JsonObject get(String path, Duration limit) throws IOException {
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        if (broker.tls() != null && !tls) {
            throw new IOException(
                    this + " is not encrypted, and connections to the broker are: use https");
        }
        String login = broker.userName() + ":" + Logins.password(broker.credentials());
        byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers =
                Map.of(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(bytes),
                        "Accept",
                        "application/json");
        HttpCall call = new HttpCall(URI.create(uri + path), tls ? sockets() : null, MOST_BYTES);
        HttpCall.Answer answer =
                HttpCall.explained(
                        this, limit, () -> call.run(headers, null, limit, executor, () -> {}));
        if (answer.status() == 404) {
            return null;
        }
        if (answer.status() != 200) {
            throw new IOException(this + " answered " + answer.status() + hint(answer));
        }
        return json(answer.body());
    }

    private SSLSocketFactory sockets() throws IOException {
        return HttpTrust.in(broker.tls() == null ? null : broker.tls().trust(), this);
    }

    private static String hint(HttpCall.Answer answer) {
        return switch (answer.status()) {
            case 401 -> ": the user has no tag \"management\", or another password there";
            default -> "";
        };
    }

    private JsonObject json(byte[] body) throws IOException {
        try {
            JsonElement parsed = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
            if (parsed.isJsonObject()) {
                return parsed.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            throw new IOException(this + " answered something that is no JSON", e);
        }
        throw new IOException(this + " answered something that is no JSON object");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String text(JsonElement element, String usual) {
        return element != null && element.isJsonPrimitive() ? element.getAsString() : usual;
    }

    private static boolean flag(JsonElement element) {
        return element != null && element.isJsonPrimitive() && element.getAsBoolean();
    }

    /** Numbers, flags and texts; what else there may be is of no interest. */
    private static Map<String, Object> map(JsonElement element) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (element == null || !element.isJsonObject()) {
            return all; // an empty list, when there is nothing
        }
        element.getAsJsonObject()
                .entrySet()
                .forEach(
                        entry -> {
                            if (entry.getValue().isJsonPrimitive()) {
                                all.put(entry.getKey(), value(entry.getValue()));
                            }
                        });
        return all;
    }

    private static Object value(JsonElement element) {
        if (element.getAsJsonPrimitive().isNumber()) {
            return element.getAsNumber();
        }
        return element.getAsJsonPrimitive().isBoolean()
                ? (Object) element.getAsBoolean()
                : element.getAsString();
    }

    /** Shows what may be shown. */
    @Override
    public String toString() {
        return "the management API " + uri;
    }
}
