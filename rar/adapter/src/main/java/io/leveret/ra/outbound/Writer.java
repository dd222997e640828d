package io.leveret.ra.outbound;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.WriteGate;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Hands the publishes of one channel to the client, in the order of their calls, on the I/O thread
 * of its link. Callers take no lock: they leave their publish in a queue, and what makes the order
 * and the sequence numbers is the I/O thread that empties it.
 *
 * <p>On any other thread the client would queue each of a message's three frames for the I/O thread
 * one by one, and each flush; there it writes at once, and what has come together is flushed
 * together. So many callers cost the I/O thread one task, not four each.
 *
 * <pre>{@code
 * IDLE --one comes--> SCHEDULED --none is left--> IDLE
 *                      |     ^
 *                      v     | the socket takes more, or an answer has made room
 *                     HELD UP --let go while there is no room--> what is left was never written
 * any --end (channel lost), or a write fails--> ENDED: what is left was never written
 * }</pre>
 *
 * <p>Failure cases: the client throws (its count may be off by one from the broker's: nothing is
 * written after that); the channel is lost while it is held up (nobody would wake it: {@link #end}
 * does not ask); one comes when it has ended (it finds that out itself); the I/O thread has ended
 * with the adapter. Thread-safe.
 */
final class Writer {

    /** After so many the I/O thread looks at what has come in. */
    private static final int BURST = 64;

    private final Channel client;
    private final WriteGate gate;
    private final Unanswered unanswered;
    private final Consumer<Exception> onFailure;
    private final Queue<PendingPublish> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private boolean fullRing; // on the I/O thread
    private volatile boolean letGo;
    private volatile boolean ended;
    private volatile Exception why;

    /**
     * Starts with nothing to write.
     *
     * @param onFailure hears, on the I/O thread, that a write has failed and nothing more is
     *     written
     */
    Writer(Channel client, WriteGate gate, Unanswered unanswered, Consumer<Exception> onFailure) {
        this.client = client;
        this.gate = gate;
        this.unanswered = unanswered;
        this.onFailure = onFailure;
    }

    /** Writes one soon, which has its place in the window; does not wait. */
    void write(PendingPublish pending) {
        waiting.add(pending);
        if (ended) {
            onIoThread(this::giveBack);
        } else if (!scheduled.get()) {
            schedule();
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            onIoThread(this::drain);
        }
    }

    private void onIoThread(Runnable task) {
        try {
            gate.onIoThread(task);
        } catch (RejectedExecutionException e) {
            why = e;
            ended = true;
            giveBack();
        }
    }

    private void drain() {
        PendingPublish next;
        for (int i = 0; i < BURST && (next = next()) != null; i++) {
            writeNow(next);
            if (!gate.takesMore(this::drain)) {
                return;
            }
        }
        if (!fullRing) {
            scheduled.set(false);
            if (!waiting.isEmpty()) {
                schedule();
            }
        }
    }

    private PendingPublish next() {
        fullRing = !ended && !unanswered.hasRoom() && !waiting.isEmpty();
        if (!fullRing) {
            return waiting.poll();
        }
        if (letGo) {
            fullRing = false;
            giveBack();
        }
        return null; // not one that has just come: there is no room for it
    }

    private void writeNow(PendingPublish pending) {
        if (ended || !client.isOpen() || !pending.beginWriting()) {
            unanswered.leftOver(pending, why);
            return;
        }
        Outgoing p = pending.publication;
        unanswered.put(pending);
        try {
            client.basicPublish(p.exchange(), p.routingKey(), true, p.properties(), p.body());
        } catch (IOException | RuntimeException e) {
            unanswered.notWritten(pending, e);
            end(e);
            onFailure.accept(e);
        }
    }

    /** An answer has come, which may have made room; on the I/O thread. */
    void answered() {
        if (fullRing) {
            drain();
        }
    }

    /** From now on nobody waits for room that old answers keep: there are other channels. */
    void letGo() {
        letGo = true;
        if (!waiting.isEmpty()) {
            onIoThread(this::answered);
        }
    }

    /** Nothing more can be written. */
    void end(Exception cause) {
        why = cause;
        ended = true;
        if (!waiting.isEmpty()) {
            onIoThread(this::giveBack);
        }
    }

    private void giveBack() {
        PendingPublish next;
        while ((next = waiting.poll()) != null) {
            unanswered.leftOver(next, why);
        }
    }
}
