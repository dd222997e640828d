package io.leveret.ra.inbound;

import io.leveret.MqMessage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** One delivery on one subscription. Thread-safe. */
final class Delivery {

    private final long tag;
    private volatile MqMessage message;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean failed;
    private volatile Future<?> retry;

    /**
     * Creates a delivery.
     *
     * @param tag its tag, valid on that subscription's channel only
     * @param message the message
     */
    Delivery(long tag, MqMessage message) {
        this.tag = tag;
        this.message = message;
    }

    long tag() {
        return tag;
    }

    MqMessage message() {
        return message;
    }

    /** Makes it look like a redelivery, which the next try in its place is. */
    void repeat() {
        MqMessage before = message;
        message = before.toBuilder().received(before.exchange(), before.routingKey(), true).build();
    }

    /** Claims the one answer that an application may give; false when it was given already. */
    boolean answer() {
        return answered.compareAndSet(false, true);
    }

    /** Whether the application has answered by itself. */
    boolean isAnswered() {
        return answered.get();
    }

    /** Notes that it was tried and has failed: brokers count that. */
    void fail() {
        failed = true;
    }

    /** Notes what gives it back later. */
    void retryBy(Future<?> timer) {
        retry = timer;
    }

    /** Forgets what was to give it back. */
    void cancelRetry() {
        Future<?> timer = retry;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    boolean hasFailed() {
        return failed;
    }
}
