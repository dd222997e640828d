package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqEvent;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.WriteGate;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A channel that is not in confirm mode: the broker says nothing about what is published here,
 * unless it closes the channel.
 *
 * <pre>{@code
 * OPEN --a write failed, the link has moved--> RETIRED (closed behind what was written)
 *   |
 *   +--closed by the broker, or lost--> LOST: one event says how many messages that may have cost
 * }</pre>
 *
 * <p>The broker works off a channel in order. So it is asked for an answer to something harmless
 * now and then, without waiting: what was written before that has arrived.
 *
 * <p>Failure cases: deadline passes at the gate or at the lock (nothing written), the write throws
 * (UNKNOWN), an exchange is missing or may not be written to (the broker closes the channel, and
 * drops what it has not worked off yet, whoever wrote it).
 *
 * <p>Thread-safe. The loss is heard of on the I/O thread, which never waits here.
 */
final class PlainChannel implements ShutdownListener {

    /** After how many messages the broker is asked again. */
    private static final int ASK_AFTER = 500;

    private final LinkChannel channel;
    private final Channel client;
    private final String links;
    private final Outbound room;
    private final Consumer<Collection<String>> onRefused;
    private final ReentrantLock writing = new ReentrantLock();
    private final Set<String> exchanges = ConcurrentHashMap.newKeySet();
    private volatile long written; // changed with the lock only
    private volatile long arrived;
    private volatile boolean asked;
    private volatile boolean retired;

    /**
     * Begins to use a fresh channel.
     *
     * @param onRefused hears of the exchanges that were published to when the broker has refused
     *     one of them; on the I/O thread
     */
    PlainChannel(
            LinkChannel channel,
            String links,
            Outbound room,
            Consumer<Collection<String>> onRefused) {
        this.channel = channel;
        this.client = channel.client();
        this.links = links;
        this.room = room;
        this.onRefused = onRefused;
    }

    /** Begins to hear of the loss of the channel, and of better links. */
    PlainChannel watch() {
        client.addShutdownListener(this);
        channel.onLeave(this::retire);
        return this;
    }

    /** No I/O, no lock. */
    boolean isUsable() {
        return !retired && channel.isOpen();
    }

    /** Writes one; UNKNOWN when that has failed, else there is nothing to say against it. */
    Result write(Outgoing p, Deadline deadline) throws NotWrittenException, InterruptedException {
        Result result = null;
        while (result == null) {
            WriteGate.State state = channel.gate().await(deadline);
            if (state == WriteGate.State.SHUT) {
                throw new NotWrittenException(Kind.DEADLINE, channel.gate().why(), null);
            }
            result = writeIfOpen(p, deadline);
        }
        return result;
    }

    /** Returns null when the gate has been shut while the caller waited for its turn. */
    private Result writeIfOpen(Outgoing p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        if (!writing.tryLock(deadline.nanos(), TimeUnit.NANOSECONDS)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "the channel was busy until the deadline", null);
        }
        try {
            if (!isUsable()) {
                throw new NotWrittenException(
                        Kind.TEMPORARY, "the channel is closed", client.getCloseReason());
            }
            HeaderSize.check(p, channel);
            return channel.gate().state() == WriteGate.State.OPEN ? write(p) : null;
        } finally {
            writing.unlock();
        }
    }

    private Result write(Outgoing p) {
        exchanges.add(p.exchange());
        written++;
        try {
            client.basicPublish(p.exchange(), p.routingKey(), false, p.properties(), p.body());
        } catch (IOException | RuntimeException e) {
            retire();
            return Result.of(MqOutcome.UNKNOWN, "writing it failed: " + Causes.text(e), e);
        }
        if (written - arrived >= ASK_AFTER && !asked) {
            ask(written);
        }
        return Result.CONFIRMED;
    }

    /** Limits the prefetch of consumers that this channel never has. */
    private void ask(long soFar) {
        asked = true;
        try {
            client.asyncCompletableRpc(new AMQP.Basic.Qos.Builder().prefetchCount(0).build())
                    .thenRun(
                            () -> {
                                arrived = soFar;
                                asked = false;
                            });
        } catch (IOException | ShutdownSignalException e) {
            retire(); // its loss tells the rest
        }
    }

    @Override
    public void shutdownCompleted(ShutdownSignalException signal) {
        if (ConfirmChannel.isPublishRefused(signal)) {
            onRefused.accept(exchanges);
        }
        long most = written - arrived;
        boolean orderly = retired && signal.isInitiatedByApplication();
        if (most > 0 && !orderly) {
            room.threads.executeUnlessClosed(() -> warn(most, signal));
        }
        channel.close(); // gives its place on the link back
    }

    private void warn(long most, ShutdownSignalException signal) {
        room.events.warning(
                MqEvent.Source.LINK,
                links,
                "has lost a channel without confirms; up to "
                        + most
                        + " message(s) of unconfirmed publishers may be lost",
                signal);
    }

    /** Takes no more; what was written before arrives before the end. */
    void retire() {
        retired = true;
        channel.close();
    }
}
