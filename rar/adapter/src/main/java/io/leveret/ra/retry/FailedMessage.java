package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import java.time.Duration;
import java.util.Date;

/**
 * A message that has failed and is not settled yet. Of {@link #moved}, {@link #deadLetter}, {@link
 * #keep}, {@link #reject} and {@link #giveBack} one is called, once, on any thread; none when it is
 * not wanted any more.
 */
public interface FailedMessage {

    /**
     * Gives the properties as they came.
     *
     * @return the properties
     */
    AMQP.BasicProperties properties();

    /**
     * Gives the body as it came.
     *
     * @return the body
     */
    byte[] body();

    /**
     * Gives the exchange that it was published to first.
     *
     * @return the exchange
     */
    String exchange();

    /**
     * Gives the routing key that it was published with first.
     *
     * @return the routing key
     */
    String routingKey();

    /**
     * Counts the failures.
     *
     * @return how often it has failed, this time included
     */
    int attempts();

    /**
     * Says since when it fails.
     *
     * @return when it failed for the first time, null when that is not known
     */
    Date firstFailure();

    /**
     * Says whether it is still there to be settled.
     *
     * @return false when its channel is lost: the broker delivers it again
     */
    boolean isWanted();

    /**
     * Says whether its session comes to its end.
     *
     * @return true when nothing that takes long should be begun
     */
    boolean isStopping();

    /**
     * A copy is stored elsewhere: acknowledges the original.
     *
     * @param parked whether it is the end of it
     */
    void moved(boolean parked);

    /** Leaves it to the dead-letter exchange of its queue. */
    void deadLetter();

    /**
     * It could not be moved: it stays with its session.
     *
     * @param delay after what time it is tried again there
     */
    void keep(Duration delay);

    /** Rejects it to its queue, which counts that and brings it back after a delay of its own. */
    void reject();

    /** Gives it back to its queue at once: its session has no time to keep it. */
    void giveBack();
}
