package io.leveret.it.bench.publish.client;

import io.leveret.it.bench.load.Reading;
import io.leveret.it.broker.LineServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes with one of the clients, in runs as it is told: {@code block CLIENT URI QUEUE RUN
 * MESSAGES THREADS}, or {@code pipeline} with the most messages on their way in place of the
 * threads. Each run begins with a message of each thread that is not measured, so that connecting
 * is not. The answer is what passed from there to the last confirm.
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
        Client client = client(words.get(1), words.get(2));
        String queue = words.get(3);
        int run = Integer.parseInt(words.get(4));
        int messages = Integer.parseInt(words.get(5));
        int most = Integer.parseInt(words.get(6));
        return switch (words.get(0)) {
            case "block" -> new BlockingRun(client, queue, run, messages, most).passed().line();
            case "pipeline" -> pipeline(client, queue, run, messages, most).line();
            default -> throw new IllegalArgumentException("what is " + words.get(0) + "?");
        };
    }

    private static Client client(String name, String uri) throws Exception {
        Client known = CLIENTS.get(name);
        if (known != null) {
            return known;
        }
        Client fresh =
                switch (name) {
                    case "bare" -> new BareClient(uri);
                    case "spring" -> new SpringClient(uri);
                    case "leveret" -> new LeveretClient(uri, false);
                    case "leveret-batches" -> new LeveretClient(uri, true);
                    default -> throw new IllegalArgumentException("who is " + name + "?");
                };
        CLIENTS.put(name, fresh);
        return fresh;
    }

    private static Reading pipeline(Client client, String queue, int run, int messages, int most)
            throws Exception {
        try (Pipeline pipeline = client.pipeline(queue, most)) {
            pipeline.publish(run, 0, 1);
            Reading begin = Reading.now();
            pipeline.publish(run, 1, messages);
            return Reading.now().since(begin);
        }
    }
}
