package io.leveret.ra.inbound;

import io.leveret.MqDelivery;
import io.leveret.MqMessage;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A delivery in the hands of an application that settles by itself: one for each try. Bound to the
 * subscription that it came on, like everything that settles. Thread-safe.
 */
final class OpenDelivery implements MqDelivery {

    private static final Duration LONGEST_DELAY = Duration.ofDays(1);

    /** What to do when the application says that the work has failed. */
    interface Failing {

        /**
         * It has failed.
         *
         * @param wish when it should come again, null to go by the settings
         */
        void failed(Duration wish);
    }

    private final Delivery delivery;
    private final Settlement settlement;
    private final Failing failing;
    private final AtomicBoolean answered;

    OpenDelivery(Delivery delivery, Settlement settlement, Failing failing) {
        this.delivery = delivery;
        this.settlement = settlement;
        this.failing = failing;
        this.answered = delivery.offer();
    }

    @Override
    public MqMessage message() {
        return delivery.message();
    }

    @Override
    public boolean ack() {
        answer();
        return settlement.ack(delivery);
    }

    @Override
    public boolean reject() {
        return fail(null);
    }

    @Override
    public boolean retryLater(Duration delay) {
        Objects.requireNonNull(delay, "delay");
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("the delay must be 0 to one day: " + delay);
        }
        return fail(delay);
    }

    private boolean fail(Duration wish) {
        answer();
        if (!settlement.isOpen()) {
            return false;
        }
        failing.failed(wish);
        return true;
    }

    private void answer() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("is settled already: " + delivery.message());
        }
    }

    @Override
    public boolean isOpen() {
        return !answered.get() && settlement.isOpen();
    }

    @Override
    public String toString() {
        return "MqDelivery[" + delivery.message() + "]";
    }
}
