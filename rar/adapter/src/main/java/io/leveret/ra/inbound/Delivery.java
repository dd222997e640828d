package io.leveret.ra.inbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqMessage;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** One delivery on one subscription. Thread-safe. */
final class Delivery {

    private final long tag;
    private final AMQP.BasicProperties properties;
    private final String hostile;
    private volatile MqMessage message;
    private final int before;
    private volatile int attempts;
    private volatile Date firstFailure;
    private volatile AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean held;
    private volatile boolean failed;
    private volatile boolean moving;
    private volatile Future<?> retry;
    private StreamPosition stream;
    private volatile long offset = -1;

    /**
     * Creates a delivery.
     *
     * @param tag its tag, valid on that subscription's channel only
     * @param properties its properties as they came
     * @param attempts how often it has failed before
     * @param firstFailure when it did for the first time, null when that is not known
     * @param message the message
     * @param hostile why no listener can have it, null when one can
     */
    Delivery(
            long tag,
            AMQP.BasicProperties properties,
            int attempts,
            Date firstFailure,
            MqMessage message,
            String hostile) {
        this.tag = tag;
        this.hostile = hostile;
        this.properties = properties;
        this.before = attempts;
        this.attempts = attempts;
        this.firstFailure = firstFailure;
        this.message = message;
    }

    /**
     * Makes it one of a stream; before anybody else has it.
     *
     * @param where its number there, negative when it does not say
     */
    void of(StreamPosition position, long where) {
        stream = position;
        offset = where;
    }

    /** Gives its number in the stream, negative when it is not known. */
    long offset() {
        return offset;
    }

    void at(long where) {
        offset = where;
    }

    long tag() {
        return tag;
    }

    AMQP.BasicProperties properties() {
        return properties;
    }

    /** Says why no listener can have it, null when one can. */
    String hostile() {
        return hostile;
    }

    MqMessage message() {
        return message;
    }

    /** Notes that a listener gets it. */
    void touch() {
        if (stream != null) {
            stream.touched(this);
        }
    }

    /** Notes that all is done with it, whether or not the broker can be told. */
    void end() {
        if (stream != null) {
            stream.done(this);
        }
    }

    /** Makes it look like a redelivery, which the next try in its place is. */
    void repeat() {
        MqMessage before = message;
        message = before.toBuilder().received(before.exchange(), before.routingKey(), true).build();
    }

    /**
     * An application gets it, once more perhaps: what it was given before answers nothing any more.
     *
     * @return the claim to the one answer to this try, false until it is given
     */
    AtomicBoolean offer() {
        AtomicBoolean fresh = new AtomicBoolean();
        answered = fresh;
        return fresh;
    }

    /** Claims the one answer to the last try; false when the application has given it. */
    boolean answer() {
        return answered.compareAndSet(false, true);
    }

    /** Notes that its session keeps it for another try, or tries it now. */
    void holds(boolean now) {
        held = now;
    }

    /** Whether its session keeps it, so that no application has it. */
    boolean isHeld() {
        return held;
    }

    /** Notes that it was tried and has failed: brokers count that, and so do we. */
    void fail() {
        failed = true;
        if (attempts == 0) {
            firstFailure = Date.from(Instant.now());
        }
        attempts++;
    }

    /** Takes the last failure back: it was not the message's fault. */
    void uncount() {
        attempts--;
        if (attempts == 0) {
            firstFailure = null;
        }
    }

    /** When it failed for the first time; null when it has not, or that is not known. */
    Date firstFailure() {
        return firstFailure;
    }

    /** Whether a try that has failed here counts: brokers then have to count it too. */
    boolean isCounted() {
        return attempts > before;
    }

    /** Counts its failures, here and before. */
    int attempts() {
        return attempts;
    }

    /** Notes that it is being moved to another queue, or no more. */
    void moves(boolean now) {
        moving = now;
    }

    boolean isMoving() {
        return moving;
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
