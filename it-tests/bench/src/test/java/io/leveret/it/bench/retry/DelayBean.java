package io.leveret.it.bench.retry;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.it.bench.load.Body;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * A bean that fails each message once, and writes down how much later than asked for it comes
 * again. Thread-safe.
 */
final class DelayBean implements MqMessageListener {

    private final int round;
    private final long delayNanos;
    private final AtomicIntegerArray tries;
    private final AtomicLongArray nanos;
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger processed = new AtomicInteger();

    /**
     * Creates one.
     *
     * @param retryDelay ms
     */
    DelayBean(int round, int messages, long retryDelay) {
        this.round = round;
        this.delayNanos = TimeUnit.MILLISECONDS.toNanos(retryDelay);
        this.tries = new AtomicIntegerArray(messages);
        this.nanos = new AtomicLongArray(messages);
    }

    @Override
    public void onMessage(MqMessage message) {
        long now = System.nanoTime();
        byte[] body = message.body();
        int index = Body.index(body);
        if (Body.round(body) != round) {
            throw new IllegalStateException("a message of round " + Body.round(body));
        }
        if (tries.incrementAndGet(index) == 1) {
            failed.incrementAndGet();
            nanos.set(index, System.nanoTime());
            throw new IllegalStateException("the first try of a message");
        }
        nanos.set(index, now - nanos.get(index) - delayNanos);
        processed.incrementAndGet();
    }

    /** How many have failed so far. */
    int failed() {
        return failed.get();
    }

    /** How many came again so far. */
    int processed() {
        return processed.get();
    }

    /** By how much they came late, all of them; insists that each came twice. */
    Percentiles lateness() {
        for (int i = 0; i < tries.length(); i++) {
            if (tries.get(i) != 2) {
                throw new IllegalStateException(
                        "message " + i + " came " + tries.get(i) + " times");
            }
        }
        return new Percentiles(IntStream.range(0, nanos.length()).mapToLong(nanos::get));
    }
}
