package io.leveret.ra.topology;

import com.rabbitmq.client.AMQP;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.RetryMode;
import io.leveret.ra.settings.TopologyMode;
import io.leveret.ra.settings.TopologySettings;
import io.leveret.ra.settings.TopologySettings.Binding;
import io.leveret.ra.settings.TopologySettings.Exchange;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What one activation needs on the broker. Applied by each of its sessions whenever it subscribes,
 * so also after a connection was lost and after somebody has deleted the queue. Applying it again
 * changes nothing; nothing is ever deleted.
 *
 * <p>Failure cases: refused (403, 404, 405, 406: the channel is gone, and the broker's words are
 * passed on), no answer in time, the link lost meanwhile. Immutable; thread-safe.
 */
public final class Topology {

    private final String destination;
    private final String shownQueue;
    private final TopologySettings settings;
    private final boolean delaying;

    /**
     * Takes what is wanted.
     *
     * @param inbound the activation's settings
     */
    public Topology(InboundSettings inbound) {
        this.destination = inbound.destination();
        this.shownQueue = inbound.shownQueue();
        this.settings = inbound.topology();
        this.delaying = inbound.retry().mode() == RetryMode.NATIVE;
    }

    /** Opens channels, all on links of the same connection settings. */
    public interface Channels {

        /**
         * Opens one to consume on.
         *
         * @return a fresh channel
         * @throws LinkUnavailableException when there is none now
         * @throws InterruptedException when the caller is interrupted
         */
        LinkChannel open() throws LinkUnavailableException, InterruptedException;

        /**
         * Does something on a channel over a link that nobody consumes on: the broker may close the
         * connection instead of refusing.
         *
         * @param work what to do
         * @throws LinkUnavailableException when there is no channel, or the broker has refused
         * @throws InterruptedException when the caller is interrupted
         */
        void apart(ChannelSetup work) throws LinkUnavailableException, InterruptedException;

        /**
         * Does something on a channel that is closed then; nothing else suffers from a refusal.
         *
         * @param work what to do
         * @throws LinkUnavailableException when there is no channel, or the broker has refused
         * @throws InterruptedException when the caller is interrupted
         */
        void aside(ChannelSetup work) throws LinkUnavailableException, InterruptedException;
    }

    /**
     * What a session begins with.
     *
     * @param channel an open channel
     * @param queue the name of the queue to consume from
     * @param arguments those that the queue has, as far as they are known because it was declared;
     *     what depends on the broker's version may be otherwise than wanted
     */
    public record Ready(LinkChannel channel, String queue, Map<String, Object> arguments) {

        /** Copies the map. */
        public Ready {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * Sees to it that all is there. Makes round trips, each bounded by the RPC timeout.
     *
     * @param channels opens the channel to use, and another one after a refusal that can be put up
     *     with
     * @return a channel that is open, and the queue
     * @throws TopologyException when the broker refuses; no channel is left open then
     * @throws LinkUnavailableException when there is no channel
     * @throws InterruptedException when the caller is interrupted
     */
    public Ready prepare(Channels channels)
            throws TopologyException, LinkUnavailableException, InterruptedException {
        LinkChannel channel = channels.open();
        BrokerVersion version = BrokerVersion.of(channel.serverProperty("version"));
        if (delaying && !version.isAtLeast(4, 3)) {
            // It takes the arguments and does not delay: what is rejected would be back at once.
            channel.close();
            throw TopologyException.unfit(
                    "does not consume (retryMode=NATIVE): quorum queues delay what is rejected from"
                            + " RabbitMQ 4.3 on, and this is "
                            + version
                            + "; use retryMode=LADDER, or upgrade the broker");
        }
        QueueDeclaration queue =
                settings.queue() == null
                        ? null
                        : new QueueDeclaration(destination, settings.queue(), version);
        while (true) {
            boolean ready = false;
            try {
                Steps steps = new Steps(channel, channels);
                String name = apply(steps, version, queue);
                ready = true;
                return new Ready(channel, name, queue == null ? Map.of() : queue.known());
            } catch (TopologyException e) {
                if (queue == null || !queue.giveWay(e)) {
                    throw e;
                }
            } finally {
                if (!ready) {
                    channel.close();
                }
            }
            channel = channels.open();
        }
    }

    /**
     * Looks whether the queue that it consumed from is gone: what is there under its name later is
     * another one. A round trip, bounded by the RPC timeout.
     *
     * @param channels opens a channel to look with
     * @return false when it is there, or cannot be reached for now
     * @throws LinkUnavailableException when there is no channel
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean isGone(Channels channels) throws LinkUnavailableException, InterruptedException {
        try {
            channels.aside(client -> client.queueDeclarePassive(destination));
            return false;
        } catch (LinkUnavailableException e) {
            CloseReason refusal = CloseReason.of(e);
            if (refusal.code() == 0) {
                throw e;
            }
            // The same code, with other words, is for a queue whose node is down.
            return refusal.code() == AMQP.NOT_FOUND && refusal.text().contains("no queue");
        }
    }

    private String apply(Steps steps, BrokerVersion version, QueueDeclaration queue)
            throws TopologyException, InterruptedException {
        if (settings.mode() == TopologyMode.PASSIVE) {
            look(steps);
        }
        if (settings.mode() != TopologyMode.DECLARE) {
            return destination;
        }
        for (Exchange each : settings.exchanges()) {
            steps.declare(each, version);
        }
        String name = steps.declare(shownQueue, settings.queue(), queue);
        for (Binding each : settings.bindings()) {
            steps.bind(shownQueue, name, each);
        }
        return name;
    }

    private void look(Steps steps) throws TopologyException, InterruptedException {
        Set<String> exchanges = new LinkedHashSet<>();
        settings.exchanges().forEach(each -> exchanges.add(each.name()));
        settings.bindings().forEach(each -> exchanges.add(each.exchange()));
        for (String each : exchanges) {
            steps.findExchange(each);
        }
        steps.findQueue(shownQueue, destination);
    }
}
