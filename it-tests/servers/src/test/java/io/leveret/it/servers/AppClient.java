package io.leveret.it.servers;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** The test application as its tests see it. Stateless but for the HTTP client; thread-safe. */
final class AppClient {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI root;

    AppClient(URI root) {
        this.root = root;
    }

    /**
     * One call of a listener inside the server.
     *
     * @param atMillis on a clock of the server that only goes forward
     */
    record Call(int attempt, long atMillis, boolean possibleDuplicate) {}

    /** How far a stream has come. */
    record Counts(long attempted, long confirmed, long failed, String lastFailure) {}

    boolean ready() {
        try {
            return call("GET", "publish").equals("ready");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    String publish(String exchange, String key, String id) {
        return call("POST", "publish/bean", "exchange", exchange, "key", key, "id", id);
    }

    String publishSized(String key, String id, int size) {
        return call("POST", "publish/bean", "key", key, "id", id, "size", "" + size);
    }

    String publishPlain(String id) {
        return call("POST", "publish/plain", "id", id);
    }

    String transaction(String key, String id, boolean commit) {
        return call("POST", "publish/transaction", "key", key, "id", id, "commit", "" + commit);
    }

    String transactionThroughGate(String key, String id, String gate) {
        return call(
                "POST",
                "publish/transaction",
                List.of("key", key, "id", id, "commit", "true", "gate", gate));
    }

    void awaitGateReached(String gate) {
        call("GET", "publish/gate", "name", gate);
    }

    void openGate(String gate) {
        call("POST", "publish/gate", "name", gate);
    }

    List<Call> calls(String id) {
        return call("GET", "messages/attempts", "id", id)
                .lines()
                .map(line -> line.split(" "))
                .map(
                        f ->
                                new Call(
                                        Integer.parseInt(f[0]),
                                        Long.parseLong(f[1]),
                                        Boolean.parseBoolean(f[2])))
                .toList();
    }

    /** The attempts that wrote a committed row for this message. */
    List<Integer> rows(String id) {
        return call("GET", "messages/rows", "id", id).lines().map(Integer::valueOf).toList();
    }

    /** The changes of state that a bean of the application has observed: kind and state. */
    List<String> changes() {
        return call("GET", "messages/changes").lines().toList();
    }

    void startStream(String prefix, int threads, String forwardTo, Path ledgers) {
        call(
                "POST",
                "stream",
                List.of(
                        "prefix",
                        prefix,
                        "threads",
                        "" + threads,
                        "forwardTo",
                        forwardTo,
                        "ledgers",
                        ledgers.toString()));
    }

    Counts stream() {
        return counts(call("GET", "stream"));
    }

    Counts stopStream() {
        return counts(call("DELETE", "stream"));
    }

    void closeLedgers() {
        call("DELETE", "stream/ledgers");
    }

    private static Counts counts(String text) {
        Map<String, String> values =
                text.lines()
                        .map(line -> line.split("=", 2))
                        .collect(Collectors.toMap(f -> f[0], f -> f[1]));
        return new Counts(
                Long.parseLong(values.get("attempted")),
                Long.parseLong(values.get("confirmed")),
                Long.parseLong(values.get("failed")),
                values.get("last"));
    }

    private String call(String method, String path, String... query) {
        return call(method, path, List.of(query));
    }

    private String call(String method, String path, List<String> query) {
        StringJoiner parameters = new StringJoiner("&", "?", "").setEmptyValue("");
        for (int i = 0; i < query.size(); i += 2) {
            parameters.add(query.get(i) + "=" + encoded(query.get(i + 1)));
        }
        URI uri = root.resolve(path + parameters);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(LIMIT)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        try {
            HttpResponse<String> answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + uri + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + uri + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + method + " " + uri, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
