package io.leveret.ra.inbound;

import java.time.Duration;

/**
 * How long a queue may need to take what was settled on a channel.
 *
 * <p>A quorum queue takes so many settlements of a channel at a time; those behind them wait in the
 * channel, and are lost when it is closed before the queue has caught up. (32 in RabbitMQ's
 * rabbit_fifo_client.)
 *
 * <p>Not thread-safe.
 */
final class CatchUp {

    private static final int PROMPT_SETTLEMENTS = 16;
    private static final Duration TIME = Duration.ofMillis(500);

    private int burst;
    private long last;

    /** Something is settled; several at once count as one. */
    void settled(long now) {
        burst = now - last > TIME.toNanos() ? 1 : burst + 1;
        last = now;
    }

    /** Gives the time that the queue may still need, zero when it has caught up. */
    Duration left(long now) {
        long left = last + TIME.toNanos() - now;
        return burst > PROMPT_SETTLEMENTS && left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
    }
}
