package io.leveret.it.servers;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The test application as its tests see it. Stateless but for the HTTP client; thread-safe. */
final class AppClient {

    private final Control control;

    AppClient(URI root) {
        this(new Control(root));
    }

    AppClient(Control control) {
        this.control = control;
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
            return control.call("GET", "publish").equals("ready");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    String publish(String exchange, String key, String id) {
        return control.call("POST", "publish/bean", "exchange", exchange, "key", key, "id", id);
    }

    String publishSized(String key, String id, int size) {
        return control.call("POST", "publish/bean", "key", key, "id", id, "size", "" + size);
    }

    String publishPlain(String id) {
        return control.call("POST", "publish/plain", "id", id);
    }

    String transaction(String key, String id, boolean commit) {
        return control.call(
                "POST", "publish/transaction", "key", key, "id", id, "commit", "" + commit);
    }

    /** Takes a message in a transaction of its own, over a handle; gives its id. */
    String take(String queue, boolean commit) {
        return control.call("POST", "publish/take", "queue", queue, "commit", "" + commit);
    }

    /** Declares a queue over a handle, and counts its messages through the broker's client. */
    int declareAndCount(String queue) {
        return Integer.parseInt(control.call("POST", "publish/declare", "queue", queue));
    }

    String transactionThroughGate(String key, String id, String gate) {
        return control.call(
                "POST",
                "publish/transaction",
                List.of("key", key, "id", id, "commit", "true", "gate", gate));
    }

    /** Writes a row into each data source and publishes, in one transaction; gives its end. */
    String commit(String factory, List<String> sources, String key, String id, boolean commit) {
        return control.call("POST", "commit", commitOf(factory, sources, key, id, commit));
    }

    /** The same; its thread stands at a gate after the commit, before anything is published. */
    String commitThroughGate(
            String factory, List<String> sources, String key, String id, String gate) {
        List<String> query = new ArrayList<>(commitOf(factory, sources, key, id, true));
        query.addAll(List.of("gate", gate));
        return control.call("POST", "commit", query);
    }

    private static List<String> commitOf(
            String factory, List<String> sources, String key, String id, boolean commit) {
        return List.of(
                "factory",
                factory,
                "sources",
                String.join(",", sources),
                "key",
                key,
                "id",
                id,
                "commit",
                "" + commit);
    }

    void awaitGateReached(String gate) {
        control.call("GET", "publish/gate", "name", gate);
    }

    void openGate(String gate) {
        control.call("POST", "publish/gate", "name", gate);
    }

    List<Call> calls(String id) {
        return control.call("GET", "messages/attempts", "id", id)
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
        return control.call("GET", "messages/rows", "id", id)
                .lines()
                .map(Integer::valueOf)
                .toList();
    }

    /** The changes of state that a bean of the application has observed: kind and state. */
    List<String> changes() {
        return control.call("GET", "messages/changes").lines().toList();
    }

    void startStream(String prefix, int threads, String forwardTo, Path ledgers) {
        control.call(
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
        return counts(control.call("GET", "stream"));
    }

    Counts stopStream() {
        return counts(control.call("DELETE", "stream"));
    }

    void closeLedgers() {
        control.call("DELETE", "stream/ledgers");
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
}
