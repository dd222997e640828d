package io.leveret.it.bench.publish.client;

import io.leveret.it.broker.LineServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes with one of the clients, in runs as it is told: {@code CLIENT URI BLOCKS QUEUE RUN
 * MESSAGES MOST}, see {@link Orders}. The answer is what passed.
 */
public final class PublishProgram {

    /** Used by the one thread that takes the orders. */
    private static final Map<String, Client> CLIENTS = new HashMap<>();

    private PublishProgram() {}

    /** Takes orders until its input ends. */
    public static void main(String[] arguments) throws Exception {
        try {
            LineServer.serve(PublishProgram::obey);
        } finally {
            for (Client client : CLIENTS.values()) {
                client.close();
            }
        }
    }

    private static String obey(List<String> words) throws Exception {
        Client client = client(words.get(0), words.get(1));
        Orders orders =
                new Orders(
                        Boolean.parseBoolean(words.get(2)),
                        words.get(3),
                        Integer.parseInt(words.get(4)),
                        Integer.parseInt(words.get(5)),
                        Integer.parseInt(words.get(6)));
        return orders.carryOut(client, PublishProgram::daemon).line();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "publisher");
        thread.setDaemon(true);
        return thread;
    }

    private static Client client(String name, String uri) throws Exception {
        Client known = CLIENTS.get(name);
        if (known != null) {
            return known;
        }
        Client fresh =
                switch (name) {
                    case "bare" -> new BareClient(uri, false);
                    case "bare-shared" -> new BareClient(uri, true);
                    case "spring" -> new SpringClient(uri);
                    case "leveret" -> LeveretClient.of(uri, false);
                    case "leveret-batches" -> LeveretClient.of(uri, true);
                    default -> throw new IllegalArgumentException("who is " + name + "?");
                };
        CLIENTS.put(name, fresh);
        return fresh;
    }
}
