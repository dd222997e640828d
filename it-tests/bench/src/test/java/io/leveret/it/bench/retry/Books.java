package io.leveret.it.bench.retry;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.it.bench.load.Body;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A bean that lets some messages of its queue fail, always, and writes down how often each came,
 * and when the others did. Thread-safe.
 */
final class Books implements MqMessageListener {

    private final int round;
    private final IntPredicate fails;
    private final AtomicIntegerArray tries;
    private final AtomicLongArray taken;
    private final AtomicInteger delivered = new AtomicInteger();
    private final AtomicInteger processed = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<String> trouble = new AtomicReference<>();

    /**
     * Opens the books.
     *
     * @param round tells its messages from those of others
     * @param most how many messages there are at most
     * @param fails which of them fail
     */
    Books(int round, int most, IntPredicate fails) {
        this.round = round;
        this.fails = fails;
        this.tries = new AtomicIntegerArray(most);
        this.taken = new AtomicLongArray(most);
    }

    @Override
    public void onMessage(MqMessage message) {
        long now = System.nanoTime();
        byte[] body = message.body();
        int index = Body.index(body);
        if (Body.round(body) != round || index >= tries.length()) {
            trouble.compareAndSet(null, "message " + index + " of round " + Body.round(body));
            return;
        }
        int which = tries.incrementAndGet(index);
        if (which == 1) {
            delivered.incrementAndGet();
        }
        if (fails.test(index)) {
            failures.incrementAndGet();
            throw new IllegalStateException("try " + which + " of a message that fails");
        }
        taken.set(index, now);
        processed.incrementAndGet();
    }

    /** How many messages were delivered at least once. */
    int delivered() {
        return delivered.get();
    }

    /** How many messages were processed. */
    int processed() {
        return processed.get();
    }

    /** How many deliveries have failed. */
    int failures() {
        return failures.get();
    }

    /** How many of the first messages fail. */
    int failing(int messages) {
        return (int) IntStream.range(0, messages).filter(fails).count();
    }

    /**
     * How long after a moment of its own each message came that does not fail, in ns.
     *
     * @param from the first message that is looked at
     * @param to the one after the last
     * @param due that moment, as {@link System#nanoTime}
     */
    LongStream waits(int from, int to, IntToLongFunction due) {
        return IntStream.range(from, to)
                .filter(fails.negate())
                .mapToLong(i -> taken.get(i) - due.applyAsLong(i));
    }

    /** Insists that each came as often as it should, and nothing else did. */
    void verify(int messages) {
        for (int i = 0; i < tries.length(); i++) {
            int due = i >= messages ? 0 : fails.test(i) ? RetryAdapter.ATTEMPTS : 1;
            if (tries.get(i) != due) {
                trouble.compareAndSet(
                        null, "message " + i + " came " + tries.get(i) + " times, not " + due);
            }
        }
        if (trouble.get() != null) {
            throw new IllegalStateException(trouble.get());
        }
    }
}
