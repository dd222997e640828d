package io.leveret.ra.settings;

import io.leveret.MqTopology;
import io.leveret.ra.settings.TopologySettings.Binding;
import io.leveret.ra.settings.TopologySettings.Exchange;
import io.leveret.ra.settings.TopologySettings.Queue;
import java.util.List;

/**
 * What is to be there before a connection factory publishes.
 *
 * @param mode what is done about it
 * @param exchanges the exchanges, in the order of their declaration
 * @param queues the queues, in the order of their declaration
 * @param bindings which queue is bound to what
 */
public record FactoryTopology(
        TopologyMode mode,
        List<Exchange> exchanges,
        List<NamedQueue> queues,
        List<QueueBinding> bindings) {

    /** Copies the lists. */
    public FactoryTopology {
        exchanges = List.copyOf(exchanges);
        queues = List.copyOf(queues);
        bindings = List.copyOf(bindings);
    }

    /**
     * Reads what an application wants to be declared.
     *
     * @param wanted the texts, in which no expressions are expanded
     * @return the topology, to be declared
     * @throws IllegalArgumentException with all errors
     */
    public static FactoryTopology of(MqTopology wanted) {
        Problems problems = new Problems();
        FactoryTopology read =
                new TopologyReader(problems)
                        .read(
                                TopologyMode.DECLARE,
                                wanted.exchanges(),
                                wanted.queues(),
                                wanted.bindings());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.message("The topology"));
        }
        return read;
    }

    /**
     * A queue.
     *
     * @param name its name
     * @param queue how it is declared
     */
    public record NamedQueue(String name, Queue queue) {}

    /**
     * A binding of a queue, which may be one that others declare.
     *
     * @param queue the queue's name
     * @param binding what it is bound to
     */
    public record QueueBinding(String queue, Binding binding) {}

    /**
     * Says whether there is something to do.
     *
     * @return false when nobody needs to ask the broker
     */
    public boolean isWanted() {
        return mode != TopologyMode.NONE
                && !(exchanges.isEmpty() && queues.isEmpty() && bindings.isEmpty());
    }

    /**
     * Says whether a publish depends on it.
     *
     * @param exchange where it goes
     * @param routingKey its routing key
     * @return true for a named exchange, and for a named queue over the default exchange
     */
    public boolean isFor(String exchange, String routingKey) {
        if (exchange.isEmpty()) {
            return queues.stream().anyMatch(each -> each.name().equals(routingKey));
        }
        return exchanges.stream().anyMatch(each -> each.name().equals(exchange))
                || bindings.stream().anyMatch(each -> each.binding().exchange().equals(exchange));
    }
}
