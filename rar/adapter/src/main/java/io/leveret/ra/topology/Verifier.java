package io.leveret.ra.topology;

import com.rabbitmq.client.AMQP;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.AckMode;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.RetrySettings;
import io.leveret.ra.settings.TopologyMode;
import io.leveret.ra.settings.TopologySettings;
import io.leveret.ra.settings.TopologySettings.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Looks for what will lose messages, or stop working on a newer broker, in a topology that works
 * now. It goes by what the broker says of itself, by what was declared, by passive declarations,
 * and by the management API where it may be asked; what it cannot know it lists. It declares
 * nothing, but for the {@link DeadLetterProbe} of old brokers. Thread-safe.
 */
public final class Verifier {

    private final InboundSettings inbound;
    private final TopologySettings settings;

    /** It was found to do so at least once: nothing to be asked again. */
    private volatile boolean deadLetters;

    /**
     * Takes what is wanted.
     *
     * @param inbound the activation's settings
     */
    public Verifier(InboundSettings inbound) {
        this.inbound = inbound;
        this.settings = inbound.topology();
    }

    /**
     * What was found.
     *
     * @param findings what should be mended: what will happen, and what to do
     * @param open what could not be found out
     * @param failure why the management API did not answer, null when it did or was not asked
     * @param early whether it will know more in some seconds: the queue is fresh
     */
    public record Report(
            List<String> findings, List<String> open, IOException failure, boolean early) {

        /** Copies the lists. */
        public Report {
            findings = List.copyOf(findings);
            open = List.copyOf(open);
        }
    }

    /**
     * Looks at everything; blocks for round trips, each bounded by the RPC timeout, and for
     * requests to the management API, one for each queue.
     *
     * @param ready what was prepared
     * @param channels opens channels to look with
     * @param broker as whom the management API is asked
     * @param executor runs the request
     * @param limit how long a request may take
     * @return what was found
     * @throws LinkUnavailableException when there is no channel
     * @throws InterruptedException when the caller is interrupted
     */
    public Report verify(
            Topology.Ready ready,
            Topology.Channels channels,
            BrokerSettings broker,
            Executor executor,
            Duration limit)
            throws LinkUnavailableException, InterruptedException {
        BrokerVersion version = BrokerVersion.of(ready.channel().serverProperty("version"));
        Set<String> findings = new LinkedHashSet<>();
        List<String> open = new ArrayList<>();
        QueueFacts facts = null;
        IOException failure = null;
        if (settings.checks().management() != null) {
            ManagementApi api = new ManagementApi(settings.checks().management(), broker, executor);
            try {
                facts = api.queue(ready.queue(), inbound.shownQueue(), version, limit);
                lookAtRetryQueues(api, version, limit, findings);
            } catch (IOException e) {
                failure = e; // told by the caller
            }
        }
        boolean early = facts != null && facts.policy() == null;
        listOpen(facts, open);
        if (facts == null && settings.queue() != null) {
            facts = declared(ready, version);
        }
        if (facts != null) {
            findings.addAll(facts.findings());
            if (facts.type().equals("stream") && inbound.stream() == null) {
                findings.add(
                        inbound.shownQueue()
                                + " is a stream, and is consumed as a queue is: it begins at the"
                                + " end whenever it subscribes, misses what came meanwhile, and"
                                + " nothing that fails comes again; set streamOffset");
            }
        }
        if (settings.queue() != null) {
            for (String exchange : namedOnly()) {
                lookFor(exchange, channels, findings, open);
            }
        }
        new HoldTimes(inbound).check(facts, version, findings, open);
        lookAtDeadLettering(version, channels, findings, open);
        return new Report(List.copyOf(findings), open, failure, early);
    }

    /** Wait queues ask for it, and get it from 3.12 on for sure. */
    private void lookAtDeadLettering(
            BrokerVersion version,
            Topology.Channels channels,
            Set<String> findings,
            List<String> open)
            throws InterruptedException {
        if (deadLetters
                || !usesWaitQueues()
                || !version.isAtLeast(3, 0)
                || version.isAtLeast(3, 12)) {
            return;
        }
        Boolean atLeastOnce = DeadLetterProbe.isAtLeastOnce(inbound.destination(), channels);
        deadLetters = Boolean.TRUE.equals(atLeastOnce);
        if (atLeastOnce == null) {
            open.add("whether " + version + " dead-letters at least once (see stream_queue)");
        } else if (!atLeastOnce) {
            findings.add(
                    "what waits for its next try may be lost on its way back, because "
                            + version
                            + " dead-letters at most once, whatever a queue asks for, while its"
                            + " feature flag stream_queue is off; enable that (rabbitmqctl"
                            + " enable_feature_flag stream_queue), then restart the broker for the"
                            + " queues that exist, or use retryMode=IN_PLACE");
        }
    }

    /** Those that exist; what is missing is declared, or told, by whoever needs it. */
    private void lookAtRetryQueues(
            ManagementApi api, BrokerVersion version, Duration limit, Set<String> findings)
            throws IOException {
        RetrySettings retry = inbound.retry();
        if (usesWaitQueues()) {
            for (Duration delay : new LinkedHashSet<>(retry.delays())) {
                String name = RetrySettings.waitQueue(inbound.destination(), delay);
                QueueFacts facts =
                        api.queueIfThere(name, "wait queue '" + name + "'", version, limit);
                if (facts != null) {
                    findings.addAll(
                            new RetryQueueFacts(facts).waiting(inbound.destination(), delay));
                }
            }
        }
        if (parks()) {
            String name = retry.parkingQueue();
            QueueFacts facts =
                    api.queueIfThere(name, "parking queue '" + name + "'", version, limit);
            if (facts != null) {
                findings.addAll(new RetryQueueFacts(facts).parking());
            }
        }
    }

    private boolean usesWaitQueues() {
        return settles() && inbound.retry().usesWaitQueues();
    }

    private boolean parks() {
        return settles() && inbound.retry().parks();
    }

    private boolean settles() {
        return inbound.ackMode() != AckMode.ON_RECEIPT_MAY_LOSE;
    }

    private QueueFacts declared(Topology.Ready ready, BrokerVersion version) {
        TopologySettings.Queue queue = settings.queue();
        return new QueueFacts(
                inbound.shownQueue(),
                queue.type().name().toLowerCase(Locale.ROOT),
                queue.durable(),
                queue.exclusive(),
                ready.arguments(),
                null,
                version);
    }

    /** The exchanges that others refer to, and that are not declared. */
    private Set<String> namedOnly() {
        Set<String> all = new LinkedHashSet<>();
        add(all, settings.queue().arguments().get("x-dead-letter-exchange"));
        settings.exchanges().forEach(e -> add(all, e.arguments().get("alternate-exchange")));
        settings.exchanges().stream().map(Exchange::name).forEach(all::remove);
        return all;
    }

    private static void add(Set<String> all, Object name) {
        if (name != null && !name.toString().isEmpty()) {
            all.add(name.toString());
        }
    }

    private void lookFor(
            String exchange, Topology.Channels channels, Set<String> findings, List<String> open)
            throws LinkUnavailableException, InterruptedException {
        try {
            channels.aside(client -> client.exchangeDeclarePassive(exchange));
        } catch (LinkUnavailableException e) {
            int code = CloseReason.of(e).code();
            if (code == AMQP.NOT_FOUND) {
                findings.add(
                        "exchange '"
                                + exchange
                                + "' does not exist, and what is sent there by dead-lettering or as"
                                + " an alternate is lost; name it in exchanges");
            } else if (code == AMQP.ACCESS_REFUSED) {
                open.add("whether exchange '" + exchange + "' exists");
            } else {
                throw e;
            }
        }
    }

    /** Lists what stays open, where the management API told something or nothing (null). */
    private void listOpen(QueueFacts managed, List<String> open) {
        String shown = inbound.shownQueue();
        if (managed == null && settings.queue() == null) {
            open.add("of which type " + shown + " is, and whether it has a delivery limit");
            open.add("whether RabbitMQ 4.3 takes its arguments");
        } else if (managed == null || managed.policy() == null) {
            open.add("whether a policy gives " + shown + " a delivery limit");
        }
        if (settings.mode() != TopologyMode.DECLARE && !usesWaitQueues() && !parks()) {
            // Else it declares some, and tells when it may not.
            open.add("whether the user may declare queues");
        }
    }
}
