package io.leveret.ra.settings;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be there before an activation consumes. Arguments are as AMQP takes them: {@code
 * Long}, {@code Boolean} or {@code String}.
 *
 * @param mode what is done about it
 * @param exchanges the exchanges, in the order of their declaration
 * @param queue how the destination is declared, null unless the mode is DECLARE
 * @param bindings what the queue is bound to
 * @param checks how it is verified
 */
public record TopologySettings(
        TopologyMode mode,
        List<Exchange> exchanges,
        Queue queue,
        List<Binding> bindings,
        Checks checks) {

    /** Copies the lists. */
    public TopologySettings {
        exchanges = List.copyOf(exchanges);
        bindings = List.copyOf(bindings);
    }

    /** How a queue keeps its messages. */
    public enum QueueType {
        /** On one node. */
        CLASSIC,
        /** Replicated. */
        QUORUM,
        /** Replicated, as a log: what is consumed stays, and can be consumed again. */
        STREAM
    }

    /**
     * An exchange.
     *
     * @param name its name
     * @param type direct, fanout, topic, headers or what a plug-in of the broker offers
     * @param durable whether it outlives the broker
     * @param autoDelete whether it goes with its last binding
     * @param internal whether only other exchanges may publish to it
     * @param arguments further arguments
     */
    public record Exchange(
            String name,
            String type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            Map<String, Object> arguments) {

        /** Copies the map. */
        public Exchange {
            arguments = copy(arguments);
        }
    }

    /**
     * A queue; its name is the destination.
     *
     * @param type how it keeps its messages
     * @param durable whether it outlives the broker
     * @param exclusive whether it belongs to one connection and goes with it
     * @param autoDelete whether it goes with its last consumer
     * @param lazy whether it keeps its messages on disk, where the broker can be told so
     * @param arguments its arguments, without those for type, laziness and an unlimited {@code
     *     x-delivery-limit}
     */
    public record Queue(
            QueueType type,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            boolean lazy,
            Map<String, Object> arguments) {

        /** Copies the map. */
        public Queue {
            arguments = copy(arguments);
        }
    }

    /**
     * A binding of the queue.
     *
     * @param exchange the exchange's name
     * @param routingKey the routing key
     * @param arguments what a headers exchange matches
     */
    public record Binding(String exchange, String routingKey, Map<String, Object> arguments) {

        /** Copies the map. */
        public Binding {
            arguments = copy(arguments);
        }
    }

    /**
     * How it is verified.
     *
     * @param verification what a finding leads to
     * @param management where the broker's management API is, or null
     */
    public record Checks(Verification verification, URI management) {}

    private static Map<String, Object> copy(Map<String, Object> arguments) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /**
     * Gives the same with further arguments of the queue.
     *
     * @param more the arguments; none where no queue is declared
     */
    TopologySettings with(Map<String, Object> more) {
        if (more.isEmpty() || queue == null) {
            return this;
        }
        Map<String, Object> all = new LinkedHashMap<>(queue.arguments());
        all.putAll(more);
        Queue fuller =
                new Queue(
                        queue.type(),
                        queue.durable(),
                        queue.exclusive(),
                        queue.autoDelete(),
                        queue.lazy(),
                        all);
        return new TopologySettings(mode, exchanges, fuller, bindings, checks);
    }

    /**
     * Says whether the queue lives no longer than the connection that has declared it.
     *
     * @return true for an exclusive one
     */
    public boolean isTiedToConnection() {
        return queue != null && queue.exclusive();
    }

    /**
     * Says whether the queue goes, with its messages, when its last consumer does.
     *
     * @return true for one that is deleted by itself
     */
    public boolean isTiedToConsumer() {
        return queue != null && queue.autoDelete();
    }
}
