package io.leveret.it.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One round in the process that consumes: every session takes its first message and waits with it,
 * so that connecting is not measured; then the round is opened and all messages are taken.
 *
 * <pre>{@code
 * begin --> sessions arrive --> open (first reading) --> all taken --> verify
 * }</pre>
 *
 * <p>{@link #take} is called by the threads of the sessions, all else by one other thread.
 */
public final class Round {

    private static volatile Round current;

    private final int number;
    private final int messages;
    private final AtomicIntegerArray taken;
    private final AtomicInteger left;
    private final CountDownLatch arrivals;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch last = new CountDownLatch(1);
    private final AtomicReference<String> trouble = new AtomicReference<>();
    private volatile boolean open;

    private Round(int number, int messages, int sessions) {
        this.number = number;
        this.messages = messages;
        this.taken = new AtomicIntegerArray(messages);
        this.left = new AtomicInteger(messages);
        this.arrivals = new CountDownLatch(sessions);
    }

    /**
     * Begins a round, the only one of its process.
     *
     * @param number tells its messages from those of others
     * @param messages how many messages there are; enough for each session to get one
     * @param sessions how many threads take messages at the same time
     */
    public static Round begin(int number, int messages, int sessions) {
        Round fresh = new Round(number, messages, sessions);
        current = fresh;
        return fresh;
    }

    /** The round that was begun last. */
    public static Round current() {
        Round now = current;
        if (now == null) {
            throw new IllegalStateException("no round has begun");
        }
        return now;
    }

    /** Takes one message; the first one of each session waits for the round to open. */
    public void take(byte[] body) {
        if (!open) {
            arrivals.countDown();
            Waits.await(gate, "the opening of the round");
        }
        int index = Body.index(body);
        if (Body.round(body) != number || index >= messages) {
            trouble.compareAndSet(null, "message " + index + " of round " + Body.round(body));
        } else if (taken.incrementAndGet(index) != 1) {
            trouble.compareAndSet(null, "message " + index + " came again");
        } else if (left.decrementAndGet() == 0) {
            last.countDown();
        }
    }

    /** Waits until every session has a message, and lets all go on. */
    public Reading open() {
        Waits.await(arrivals, arrivals.getCount() + " sessions that have no message yet");
        Reading begin = Reading.now();
        open = true;
        gate.countDown();
        return begin;
    }

    /** Waits until all messages were taken. */
    public void awaitLast() {
        try {
            Waits.await(last, "the last message");
        } catch (IllegalStateException e) {
            throw new IllegalStateException(left + " messages are left, " + trouble, e);
        }
    }

    /** Insists that each message was taken exactly once and no other one. */
    public void verify() {
        if (trouble.get() != null) {
            throw new IllegalStateException(trouble.get());
        }
        if (left.get() != 0) {
            throw new IllegalStateException(left + " messages are left");
        }
    }
}
