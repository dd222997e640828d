package io.leveret.ra.inbound;

import com.rabbitmq.client.AlreadyClosedException;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * Settles the deliveries of one subscription: each at most once, and only on the channel that it
 * came on.
 *
 * <pre>{@code
 * UNSETTLED --done, and the oldest--> COVERED --batch full, or 10 ms old--> SETTLED
 *     |                                  (one acknowledgement for all up to the watermark)
 *     +--done, behind one that is not settled; ack; reject; giveBack----> SETTLED, each by itself
 *
 * end (channel lost, consumer cancelled by the broker): nothing is written any more,
 *     and the broker delivers again whatever it has not seen settled
 * }</pre>
 *
 * <p>The watermark is the last tag up to which every delivery is done or settled. Only up to there
 * may one acknowledgement speak for several: it would acknowledge a failed one below it too.
 *
 * <p>Failure cases: a delivery that fails, or is being moved to another queue, among others that
 * are done (those behind it are acknowledged one by one); settled twice (the second does nothing);
 * settled while the channel is being lost (nothing is written, or what is written reaches nobody);
 * settled after the broker has cancelled the consumer (RabbitMQ 4.3 would go on delivering to it,
 * see BrokerCancelTest); a listener that runs long behind deliveries that are done (they are
 * acknowledged by time); the channel is closed before a quorum queue has taken what was settled on
 * it (what waits for all to be settled waits for that too).
 *
 * <p>Thread-safe. The monitor is held during the writes, which do not wait for the broker, because
 * the broker has to see them in the order in which the watermark was found; the I/O thread never
 * takes it.
 */
final class Settlement {

    private static final int LARGEST_BATCH = 100;

    /**
     * How long one that is done may wait for others. An acknowledgement whenever nothing is left to
     * do would be one for every few messages of a busy queue, and cost 8 µs of CPU for each message
     * (ReceiveSpeedTest).
     */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(10);

    private final LinkChannel channel;
    private final Threads threads;
    private final DeliveryCounts counts;
    private final ActivationReport report;
    private final int batch;
    private final boolean takesBack;
    private final Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
    private final Set<Delivery> unsettled = new LinkedHashSet<>();
    private long watermark;
    private int covered;
    private boolean timed;
    private final CatchUp catchUp = new CatchUp();
    private final AtomicReference<Runnable> whenAllSettled = new AtomicReference<>();
    private volatile boolean ended;

    /**
     * Creates the settlement of a subscription.
     *
     * @param prefetch how many deliveries may be unsettled; half of them may wait for one
     *     acknowledgement
     * @param takesBack whether the broker takes deliveries back: no stream does, and RabbitMQ 3
     *     closes the connection when it is asked to. They are let go of then
     */
    Settlement(
            LinkChannel channel,
            Threads threads,
            DeliveryCounts counts,
            ActivationReport report,
            int prefetch,
            boolean takesBack) {
        this.channel = channel;
        this.threads = threads;
        this.counts = counts;
        this.report = report;
        this.takesBack = takesBack;
        this.batch = Math.max(1, Math.min(prefetch / 2, LARGEST_BATCH));
    }

    /** Notes a delivery; on the I/O thread, in the order of the tags. */
    void arrived(Delivery delivery) {
        arrived.add(delivery);
    }

    /** Whether what is settled still reaches the broker. */
    boolean isOpen() {
        return !ended && channel.isOpen();
    }

    /** Writes nothing any more; on the I/O thread too. */
    void end() {
        ended = true;
        tellAllSettled();
    }

    // --- settling ---

    /**
     * Acknowledges soon, together with others.
     *
     * @return false when the channel is lost: the broker delivers again
     */
    synchronized boolean done(Delivery delivery) {
        delivery.end();
        note();
        if (!isOldest(delivery)) {
            return ack(delivery);
        }
        unsettled.remove(delivery);
        if (!isOpen()) {
            return !takesBack;
        }
        watermark = delivery.tag();
        covered++;
        if (covered >= batch) {
            return flush();
        }
        if (!timed) {
            timed = true;
            threads.after(LONGEST_WAIT, this::flushInTime);
        }
        return true;
    }

    private boolean isOldest(Delivery delivery) {
        return !unsettled.isEmpty() && unsettled.iterator().next() == delivery;
    }

    private synchronized void flushInTime() {
        timed = false;
        flush();
    }

    /**
     * Writes the acknowledgement that waits for others, if there is one.
     *
     * @return false when there was one and the channel is lost
     */
    synchronized boolean flush() {
        int count = covered;
        covered = 0;
        if (count == 0) {
            return true;
        }
        boolean written = write(() -> channel.client().basicAck(watermark, count > 1));
        if (written) {
            counts.acknowledged.add(count);
        } else if (takesBack) {
            report.detail(
                    "processed " + count + " message(s) whose channel is lost: they come again",
                    null);
        }
        tellIfAllSettled();
        return written;
    }

    /**
     * Acknowledges at once.
     *
     * @return false when the channel is lost: the broker delivers again
     */
    boolean ack(Delivery delivery) {
        delivery.end();
        boolean written = settle(delivery, () -> channel.client().basicAck(delivery.tag(), false));
        if (written) {
            counts.acknowledged.increment();
        }
        return written || !takesBack;
    }

    /** Rejects what was processed and failed: brokers count it. */
    boolean reject(Delivery delivery) {
        return settle(delivery, back(() -> channel.client().basicReject(delivery.tag(), true)));
    }

    /** Gives back what was processed; brokers count it where that was a try that counts. */
    boolean returnOne(Delivery delivery) {
        return delivery.isCounted() ? returned(reject(delivery)) : giveBack(delivery);
    }

    /** Leaves what has failed for the last time to the dead-letter exchange of its queue. */
    boolean deadLetter(Delivery delivery) {
        return settle(delivery, () -> channel.client().basicReject(delivery.tag(), false));
    }

    /** Gives back what nobody has touched: newer brokers do not count it. */
    boolean giveBack(Delivery delivery) {
        return returned(
                settle(
                        delivery,
                        back(() -> channel.client().basicNack(delivery.tag(), false, true))));
    }

    private boolean returned(boolean written) {
        if (written) {
            counts.returned.increment();
        }
        return written;
    }

    /** Gives back what waits with its session for another try, oldest first. */
    synchronized void returnKept() {
        reject(d -> (d.hasFailed() || d.isHeld()) && !d.isMoving());
    }

    /**
     * Gives back everything that nobody works on: those that failed each by itself. What is being
     * moved to another queue stays.
     */
    synchronized void returnIdle() {
        flush();
        returnKept();
        if (unsettled.stream().noneMatch(Delivery::isMoving)) {
            returnRest();
        } else {
            new ArrayList<>(unsettled).stream().filter(d -> !d.isMoving()).forEach(this::giveBack);
        }
    }

    /** Gives back everything that is not settled: those that failed each by itself. */
    synchronized void returnAll() {
        flush();
        reject(Delivery::hasFailed);
        returnRest();
    }

    private void reject(Predicate<Delivery> which) {
        note();
        new ArrayList<>(unsettled).stream().filter(which).forEach(this::returnOne);
    }

    private void returnRest() {
        int count = unsettled.size();
        long last = unsettled.stream().mapToLong(Delivery::tag).max().orElse(0);
        unsettled.clear();
        if (count > 0 && write(back(() -> channel.client().basicNack(last, true, true)))) {
            counts.returned.add(count);
        }
        tellIfAllSettled();
    }

    /**
     * Lets go of everything, once the channel is lost; not on the I/O thread. Messages would
     * otherwise be kept until their retry delay is over.
     */
    synchronized void forget() {
        flush();
        note();
        unsettled.forEach(Delivery::cancelRetry);
        unsettled.clear();
    }

    /** Under the monitor. */
    private void note() {
        for (Delivery d = arrived.poll(); d != null; d = arrived.poll()) {
            unsettled.add(d);
        }
    }

    private synchronized boolean settle(Delivery delivery, Write write) {
        note();
        if (!unsettled.remove(delivery)) {
            return false;
        }
        delivery.cancelRetry();
        boolean written = write(write);
        tellIfAllSettled();
        return written;
    }

    private Write back(Write write) {
        return takesBack ? write : () -> {};
    }

    private interface Write {
        void run() throws IOException;
    }

    /** Under the monitor. */
    private boolean write(Write write) {
        if (!isOpen()) {
            return false;
        }
        catchUp.settled(System.nanoTime());
        try {
            write.run();
            return true;
        } catch (IOException | AlreadyClosedException e) {
            report.detail("could not settle a delivery, it comes again", e);
            return false;
        }
    }

    // --- the end of it ---

    /**
     * Runs a task on a worker thread as soon as nothing is unsettled, or can be settled any more;
     * once, and after those that wait for it already: a session may stop while it leaves its link.
     * It may close the channel: the queue has had the time to catch up then. To be called when no
     * deliveries come any more.
     */
    void whenAllSettled(Runnable task) {
        whenAllSettled.accumulateAndGet(task, Settlement::both);
        flush();
        tellIfAllSettled();
    }

    private static Runnable both(Runnable first, Runnable second) {
        return first == null
                ? second
                : () -> {
                    first.run();
                    second.run();
                };
    }

    private synchronized void tellIfAllSettled() {
        note();
        if (ended) {
            tellAllSettled();
        } else if (covered == 0 && unsettled.isEmpty() && whenAllSettled.get() != null) {
            Duration left = catchUp.left(System.nanoTime());
            if (left.isZero()) {
                tellAllSettled();
            } else {
                threads.after(left, this::tellAllSettled);
            }
        }
    }

    private void tellAllSettled() {
        Runnable task = whenAllSettled.getAndSet(null);
        if (task != null) {
            threads.executeUnlessClosed(task);
        }
    }
}
