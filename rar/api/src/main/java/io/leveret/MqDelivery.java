package io.leveret;

import java.time.Duration;

/**
 * A message together with the right to settle it, for applications that settle by themselves: see
 * {@link MqDeliveryListener}.
 *
 * <pre>{@code
 * public void onDelivery(MqDelivery delivery) {
 *     executor.submit(() -> {
 *         if (ship(delivery.message())) {
 *             delivery.ack();
 *         } else {
 *             delivery.retryLater(Duration.ofMinutes(5));
 *         }
 *     });
 * }
 * }</pre>
 *
 * <p>It is settled once: by the first call of {@link #ack}, {@link #reject} or {@link #retryLater}.
 * They may be called from any thread, during the listener's call or after it, and do not belong to
 * any transaction. They write to the broker and do not wait for it.
 *
 * <p>Whatever is not settled counts against the activation's {@code prefetch}, and comes again when
 * its channel is lost, when the activation stops (after it has waited for it, within the drain
 * time), and when the broker's consumer timeout (30 minutes by default) has passed. Thread-safe.
 */
public interface MqDelivery {

    /**
     * Gives the message.
     *
     * @return the message, never null
     */
    MqMessage message();

    /**
     * Says that the work is done: the broker forgets the message.
     *
     * @return true when that was written to the broker; false when the delivery's channel is lost,
     *     so that the message comes again and the work may be done twice
     * @throws IllegalStateException when the delivery is settled already
     */
    boolean ack();

    /**
     * Says that the work has failed, as an exception of an ordinary listener does: the message
     * comes again after the activation's {@code retryDelay}, or is parked when it has had its last
     * try. Returns at once.
     *
     * @return false when the delivery's channel is lost, so that the message comes again at once
     * @throws IllegalStateException when the delivery is settled already
     */
    boolean reject();

    /**
     * Says that the work has failed, and when the message is to come again; it is parked instead
     * when it has had its last try. Returns at once.
     *
     * @param delay from now; not negative, at most one day. It comes after the nearest one of the
     *     activation's delays; with {@code retryMode=IN_PLACE} after just this one, with {@code
     *     NATIVE} after the one that its queue has
     * @return false when the delivery's channel is lost, so that the message comes again at once
     * @throws IllegalArgumentException when the delay is out of range
     * @throws IllegalStateException when the delivery is settled already
     */
    boolean retryLater(Duration delay);

    /**
     * Says whether it can still be settled to any effect.
     *
     * @return true while it is not settled and its channel is open
     */
    boolean isOpen();
}
