package io.leveret.it.contract;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.leveret.it.broker.LineServer;
import io.leveret.it.ledger.HeldMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** {@link Traffic} as a program of its own, for a cluster that only its own network can reach. */
final class TrafficMain {

    private Traffic traffic;

    private TrafficMain() {}

    public static void main(String[] arguments) throws IOException {
        TrafficMain program = new TrafficMain();
        try {
            LineServer.serve(program::obey);
        } finally {
            program.end();
        }
    }

    private String obey(List<String> words) throws Exception {
        switch (words.get(0)) {
            case "declare" -> {
                return declare(words.get(1), words.get(2), words.get(3), words.get(4));
            }
            case "start" -> {
                traffic =
                        new Traffic(
                                new Traffic.Plan(
                                        words.get(1),
                                        words.get(2),
                                        words.get(3),
                                        words.get(4),
                                        Integer.parseInt(words.get(5)),
                                        Long.parseLong(words.get(6)),
                                        Path.of(words.get(7))));
                return "started";
            }
            case "progress" -> {
                Load.Progress p = traffic.progress();
                return p.confirmed()
                        + " "
                        + p.delivered()
                        + " "
                        + p.confirms()
                        + " "
                        + p.longestCallMillis();
            }
            case "finish" -> {
                return traffic.finish().stream()
                        .map(TrafficMain::write)
                        .collect(Collectors.joining(" "));
            }
            case "end" -> {
                end();
                return "ended";
            }
            default -> throw new IllegalArgumentException("what is " + words.get(0) + "?");
        }
    }

    private static String declare(String address, String user, String password, String queue)
            throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri("amqp://" + user + ":" + password + "@" + address);
        factory.setAutomaticRecoveryEnabled(false);
        try (Connection connection = factory.newConnection("contract test");
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(queue, true, false, false, Clusters.quorum());
        }
        return queue;
    }

    private void end() {
        if (traffic != null) {
            traffic.close();
            traffic = null;
        }
    }

    private static String write(HeldMessage m) {
        return String.join(
                ",",
                m.id(),
                m.queue(),
                String.valueOf(m.redelivered()),
                String.valueOf(m.possibleDuplicate()));
    }

    static HeldMessage read(String text) {
        String[] parts = text.split(",");
        return new HeldMessage(
                parts[0], parts[1], Boolean.parseBoolean(parts[2]), Boolean.parseBoolean(parts[3]));
    }
}
