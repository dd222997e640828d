package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.Threads;
import io.leveret.ra.link.WriteGate;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel in confirm mode whose publishes are pipelined: callers leave them to the {@link
 * Writer}, the answers are tracked by {@link Unanswered}.
 *
 * <pre>{@code
 * OPEN --retire (confirm overdue, write failed, pool is done with it)--> RETIRED
 *   |                                                                      |
 *   | channel lost                          all answered, or grace is over |
 *   v                                                                      v
 * CLOSED <-----------------------------------------------------------------+
 * }</pre>
 *
 * <p>Failure cases: deadline passes at the gate or at the window (nothing written: {@link
 * NotWrittenException}); the write throws (the count may be off by one from the broker's: the
 * publish is UNKNOWN, those behind it are not written, and the channel is retired); the channel is
 * lost before the write (NOT_SENT), or between write and answer (UNKNOWN; what is registered when
 * the client finds its channel open is seen by the sweep, because the channel is closed before);
 * the answer is late (the caller leaves with UNKNOWN, the channel is retired, the slot stays).
 *
 * <p>Thread-safe. The loss is heard of on the I/O thread, which never waits here.
 */
final class ConfirmChannel implements ShutdownListener {

    private final LinkChannel channel;
    private final boolean serial;
    private final Runnable onUnusable;
    private final Runnable onClosed;
    private final Duration grace;
    private final Threads threads;
    private final Unanswered unanswered;
    private final Writer writer;
    private final AtomicBoolean unusable = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean retired;
    private volatile String givenUp;
    private volatile ShutdownSignalException lost;

    /** What the owner wants to know and has decided; the callbacks run on worker threads, once. */
    record Owner(boolean serial, Duration grace, Runnable onUnusable, Runnable onClosed) {}

    private ConfirmChannel(LinkChannel channel, int window, Threads threads, Owner owner) {
        this.channel = channel;
        this.unanswered = new Unanswered(window, this::answered, this::allAnswered);
        this.writer = new Writer(channel.client(), channel.gate(), unanswered, this::writeFailed);
        this.threads = threads;
        this.serial = owner.serial();
        this.grace = owner.grace();
        this.onUnusable = owner.onUnusable();
        this.onClosed = owner.onClosed();
    }

    /**
     * Starts to track a fresh channel, which is in confirm mode already ({@link #select} is its
     * setup) and has published nothing. No I/O.
     */
    static ConfirmChannel on(LinkChannel channel, int window, Threads threads, Owner owner) {
        ConfirmChannel confirm = new ConfirmChannel(channel, window, threads, owner);
        channel.client().addConfirmListener(confirm.unanswered);
        channel.client().addReturnListener(confirm.unanswered);
        channel.countInFlight(confirm.unanswered::count);
        return confirm;
    }

    /**
     * Puts a fresh channel into confirm mode: by the bare method of AMQP, because after {@link
     * Channel#confirmSelect} the client would keep a sorted set of its own of all that is not
     * confirmed, under a lock, which nobody asks here. Its listeners are called all the same.
     */
    static void select(Channel client) throws IOException {
        client.rpc(new AMQP.Confirm.Select.Builder().build());
    }

    /** Begins to hear of the loss of the channel; at once when it is lost already. */
    ConfirmChannel watch() {
        channel.client().addShutdownListener(this);
        return this;
    }

    /** Asks to be told when the link has moved; see {@link LinkChannel#onLeave}. */
    void onLeave(Runnable listener) {
        channel.onLeave(listener);
    }

    /** No I/O, no lock. */
    boolean isUsable() {
        return !retired && lost == null && channel.isOpen();
    }

    String serverProperty(String name) {
        return channel.serverProperty(name);
    }

    ShutdownSignalException lost() {
        return lost;
    }

    /**
     * Hands a publish over to be written and returns without waiting for the answer. What one
     * thread hands over is written in that order.
     *
     * @param wait true to wait at a shut gate until the deadline, false to give up at once, because
     *     the caller holds something that others need
     */
    PendingPublish publish(Outgoing p, Deadline deadline, boolean wait)
            throws NotWrittenException, InterruptedException {
        HeaderSize.check(p, channel);
        PendingPublish handedOver = null;
        while (handedOver == null) {
            passGate(deadline, wait);
            handedOver = handOverIfOpen(p, deadline);
        }
        return handedOver;
    }

    /** Returns null when the gate has been shut while the caller waited for its turn. */
    private PendingPublish handOverIfOpen(Outgoing p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        if (!unanswered.enter(deadline)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "the confirm window was full until the deadline", null);
        }
        boolean handedOver = false;
        try {
            if (!isUsable()) {
                throw new NotWrittenException(Kind.TEMPORARY, "the channel is closed", lost);
            }
            if (deadline.isOver()) {
                // Written now, it could only end UNKNOWN, and cost a healthy channel.
                throw new NotWrittenException(
                        Kind.DEADLINE, "the deadline passed before it could be written", null);
            }
            if (channel.gate().state() != WriteGate.State.OPEN) {
                return null;
            }
            handedOver = true;
        } finally {
            if (!handedOver) {
                unanswered.leave();
            }
        }
        PendingPublish pending = new PendingPublish(p, this);
        p.written();
        writer.write(pending);
        return pending;
    }

    private void passGate(Deadline deadline, boolean wait)
            throws NotWrittenException, InterruptedException {
        WriteGate gate = channel.gate();
        WriteGate.State state = wait ? gate.await(deadline) : gate.state();
        if (state == WriteGate.State.ENDED) {
            throw new NotWrittenException(Kind.TEMPORARY, "the connection is lost", lost);
        }
        if (state == WriteGate.State.SHUT) {
            throw new NotWrittenException(wait ? Kind.DEADLINE : Kind.TEMPORARY, gate.why(), null);
        }
    }

    // --- what the I/O thread tells ---

    private void answered() {
        channel.answered();
        writer.answered();
    }

    private void writeFailed(Exception cause) {
        giveUp("a write failed: " + Causes.text(cause));
    }

    // --- the loss of the channel ---

    @Override
    public void shutdownCompleted(ShutdownSignalException signal) {
        lost = signal;
        if (!signal.isHardError() && !signal.isInitiatedByApplication()) {
            channel.answered(); // if only by a refusal
        }
        writer.end(signal);
        sweep(signal);
        unanswered.wake();
        unusable();
        close();
    }

    private void sweep(ShutdownSignalException signal) {
        unanswered.lost(signal, serial && isPublishRefused(signal));
    }

    /**
     * Whether the channel was closed because of a publish: exchange missing, access refused, or a
     * property that the broker does not accept (another user, a size beyond its limit). With one
     * publish at a time that one is known not to be stored.
     */
    static boolean isPublishRefused(Throwable cause) {
        CloseReason reason = CloseReason.of(cause);
        return reason.isOfPublish()
                && (reason.code() == AMQP.NOT_FOUND
                        || reason.code() == AMQP.ACCESS_REFUSED
                        || reason.code() == AMQP.PRECONDITION_FAILED);
    }

    // --- ending ---

    /**
     * A confirm did not come in time: no more publishes here, and the owner gets a fresh channel.
     */
    void overdue(long writtenNanos) {
        giveUp("a confirm did not come in time");
        channel.overdue(writtenNanos);
    }

    private void giveUp(String why) {
        givenUp = why;
        retire();
        unusable();
    }

    /** Says why it was given up although it was not lost; null when it was not. */
    String givenUp() {
        return givenUp;
    }

    /** Takes no more publishes; closes when all are answered, or after the grace. */
    void retire() {
        retired = true;
        unanswered.wake(); // whoever waits for room must go elsewhere
        writer.letGo();
        if (unanswered.count() == 0) {
            close();
        } else {
            threads.after(grace, this::close);
        }
    }

    private void allAnswered() {
        if (retired) {
            close();
        }
    }

    private void unusable() {
        if (unusable.compareAndSet(false, true)) {
            threads.executeUnlessClosed(onUnusable);
        }
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            channel.close();
            threads.executeUnlessClosed(onClosed);
        }
    }
}
