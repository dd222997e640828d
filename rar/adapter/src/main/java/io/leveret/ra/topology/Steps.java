package io.leveret.ra.topology;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.TopologySettings.Binding;
import io.leveret.ra.settings.TopologySettings.Exchange;
import io.leveret.ra.settings.TopologySettings.Queue;
import java.io.IOException;
import java.util.Set;

/**
 * The steps of declaring, one after the other on one channel, until the broker refuses one: that
 * ends the channel. What may end the whole connection is done over one of its own.
 *
 * @param channel where to ask
 * @param channels opens what is needed besides
 */
record Steps(LinkChannel channel, Topology.Channels channels) {

    private static final Set<String> USUAL_TYPES = Set.of("direct", "fanout", "topic", "headers");

    void declare(Exchange exchange, BrokerVersion version)
            throws TopologyException, InterruptedException {
        run(
                "declare exchange '" + exchange.name() + "'",
                Hint.DECLARE,
                isRisky(exchange, version),
                client -> declare(client, exchange));
    }

    /** Makes one attempt; gives the queue's name. */
    String declare(String shown, Queue queue, QueueDeclaration declaration)
            throws TopologyException, InterruptedException {
        String[] name = new String[1];
        run(
                "declare " + shown,
                Hint.DECLARE,
                isRisky(queue),
                client -> name[0] = declaration.run(client));
        return name[0];
    }

    void bind(String shown, String queue, Binding binding)
            throws TopologyException, InterruptedException {
        run(
                "bind " + shown + " to exchange '" + binding.exchange() + "'",
                Hint.BIND,
                false,
                client ->
                        client.queueBind(
                                queue,
                                binding.exchange(),
                                binding.routingKey(),
                                binding.arguments()));
    }

    void findExchange(String exchange) throws TopologyException, InterruptedException {
        run(
                "find exchange '" + exchange + "'",
                Hint.PASSIVE,
                false,
                client -> client.exchangeDeclarePassive(exchange));
    }

    void findQueue(String shown, String queue) throws TopologyException, InterruptedException {
        run("find " + shown, Hint.PASSIVE, false, client -> client.queueDeclarePassive(queue));
    }

    /** RabbitMQ 3 closes the connection (503) when it does not know a type of exchange. */
    private static boolean isRisky(Exchange exchange, BrokerVersion version) {
        return !version.isAtLeast(4, 0) && !USUAL_TYPES.contains(exchange.type());
    }

    /** A broker that is told not to permit such queues closes the connection (541). */
    private static boolean isRisky(Queue queue) {
        return !queue.durable() && !queue.exclusive();
    }

    private static void declare(Channel client, Exchange exchange) throws IOException {
        client.exchangeDeclare(
                exchange.name(),
                exchange.type(),
                exchange.durable(),
                exchange.autoDelete(),
                exchange.internal(),
                exchange.arguments());
    }

    private void run(String what, Hint hint, boolean risky, ChannelSetup step)
            throws TopologyException, InterruptedException {
        try {
            if (risky) {
                channels.apart(step);
            } else {
                step.run(channel.client());
            }
        } catch (IOException | RuntimeException e) {
            channel.roundTripFailed(e);
            throw TopologyException.of("cannot " + what, hint, e);
        } catch (LinkUnavailableException e) {
            throw TopologyException.of("cannot " + what, hint, e);
        }
    }

    /** What to do about a refusal. */
    enum Hint implements TopologyException.Hints {
        DECLARE(
                "grant the user what the broker names, or use topologyMode=PASSIVE",
                "something that it refers to is missing",
                "it exists and is different, and nothing was changed: bring the setting in line"
                        + " with it, or delete it yourself"),
        BIND(
                "grant the user write on the queue and read on the exchange, or use"
                        + " topologyMode=PASSIVE",
                "name the exchange in exchanges too, or make it",
                null),
        PASSIVE(
                "grant the user a permission on the virtual host",
                "make it, or use topologyMode=DECLARE",
                null);

        private final String refused;
        private final String missing;
        private final String different;

        Hint(String refused, String missing, String different) {
            this.refused = refused;
            this.missing = missing;
            this.different = different;
        }

        @Override
        public String of(int code, String words) {
            return switch (code) {
                case AMQP.ACCESS_REFUSED -> refused;
                case AMQP.NOT_FOUND -> missing;
                case AMQP.RESOURCE_LOCKED -> "it belongs to another connection until that ends";
                case AMQP.PRECONDITION_FAILED -> words.contains("inequivalent") ? different : null;
                case AMQP.COMMAND_INVALID -> "a plug-in of the broker that has it is not enabled";
                case AMQP.INTERNAL_ERROR -> "this broker does not permit it any more";
                default -> null;
            };
        }
    }
}
