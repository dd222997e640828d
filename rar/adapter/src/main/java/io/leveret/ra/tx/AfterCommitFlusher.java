package io.leveret.ra.tx;

import java.time.Duration;
import java.util.List;

/**
 * Publishes what a transaction has committed; implemented by the outbound room.
 *
 * @param <P> what is published
 */
public interface AfterCommitFlusher<P> {

    /**
     * Checks before completion whether the publishes can be made, by what is known.
     *
     * @param publishes what is to be published, at least one
     * @throws io.leveret.MqPublishException when they cannot; the transaction then rolls back
     * @throws InterruptedException when the caller is interrupted; the transaction then rolls back
     */
    void check(List<P> publishes) throws InterruptedException;

    /**
     * Hears that the transaction has committed; {@link #flush} follows, at once or after the
     * delivery that it belongs to.
     *
     * @param publishes what is to be published
     */
    void committed(List<P> publishes);

    /**
     * Publishes and waits for the confirms, repeating what is not confirmed. What can never be
     * published is reported and counts as done.
     *
     * @param publishes what is to be published, in order
     * @param marked whether they carry the possible-duplicate mark
     * @param limit how long it may take
     * @return what is left
     */
    List<P> flush(List<P> publishes, boolean marked, Duration limit);

    /**
     * Takes over what could not be published in time, to go on in the background.
     *
     * @param left what is left
     * @param marked whether they carry the possible-duplicate mark from now on
     */
    void handOver(List<P> left, boolean marked);

    /**
     * Says how long the committing thread may be held up.
     *
     * @param publishes what is to be published
     * @return the time, zero when waiting makes no sense
     */
    Duration commitLimit(List<P> publishes);

    /**
     * Hears that the transaction has rolled back: nothing of it is published.
     *
     * @param publishes what had been enlisted
     */
    void rolledBack(List<P> publishes);

    /**
     * Ends the use of this object: the transaction has ended and nothing more is asked of it.
     *
     * @param enlisted what the transaction had enlisted
     */
    void end(List<P> enlisted);
}
