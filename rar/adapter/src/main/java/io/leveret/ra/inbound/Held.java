package io.leveret.ra.inbound;

import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A delivery that is kept for another try in its place. Whoever takes it out first has it: the
 * timer, the one who stops, or the one who knows that its channel is lost.
 */
final class Held {

    private final Subscription subscription;
    private final Delivery delivery;
    private volatile Future<?> timer;

    private Held(Subscription subscription, Delivery delivery) {
        this.subscription = subscription;
        this.delivery = delivery;
    }

    Subscription subscription() {
        return subscription;
    }

    Delivery delivery() {
        return delivery;
    }

    /** The place for one. Thread-safe. */
    static final class Place {

        private final AtomicReference<Held> held = new AtomicReference<>();

        /**
         * Puts a delivery in.
         *
         * @param goOn gets it when its time has come, on a worker thread
         */
        Held put(
                Subscription subscription,
                Delivery delivery,
                Duration delay,
                Threads threads,
                Consumer<Held> goOn) {
            Held fresh = new Held(subscription, delivery);
            held.set(fresh);
            fresh.timer =
                    threads.after(
                            delay,
                            () -> {
                                if (held.compareAndSet(fresh, null)) {
                                    goOn.accept(fresh);
                                }
                            });
            return fresh;
        }

        /** Gives what is in, null when there is nothing. */
        Held peek() {
            return held.get();
        }

        /** Takes it out; false when somebody else has. */
        boolean take(Held which) {
            if (!held.compareAndSet(which, null)) {
                return false;
            }
            Future<?> planned = which.timer;
            if (planned != null) {
                planned.cancel(false);
            }
            return true;
        }
    }
}
