package io.leveret.ra.settings;

/** How a failed message comes again. */
public enum RetryMode {
    /**
     * It is moved to a wait queue, and comes back from there when its delay is over. Others are not
     * held up. The default.
     */
    LADDER,
    /**
     * It stays with its session, which does nothing else until its delay is over. The default with
     * {@code strictOrder}, and the only mode then.
     */
    IN_PLACE,
    /**
     * It is rejected, and its queue brings it back when its delay is over: from RabbitMQ 4.3 on
     * quorum queues do that themselves. Others are not held up.
     */
    NATIVE
}
