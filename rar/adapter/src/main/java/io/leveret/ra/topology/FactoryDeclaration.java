package io.leveret.ra.topology;

import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.FactoryTopology;
import io.leveret.ra.settings.FactoryTopology.NamedQueue;
import io.leveret.ra.settings.FactoryTopology.QueueBinding;
import io.leveret.ra.settings.TopologyMode;
import io.leveret.ra.settings.TopologySettings.Exchange;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What one connection factory needs on the broker. Applying it again changes nothing; nothing is
 * ever deleted. It stops at the first thing that is refused, because what follows may need it.
 *
 * <p>Failure cases: those of {@link Topology}. Immutable; thread-safe.
 */
public final class FactoryDeclaration {

    private final FactoryTopology wanted;

    /**
     * Takes what is wanted.
     *
     * @param wanted the factory's settings
     */
    public FactoryDeclaration(FactoryTopology wanted) {
        this.wanted = wanted;
    }

    /**
     * Sees to it that all is there. Makes round trips, each bounded by the RPC timeout, on channels
     * that are closed then.
     *
     * @param channels opens them
     * @throws TopologyException when the broker refuses, or does not answer
     * @throws LinkUnavailableException when there is no channel
     * @throws InterruptedException when the caller is interrupted
     */
    public void apply(Topology.Channels channels)
            throws TopologyException, LinkUnavailableException, InterruptedException {
        LinkChannel channel = channels.open();
        try {
            Steps steps = new Steps(channel, channels);
            if (wanted.mode() == TopologyMode.PASSIVE) {
                look(steps);
                return;
            }
            BrokerVersion version = BrokerVersion.of(channel.serverProperty("version"));
            for (Exchange each : wanted.exchanges()) {
                steps.declare(each, version);
            }
            for (NamedQueue each : wanted.queues()) {
                declare(each, version, channels);
            }
            for (QueueBinding each : wanted.bindings()) {
                steps.bind(shown(each.queue()), each.queue(), each.binding());
            }
        } finally {
            channel.close();
        }
    }

    /** On channels of its own: a refusal that can be put up with ends one. */
    private static void declare(NamedQueue each, BrokerVersion version, Topology.Channels channels)
            throws TopologyException, LinkUnavailableException, InterruptedException {
        QueueDeclaration declaration = new QueueDeclaration(each.name(), each.queue(), version);
        while (true) {
            LinkChannel channel = channels.open();
            try {
                new Steps(channel, channels).declare(shown(each.name()), each.queue(), declaration);
                return;
            } catch (TopologyException e) {
                if (!declaration.giveWay(e)) {
                    throw e;
                }
            } finally {
                channel.close();
            }
        }
    }

    private void look(Steps steps) throws TopologyException, InterruptedException {
        Set<String> exchanges = new LinkedHashSet<>();
        Set<String> queues = new LinkedHashSet<>();
        wanted.exchanges().forEach(each -> exchanges.add(each.name()));
        wanted.queues().forEach(each -> queues.add(each.name()));
        for (QueueBinding each : wanted.bindings()) {
            exchanges.add(each.binding().exchange());
            queues.add(each.queue());
        }
        for (String each : exchanges) {
            steps.findExchange(each);
        }
        for (String each : queues) {
            steps.findQueue(shown(each), each);
        }
    }

    private static String shown(String queue) {
        return "queue '" + queue + "'";
    }
}
