package io.leveret.ra.retry;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Notices when a queue does not delay what is rejected to it: a policy outdoes what it was declared
 * with, and AMQP tells nothing of policies. Without this, a message that fails would come again and
 * again at once.
 *
 * <p>It goes by messages that look the same and have failed once more, in much less than the delay,
 * three times in a row: others may hold equal ones. Then nothing is rejected for a minute, and the
 * next one that comes back in time, or too early, decides. Thread-safe.
 */
final class DelayWatch {

    private static final int ENOUGH = 3;
    private static final int MOST = 256;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Map<Integer, Long> rejected = new LinkedHashMap<>();
    private int early;
    private long pausedAt;
    private boolean paused;

    /**
     * Asks whether a message may be rejected, and takes it for granted that it is then.
     *
     * @param delay how long its queue is to keep it
     * @param now the time by {@link System#nanoTime}
     */
    synchronized boolean mayReject(FailedMessage message, Duration delay, long now) {
        int looks =
                Objects.hash(
                        message.properties().getMessageId(),
                        message.exchange(),
                        message.routingKey(),
                        Arrays.hashCode(message.body()));
        Long before = rejected.remove(Objects.hash(looks, message.attempts() - 1));
        if (before != null) {
            early = now - before < delay.toNanos() / 2 ? early + 1 : 0;
        }
        if (early >= ENOUGH) {
            paused = true;
            pausedAt = now;
            early = ENOUGH - 1; // one more is enough after the pause
            rejected.clear();
        }
        paused = paused && now - pausedAt < PAUSE.toNanos();
        if (paused) {
            return false;
        }
        rejected.putIfAbsent(Objects.hash(looks, message.attempts()), now);
        if (rejected.size() > MOST) {
            rejected.remove(rejected.keySet().iterator().next());
        }
        return true;
    }

    /** Whether the last one that came back did so in time. */
    synchronized boolean isWell() {
        return early == 0;
    }
}
