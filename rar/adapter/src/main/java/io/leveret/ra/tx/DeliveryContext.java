package io.leveret.ra.tx;

import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/**
 * The delivery that a transaction belongs to. Publishes of that transaction are flushed after the
 * container is done with the delivery and before it is acknowledged.
 *
 * <p>It lies in the transaction under fixed keys, as JDK types only: another resource adapter
 * archive with its own copy of these classes takes part as well.
 *
 * <p>It is also known to the thread that runs the listener. A transaction that the listener, or
 * what it calls, begins by itself (bean-managed, REQUIRES_NEW) does not belong to the delivery: it
 * publishes at its own commit. What it could not publish then joins the delivery, so that the
 * acknowledgement waits for it. Thread-safe.
 */
public final class DeliveryContext {

    static final String FLUSHES = "io.leveret.delivery.flushes";
    static final String POSSIBLE_DUPLICATE = "io.leveret.delivery.possibleDuplicate";

    /** Not per adapter: the factory that publishes may belong to another instance. */
    private static final ThreadLocal<DeliveryContext> ON_THREAD = new ThreadLocal<>();

    private final Queue<Predicate<Duration>> flushes;
    private final boolean possibleDuplicate;

    /**
     * Creates the context of one delivery.
     *
     * @param possibleDuplicate whether the delivery may have been processed before; what it
     *     publishes then carries the mark too
     */
    public DeliveryContext(boolean possibleDuplicate) {
        this(new ConcurrentLinkedQueue<>(), possibleDuplicate);
    }

    private DeliveryContext(Queue<Predicate<Duration>> flushes, boolean possibleDuplicate) {
        this.flushes = flushes;
        this.possibleDuplicate = possibleDuplicate;
    }

    @SuppressWarnings("unchecked") // the key is ours alone, and so is what lies under it
    static DeliveryContext of(TransactionSynchronizationRegistry registry) {
        Object flushes = registry.getResource(FLUSHES);
        return flushes == null
                ? null
                : new DeliveryContext(
                        (Queue<Predicate<Duration>>) flushes,
                        Boolean.TRUE.equals(registry.getResource(POSSIBLE_DUPLICATE)));
    }

    /**
     * Makes it the context of what the calling thread does, until {@link #leave}. Deliveries do not
     * nest.
     */
    public void enter() {
        ON_THREAD.set(this);
    }

    /** Ends {@link #enter}, on the same thread. */
    public void leave() {
        ON_THREAD.remove();
    }

    /** Gives the context of the delivery whose listener the calling thread runs, or null. */
    static DeliveryContext onThread() {
        return ON_THREAD.get();
    }

    Collection<Predicate<Duration>> flushes() {
        return flushes;
    }

    boolean possibleDuplicate() {
        return possibleDuplicate;
    }

    void add(Predicate<Duration> flush) {
        flushes.add(flush);
    }

    /**
     * Publishes what the delivery's transaction has committed.
     *
     * @param limit how long all of it may take
     * @return true when nothing is left to publish, so that the delivery may be acknowledged
     */
    public boolean flush(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        boolean done = true;
        Predicate<Duration> next;
        while ((next = flushes.poll()) != null) {
            done &= next.test(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        return done;
    }
}
