package io.leveret.it.bench.bare;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Round;
import io.leveret.it.broker.LineServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Consumes with the bare client, as it is without any settings, in rounds as it is told. Consumers
 * are spread over as many connections as the adapter has by default.
 */
public final class BareProgram {

    private static final int CONNECTIONS = 2;

    /** Used by the one thread that takes the orders. */
    private static final List<Connection> CONNECTED = new ArrayList<>();

    private BareProgram() {}

    /** Takes orders until its input ends. */
    public static void main(String[] arguments) throws IOException {
        LineServer.serve(BareProgram::obey);
    }

    private static String obey(List<String> words) throws Exception {
        switch (words.get(0)) {
            case "run" -> {
                return run(words);
            }
            case "end" -> {
                end();
                return "ended";
            }
            default -> throw new IllegalArgumentException("what is " + words.get(0) + "?");
        }
    }

    /** Runs a round; the consumers stay, with nothing left to do. */
    private static String run(List<String> words) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(words.get(1));
        List<Integer> numbers =
                words.subList(3, words.size()).stream().map(Integer::valueOf).toList();
        return run(
                factory,
                words.get(2),
                numbers.get(0),
                numbers.get(1),
                numbers.get(2),
                numbers.get(3),
                numbers.get(4));
    }

    private static String run(
            ConnectionFactory factory,
            String queue,
            int number,
            int messages,
            int sessions,
            int prefetch,
            int ackEvery)
            throws Exception {
        Round round = Round.begin(number, messages, sessions);
        for (int i = 0; i < CONNECTIONS; i++) {
            CONNECTED.add(factory.newConnection("bare"));
        }
        List<BareConsumer> consumers = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Channel channel = CONNECTED.get(i % CONNECTIONS).createChannel();
            channel.basicQos(prefetch);
            BareConsumer consumer = new BareConsumer(channel, round, ackEvery);
            channel.basicConsume(queue, false, consumer);
            consumers.add(consumer);
        }
        Reading begin = round.open();
        round.awaitLast();
        for (BareConsumer consumer : consumers) {
            consumer.finish();
        }
        Reading passed = Reading.now().since(begin);
        round.verify();
        return passed.line();
    }

    /** Disconnects what is left of the last round. */
    private static void end() throws IOException {
        for (Connection connection : CONNECTED) {
            connection.close();
        }
        CONNECTED.clear();
    }
}
