package io.leveret.ra.outbound;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.WriteGate;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands the publishes of one channel to the client, in their order, on the I/O thread of its link.
 *
 * <p>On any other thread the client would queue each of a message's three frames for the I/O thread
 * one by one, and each flush; there it writes at once, and what has come together is flushed
 * together. So many callers cost the I/O thread one task, not four each. When the socket takes no
 * more, it goes on later: what waits here takes no memory but the messages themselves.
 *
 * <p>Failure cases: the client throws (its count may be off by one from the broker's: nothing is
 * written after that); the I/O thread has ended with the adapter. Whatever is left over then was
 * never handed to the client. Thread-safe; the lock of the channel makes the order.
 */
final class Writer {

    /** After so many the I/O thread looks at what has come in. */
    private static final int BURST = 64;

    /** What has become of those that could not be written. */
    interface Failures {
        /** Nobody knows how much of it has gone out. */
        void failed(PendingPublish pending, Exception cause);

        /** It has not gone out, because one before it has failed. */
        void leftOver(PendingPublish pending);
    }

    private final Channel client;
    private final WriteGate gate;
    private final Failures failures;
    private final Queue<PendingPublish> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean failed;

    Writer(Channel client, WriteGate gate, Failures failures) {
        this.client = client;
        this.gate = gate;
        this.failures = failures;
    }

    /** Writes one soon; does not wait. */
    void write(PendingPublish pending) {
        waiting.add(pending);
        if (!scheduled.get()) {
            schedule();
        }
    }

    private void schedule() {
        if (!scheduled.compareAndSet(false, true)) {
            return;
        }
        try {
            gate.onIoThread(this::drain);
        } catch (RejectedExecutionException e) {
            failed = true;
            drain();
        }
    }

    private void drain() {
        PendingPublish next;
        for (int i = 0; i < BURST && (next = waiting.poll()) != null; i++) {
            if (failed) {
                failures.leftOver(next);
            } else {
                write(next, next.publication);
                if (!gate.takesMore(this::drain)) {
                    return;
                }
            }
        }
        scheduled.set(false);
        if (!waiting.isEmpty()) {
            schedule();
        }
    }

    private void write(PendingPublish pending, Outgoing p) {
        try {
            client.basicPublish(p.exchange(), p.routingKey(), true, p.properties(), p.body());
        } catch (IOException | RuntimeException e) {
            failed = true;
            failures.failed(pending, e);
        }
    }
}
