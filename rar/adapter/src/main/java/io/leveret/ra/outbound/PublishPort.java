package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqOutcome;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The adapter's own way to publish over a group of links, beside the channels of the pool: for
 * exchanges that are not proven yet, and after commits.
 *
 * <p>A publish to an exchange that does not exist, or may not be written to, makes the broker close
 * the channel and with it every unconfirmed publish of others. So an exchange is proven first:
 * until a publish to it was confirmed or returned, publishes to it go one at a time over a channel
 * of their own (the quarantine), where a refusal hits nobody else and says exactly which message it
 * means. A refusal later unproves it. The default exchange always exists.
 *
 * <p>Lives as long as its group of links. Thread-safe.
 */
final class PublishPort implements AutoCloseable {

    /** Enough for every application seen; beyond it the memory of proofs starts anew. */
    private static final int MAX_PROVEN = 10_000;

    private static final int OWN_WINDOW = 500;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Outbound room;
    private final LinkGroup group;
    private final Set<String> proven = ConcurrentHashMap.newKeySet();
    private final ReentrantLock quarantine = new ReentrantLock();
    private final ReentrantLock opening = new ReentrantLock();
    private final Patience patience;
    private ConfirmChannel quarantineChannel;
    private volatile ConfirmChannel ownChannel;

    PublishPort(Outbound room, LinkGroup group) {
        this.room = room;
        this.group = group;
        this.patience = new Patience(group);
    }

    /** How long transactions wait for the links. */
    Patience patience() {
        return patience;
    }

    boolean isProven(String exchange) {
        return exchange.isEmpty() || proven.contains(exchange);
    }

    /** Learns from how a publish ended. */
    void learn(Outgoing p, Result result) {
        if (isAnswer(result)) {
            prove(p.exchange());
        } else if (result.outcome() == MqOutcome.UNKNOWN && result.cause() != null) {
            // Possibly refused: cheap to prove again, dear to take others down once more.
            proven.remove(p.exchange());
        }
        if (result.outcome() == MqOutcome.RETURNED
                || ConfirmChannel.isPublishRefused(result.cause())) {
            Declarations.of(room, group).suspect(p.exchange(), p.routingKey());
        }
    }

    /** What the broker says of a message, it says of one that was let into the exchange. */
    private static boolean isAnswer(Result result) {
        return switch (result.outcome()) {
            case CONFIRMED, NACKED -> true;
            case RETURNED -> !ConfirmChannel.isPublishRefused(result.cause());
            default -> false;
        };
    }

    /** One of them does not exist, or may not be written to. */
    void unprove(Collection<String> exchanges) {
        proven.removeAll(exchanges);
    }

    private void prove(String exchange) {
        if (!exchange.isEmpty() && !proven.contains(exchange)) {
            if (proven.size() >= MAX_PROVEN) {
                proven.clear();
            }
            proven.add(exchange);
        }
    }

    /** Publishes to an exchange that is not proven, and waits for how it ends. */
    Result publishQuarantined(Outgoing p, Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        if (!quarantine.tryLock(deadline.nanos(), TimeUnit.NANOSECONDS)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "other exchanges were being proven until the deadline", null);
        }
        try {
            if (quarantineChannel == null || !quarantineChannel.isUsable()) {
                quarantineChannel = open(true, deadline);
            }
            PendingPublish pending = quarantineChannel.publish(p, deadline, true);
            Result result = pending.await(deadline);
            if (!pending.isAnswered()) {
                // The next one must not share the channel with it: a refusal would hit both.
                quarantineChannel.retire();
                quarantineChannel = null;
            }
            learn(p, result);
            return result;
        } finally {
            quarantine.unlock();
        }
    }

    /** Gives the channel for what is published after commits, in batches and without waiting. */
    ConfirmChannel own(Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        ConfirmChannel channel = ownChannel;
        if (channel != null && channel.isUsable()) {
            return channel;
        }
        if (!opening.tryLock(deadline.nanos(), TimeUnit.NANOSECONDS)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "no channel could be opened in time", null);
        }
        try {
            if (ownChannel == null || !ownChannel.isUsable()) {
                ownChannel = open(false, deadline);
            }
            return ownChannel;
        } finally {
            opening.unlock();
        }
    }

    /**
     * Asks the broker whether an exchange exists that is not proven yet.
     *
     * @throws LinkUnavailableException when it does not, or nobody could say so in time
     */
    void find(String exchange, Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        if (isProven(exchange)) {
            return;
        }
        Declarations declarations = Declarations.of(room, group);
        // What a factory declares by itself must not be found missing just before.
        declarations.before(group.open(deadline, true, true, ChannelSetup.NONE), deadline).close();
        try {
            group.open(deadline, true, true, client -> client.exchangeDeclarePassive(exchange))
                    .close();
        } catch (LinkUnavailableException e) {
            if (CloseReason.of(e).channelCode() == AMQP.NOT_FOUND) {
                declarations.suspect(exchange, "");
            }
            throw e;
        }
    }

    private ConfirmChannel open(boolean serial, Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        Runnable nobodyCares = () -> {};
        LinkChannel open = group.open(deadline, true, true, ConfirmChannel::select);
        ConfirmChannel channel =
                ConfirmChannel.on(
                                Declarations.of(room, group).before(open, deadline),
                                OWN_WINDOW,
                                room.threads,
                                new ConfirmChannel.Owner(serial, GRACE, nobodyCares, nobodyCares))
                        .watch();
        channel.onLeave(channel::retire);
        return channel;
    }

    LinkGroup group() {
        return group;
    }

    @Override
    public void close() {
        ConfirmChannel own = ownChannel;
        if (own != null) {
            own.retire();
        }
    }

    @Override
    public String toString() {
        return "publish port of " + group;
    }
}
