package io.leveret.ra.inbound;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The subscriptions of one session: the current one, and old ones that are still worked off.
 *
 * <pre>{@code
 *        adopt                  consumes
 * NONE ---------> SUBSCRIBING -----------> CONSUMING
 *  ^                  |                       |  |
 *  +--drop, lost------+-----------------------+  | leave
 *  ^                                             v
 *  +--lost, or all is settled: closed---------- OLD
 * any --end--> none is adopted any more
 * }</pre>
 *
 * <p>Thread-safe; the monitor guards the fields only.
 */
final class Generations {

    private final Queue<Subscription> old = new ConcurrentLinkedQueue<>();
    private volatile Subscription current;
    private volatile boolean consuming;
    private boolean ended;

    /** Gives the current one, null when there is none. */
    Subscription current() {
        return current;
    }

    /** Whether the current one has its consumer. */
    boolean areConsuming() {
        return consuming;
    }

    /**
     * Gives the subscription whose delivery is next, null when there is none. What an old one still
     * holds was delivered before.
     */
    Subscription next() {
        for (Subscription each : old) {
            if (each.hasWaiting()) {
                return each;
            }
        }
        return current;
    }

    // --- becoming the current one ---

    /** Makes it the current one, unless the session has ended meanwhile. */
    synchronized boolean adopt(Subscription fresh) {
        if (ended) {
            return false;
        }
        current = fresh;
        return true;
    }

    /** Notes that it has its consumer; false when it was lost meanwhile. */
    synchronized boolean consumes(Subscription fresh) {
        if (current == fresh) {
            consuming = true;
        }
        return current == fresh;
    }

    // --- being the current one no more ---

    /** Lets go of the current one; false when it is another. */
    synchronized boolean drop(Subscription which) {
        if (current != which) {
            return false;
        }
        current = null;
        consuming = false;
        return true;
    }

    /** Makes the current one an old one; false when it is another. */
    synchronized boolean leave(Subscription which) {
        if (!drop(which)) {
            return false;
        }
        old.add(which);
        return true;
    }

    /**
     * Closes an old one as soon as all is settled; to be called when none is delivered any more.
     */
    void closeWhenSettled(Subscription which) {
        which.settlement()
                .whenAllSettled(
                        () -> {
                            old.remove(which);
                            which.close();
                        });
    }

    /**
     * Notes that one is gone; may be told several times.
     *
     * @return true when it was the current one and had its consumer, so that it has to be replaced;
     *     whoever is subscribing finds out by {@link #consumes}
     */
    boolean lost(Subscription which) {
        if (old.remove(which)) {
            which.close();
            return false;
        }
        synchronized (this) {
            boolean replace = consuming;
            return drop(which) && replace;
        }
    }

    // --- the end ---

    /**
     * Gives back what nobody works on any more. What an application has in its hands, to settle by
     * itself, is left to it, and what is being moved to another queue to that.
     *
     * @param manual whether an application settles by itself
     * @param allSettled run when nothing is unsettled any more
     */
    void finish(boolean manual, Runnable allSettled) {
        List<Subscription> all = all();
        if (all.isEmpty()) {
            allSettled.run();
        }
        AtomicInteger unsettled = new AtomicInteger(all.size());
        for (Subscription each : all) {
            if (manual) {
                each.returnWaiting();
                each.settlement().returnKept();
            } else {
                each.returnIdle();
            }
            each.settlement()
                    .whenAllSettled(
                            () -> {
                                if (unsettled.decrementAndGet() == 0) {
                                    allSettled.run();
                                }
                            });
        }
    }

    private synchronized List<Subscription> all() {
        List<Subscription> all = new ArrayList<>(old);
        if (current != null) {
            all.add(current);
        }
        return all;
    }

    /**
     * Lets go of all of them, for ever.
     *
     * @return what has to be closed
     */
    synchronized List<Subscription> end() {
        List<Subscription> all = all();
        ended = true;
        current = null;
        consuming = false;
        old.clear();
        return all;
    }

    /** Closes the channels under a delivery that does not end, so that the broker has them back. */
    void abandon() {
        all().forEach(Subscription::close);
    }
}
