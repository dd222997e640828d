package io.leveret.ra.inbound;

import com.rabbitmq.client.AMQP;
import io.leveret.ra.link.Threads;
import io.leveret.ra.retry.FailedMessage;
import java.time.Duration;
import java.util.Date;
import java.util.function.BooleanSupplier;

/**
 * A delivery that has failed, in the hands of the retry room.
 *
 * <pre>{@code
 * MOVING --moved, deadLetter, reject, giveBack--> SETTLED
 *    |
 *    +--keep--> KEPT --its time has come--> waits in its subscription again, as if it had just come
 *                |
 *                +--the session stops--> given back
 * }</pre>
 *
 * <p>Thread-safe.
 */
final class FailedDelivery implements FailedMessage {

    private final Subscription subscription;
    private final Settlement settlement;
    private final Delivery delivery;
    private final Threads threads;
    private final DeliveryCounts counts;
    private final BooleanSupplier stopping;

    FailedDelivery(
            Subscription subscription,
            Delivery delivery,
            Threads threads,
            DeliveryCounts counts,
            BooleanSupplier stopping) {
        this.subscription = subscription;
        this.settlement = subscription.settlement();
        this.delivery = delivery;
        this.threads = threads;
        this.counts = counts;
        this.stopping = stopping;
        delivery.fail();
        delivery.moves(true);
    }

    @Override
    public AMQP.BasicProperties properties() {
        return delivery.properties();
    }

    @Override
    public byte[] body() {
        return delivery.message().body();
    }

    @Override
    public String exchange() {
        return delivery.message().exchange();
    }

    @Override
    public String routingKey() {
        return delivery.message().routingKey();
    }

    @Override
    public int attempts() {
        return delivery.attempts();
    }

    @Override
    public Date firstFailure() {
        return delivery.firstFailure();
    }

    @Override
    public boolean isWanted() {
        return settlement.isOpen();
    }

    @Override
    public boolean isStopping() {
        return stopping.getAsBoolean();
    }

    @Override
    public void moved(boolean parked) {
        if (settlement.ack(delivery)) {
            (parked ? counts.parked : counts.retried).increment();
        }
    }

    @Override
    public void deadLetter() {
        if (settlement.deadLetter(delivery)) {
            counts.parked.increment();
        }
    }

    @Override
    public void keep(Duration delay) {
        delivery.moves(false); // first: whoever stops finds it, or is found
        if (isStopping()) {
            giveBack();
        } else if (isWanted()) {
            delivery.retryBy(threads.after(delay, () -> subscription.again(delivery)));
        }
    }

    @Override
    public void reject() {
        if (settlement.reject(delivery)) {
            counts.retried.increment();
        }
    }

    @Override
    public void giveBack() {
        settlement.returnOne(delivery);
    }
}
