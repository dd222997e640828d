package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.Verification;
import io.leveret.ra.topology.GroupChannels;
import io.leveret.ra.topology.Topology;
import io.leveret.ra.topology.TopologyException;
import io.leveret.ra.topology.Verifier;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sees to the topology of one activation, for all of its sessions, and has it verified once: behind
 * the first subscription, or before it where a finding means not to consume.
 *
 * <pre>{@code
 *        first subscription          told, or FAIL and nothing found
 * NEW -------------------> VERIFYING -----------------> VERIFIED
 *  ^                          |
 *  +--link lost, or a finding with FAIL: again at the next subscribe
 * }</pre>
 *
 * <p>Thread-safe.
 */
final class TopologyWatch {

    /** How long the broker may need to tell all of a fresh queue: a minute in all. */
    private static final Duration EARLY_PAUSE = Duration.ofSeconds(5);

    private static final int EARLY_TRIES = 12;

    private final Activation activation;
    private final Inbound room;
    private final Verification verification;
    private final Topology topology;
    private final Verifier verifier;
    private final AtomicBoolean verified = new AtomicBoolean();

    TopologyWatch(Activation activation, Inbound room, InboundSettings inbound) {
        this.activation = activation;
        this.room = room;
        this.verification = inbound.topology().checks().verification();
        this.topology = new Topology(inbound);
        this.verifier = new Verifier(inbound);
    }

    /** Makes sure that all is there, and fit; gives the channel to consume on. */
    Topology.Ready prepare(GroupChannels channels)
            throws TopologyException, LinkUnavailableException, InterruptedException {
        Topology.Ready ready = topology.prepare(channels);
        if (verification != Verification.FAIL || verified.get()) {
            return ready;
        }
        boolean fit = false;
        try {
            Verifier.Report found = verify(ready, channels);
            if (!found.findings().isEmpty()) {
                throw TopologyException.unfit(
                        "does not consume (verification=FAIL): "
                                + String.join("; ", found.findings()));
            }
            fit = true;
            if (verified.compareAndSet(false, true)) {
                tellOpen(found);
            }
            return ready;
        } finally {
            if (!fit) {
                ready.channel().close();
            }
        }
    }

    /** A session consumes. */
    void consumes(Topology.Ready ready, GroupChannels channels) {
        if (verification == Verification.WARN && verified.compareAndSet(false, true)) {
            room.threads.executeUnlessClosed(() -> tell(ready, channels, EARLY_TRIES));
        }
    }

    private Verifier.Report verify(Topology.Ready ready, GroupChannels channels)
            throws LinkUnavailableException, InterruptedException {
        return verifier.verify(ready, channels, channels.broker(), room.threads, channels.limit());
    }

    private void tell(Topology.Ready ready, GroupChannels channels, int tries) {
        if (activation.state().isStopping()) {
            return;
        }
        try {
            Verifier.Report found = verify(ready, channels);
            if (found.early() && tries > 0) {
                room.threads.after(EARLY_PAUSE, () -> tell(ready, channels, tries - 1));
                return;
            }
            for (String finding : found.findings()) {
                activation
                        .report()
                        .tell(
                                MqEvent.Severity.WARNING,
                                activation.state(),
                                "is at risk: " + finding);
            }
            tellOpen(found);
        } catch (LinkUnavailableException e) {
            verified.set(false);
            activation.report().detail("could not be verified yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the adapter stops
        }
    }

    private void tellOpen(Verifier.Report found) {
        if (found.failure() != null) {
            activation
                    .report()
                    .warning(
                            "is verified by what AMQP tells only: the management API failed",
                            found.failure());
        }
        activation
                .report()
                .detail("was verified, but for " + String.join("; ", found.open()), null);
    }
}
