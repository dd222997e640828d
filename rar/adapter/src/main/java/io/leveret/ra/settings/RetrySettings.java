package io.leveret.ra.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of a message that has failed.
 *
 * @param maxAttempts how often a message is tried in all, 0 for no limit
 * @param delays after what time it comes again: after its first failure, its second, and so on; the
 *     last one goes on for all further ones; not empty
 * @param mode how it comes again
 * @param atEnd what becomes of it when it has failed for the last time
 * @param parkingQueue where it is parked
 * @param pauseAfterFailures how many failures in a row are too many, 0 for never
 * @param abortOn names of exceptions that end a message at once
 * @param requeueOn names of exceptions that are not counted as a try
 */
public record RetrySettings(
        int maxAttempts,
        List<Duration> delays,
        RetryMode mode,
        AtEnd atEnd,
        String parkingQueue,
        int pauseAfterFailures,
        Set<String> abortOn,
        Set<String> requeueOn) {

    /** What the names of the arguments of a queue that delays by itself begin with. */
    public static final String DELAYED_RETRY = "x-delayed-retry-";

    /**
     * Says whether a message has had its last try.
     *
     * @param attempts how often it has failed
     * @return true when there is none left
     */
    public boolean isLast(int attempts) {
        return maxAttempts > 0 && attempts >= maxAttempts;
    }

    /**
     * Says whether copies of failed messages wait in queues of their own.
     *
     * @return whether there is another try, by way of a wait queue
     */
    public boolean usesWaitQueues() {
        return mode == RetryMode.LADDER && maxAttempts != 1;
    }

    /**
     * Says whether messages are parked.
     *
     * @return whether there is an end, in the parking queue
     */
    public boolean parks() {
        return atEnd == AtEnd.PARK && maxAttempts != 0;
    }

    /**
     * Names a wait queue.
     *
     * @param destination the queue that is consumed
     * @param delay how long messages wait
     * @return the name
     */
    public static String waitQueue(String destination, Duration delay) {
        return destination + ".retry." + delay.toMillis();
    }

    /**
     * Gives the delay before the next try.
     *
     * @param attempts how often it has failed, at least 1
     * @return the delay
     */
    public Duration delay(int attempts) {
        return delays.get(Math.min(Math.max(attempts, 1), delays.size()) - 1);
    }

    /**
     * Says what its queue has to know of it.
     *
     * @return arguments of the queue's declaration; those of a queue that delays by itself what is
     *     rejected, and none in other modes
     */
    public Map<String, Object> queueArguments() {
        return mode == RetryMode.NATIVE
                ? Map.of(
                        DELAYED_RETRY + "type",
                        "failed",
                        DELAYED_RETRY + "min",
                        delays.get(0).toMillis(),
                        DELAYED_RETRY + "max",
                        delays.get(delays.size() - 1).toMillis())
                : Map.of();
    }

    /**
     * Says whether a queue can have these delays by itself: after the nth failure it is the first
     * one n times, up to a greatest one.
     */
    boolean areNative() {
        Duration first = delays.get(0);
        Duration last = delays.get(delays.size() - 1);
        for (int n = 1; n <= delays.size(); n++) {
            Duration delay = first.multipliedBy(n);
            if (!delay(n).equals(delay.compareTo(last) < 0 ? delay : last)) {
                return false;
            }
        }
        return last.compareTo(first) >= 0;
    }

    /**
     * Gives the delay of the ladder that is nearest to a wish.
     *
     * @param wish the delay that is asked for
     * @return one of {@link #delays}; the longer one of two that are as near
     */
    public Duration nearest(Duration wish) {
        Duration best = delays.get(0);
        for (Duration each : delays) {
            int nearer = each.minus(wish).abs().compareTo(best.minus(wish).abs());
            if (nearer < 0 || nearer == 0 && each.compareTo(best) > 0) {
                best = each;
            }
        }
        return best;
    }
}
