package io.leveret.ra.outbound;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The written and unanswered publishes of one channel: a fixed ring, slot = sequence number &amp;
 * mask. It bounds the span between the oldest unanswered and the newest publish, not only their
 * count, so that no slot is ever needed twice however much out of order answers come.
 *
 * <p>The I/O thread alone puts, and takes what is answered; the sweep after a loss may take at the
 * same time. A slot is taken by compare-and-set, so each publish is answered once.
 */
final class ConfirmRing {

    private final int window;
    private final int mask;
    private final AtomicReferenceArray<PendingPublish> slots;

    /** The oldest sequence number that may be unanswered; advanced by takers only. */
    private volatile long oldest = 1;

    /** The newest sequence number put. */
    private volatile long newest;

    ConfirmRing(int window) {
        this.window = window;
        int size = Integer.highestOneBit(Math.max(1, window - 1)) << 1;
        this.mask = size - 1;
        this.slots = new AtomicReferenceArray<>(size);
    }

    /** Whether one more fits. */
    boolean hasRoom() {
        return newest + 1 - oldest < window;
    }

    /** Takes a publish in, and gives it its sequence number: the next one. */
    void put(PendingPublish pending) {
        assert hasRoom();
        pending.sequence = newest + 1;
        slots.set(slot(pending.sequence), pending);
        newest = pending.sequence;
    }

    private int slot(long sequence) {
        return (int) (sequence & mask);
    }

    PendingPublish take(long sequence) {
        int slot = slot(sequence);
        PendingPublish pending = slots.get(slot);
        return pending != null
                        && pending.sequence == sequence
                        && slots.compareAndSet(slot, pending, null)
                ? pending
                : null;
    }

    /** Takes one, or all up to it. */
    void take(long sequence, boolean multiple, Consumer<PendingPublish> taker) {
        long last = Math.min(sequence, newest);
        for (long s = multiple ? oldest : last; s <= last; s++) {
            PendingPublish pending = take(s);
            if (pending != null) {
                taker.accept(pending);
            }
        }
        advance();
    }

    void takeAll(Consumer<PendingPublish> taker) {
        take(newest, true, taker);
    }

    private synchronized void advance() {
        long at = oldest;
        while (at <= newest && slots.get(slot(at)) == null) {
            at++;
        }
        oldest = at;
    }

    PendingPublish oldest(Predicate<PendingPublish> which) {
        for (long s = oldest; s <= newest; s++) {
            PendingPublish pending = slots.get(slot(s));
            if (pending != null && pending.sequence == s && which.test(pending)) {
                return pending;
            }
        }
        return null;
    }
}
