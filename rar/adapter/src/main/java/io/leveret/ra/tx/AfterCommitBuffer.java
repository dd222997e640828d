package io.leveret.ra.tx;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one transaction publishes through one factory after its commit.
 *
 * <pre>{@code
 * COLLECTING --beforeCompletion, check ok--> READY --committed--> FLUSHING --> DONE
 *     |                |                       |                  (rest is handed over)
 *     |                | check failed          | rolled back
 *     |                v                       v
 *     +----------> DROPPED <-------------------+
 *       rolled back (time-out: on a reaper thread)
 * }</pre>
 *
 * <p>Failure cases: rollback before, during or after the check; link lost between check and commit
 * (repeated until {@code commitLimit}, then in the background); process killed between commit and
 * publish (the messages are lost: the one gap of this mode); publish after the transaction was
 * marked for rollback (refused by the caller of {@link #add}). Inside a message-driven bean's
 * delivery nothing is published here: the flush joins the delivery, runs before its
 * acknowledgement, and when it fails the delivery comes again. Of a transaction that a listener has
 * begun by itself, what could not be published within {@code commitLimit} does the same.
 *
 * <p>Used by one thread at a time, as transactions are; {@code afterCompletion} may come from a
 * reaper thread and then only drops.
 *
 * @param <P> what is published
 */
public final class AfterCommitBuffer<P> implements Synchronization {

    private final AfterCommitFlusher<P> flusher;
    private final DeliveryContext delivery;
    private final DeliveryContext around;
    private final List<P> publishes = new ArrayList<>();

    /**
     * Creates an empty buffer.
     *
     * @param delivery the delivery that the transaction belongs to, or null
     * @param around the delivery in whose listener it was begun, or null
     */
    AfterCommitBuffer(
            AfterCommitFlusher<P> flusher, DeliveryContext delivery, DeliveryContext around) {
        this.flusher = flusher;
        this.delivery = delivery;
        this.around = delivery != null ? delivery : around;
    }

    /**
     * Adds a publish.
     *
     * @param publish published after the commit
     */
    public synchronized void add(P publish) {
        publishes.add(publish);
    }

    /**
     * Says whether the transaction belongs to a delivery that may be a repetition, or was begun in
     * the listener of one.
     *
     * @return true when what it publishes should carry the possible-duplicate mark
     */
    public boolean possibleDuplicate() {
        return around != null && around.possibleDuplicate();
    }

    private synchronized List<P> content() {
        return List.copyOf(publishes);
    }

    @Override
    public void beforeCompletion() {
        // What is thrown here makes the transaction roll back and reaches the caller as its cause.
        try {
            flusher.check(content());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the commit", e);
        }
    }

    @Override
    public void afterCompletion(int status) {
        List<P> committed = content();
        if (status != Status.STATUS_COMMITTED) {
            flusher.rolledBack(committed);
            flusher.end(committed);
            return;
        }
        flusher.committed(committed);
        if (delivery != null) {
            delivery.add(limit -> flushWithin(committed, limit, committed));
            return;
        }
        List<P> left = committed;
        boolean joined = false;
        try {
            Duration limit = flusher.commitLimit(committed);
            left = flusher.flush(committed, possibleDuplicate(), limit);
            if (!left.isEmpty() && around != null) {
                List<P> rest = left;
                around.add(later -> flushWithin(rest, later, committed));
                joined = true;
            }
        } finally {
            if (!joined) {
                if (!left.isEmpty()) {
                    flusher.handOver(left, possibleDuplicate());
                }
                flusher.end(committed);
            }
        }
    }

    private boolean flushWithin(List<P> rest, Duration limit, List<P> enlisted) {
        List<P> left = rest;
        try {
            left = flusher.flush(rest, possibleDuplicate(), limit);
            return left.isEmpty();
        } finally {
            if (!left.isEmpty()) {
                // The delivery comes again, but its repetition may find its work done and publish
                // nothing: what this run has committed is published in any case.
                flusher.handOver(left, true);
            }
            flusher.end(enlisted);
        }
    }
}
