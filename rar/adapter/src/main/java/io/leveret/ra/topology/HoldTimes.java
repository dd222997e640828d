package io.leveret.ra.topology;

import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.settings.AckMode;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.RetryMode;
import io.leveret.ra.settings.RetrySettings;
import java.time.Duration;
import java.util.Collection;

/**
 * Compares how long an activation may hold a delivery with the broker's consumer timeout, after
 * which the broker takes the delivery back and the consumer away. A delivery is held while it runs
 * ({@code stuckThreshold} says how long it may; a server does not tell its transaction timeout),
 * and while it waits in its session for another try.
 *
 * @param inbound the activation's settings
 */
record HoldTimes(InboundSettings inbound) {

    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(30);

    /**
     * Looks at one queue.
     *
     * @param facts what is known of it, or null
     * @param findings gets what should be mended
     * @param open gets what could not be found out
     */
    void check(
            QueueFacts facts,
            BrokerVersion version,
            Collection<String> findings,
            Collection<String> open) {
        if (inbound.ackMode() == AckMode.ON_RECEIPT_MAY_LOSE
                || facts != null && !facts.type().equals("quorum") && version.isAtLeast(4, 3)) {
            return; // nothing is held; or nothing times out, as from 4.3 on
        }
        Long known = facts == null ? null : facts.consumerTimeout();
        if (known == null) {
            open.add(
                    "whether the broker's consumer timeout is "
                            + USUAL_TIMEOUT.toMinutes()
                            + " minutes, its default, as was assumed");
        }
        if (inbound.stuckThreshold().isZero()) {
            open.add("how long a delivery may take, which stuckThreshold=0 does not say");
        }
        Duration timeout = known == null ? USUAL_TIMEOUT : Duration.ofMillis(known);
        String then =
                ", but the broker takes it back after "
                        + timeout.toMillis()
                        + " ms (consumer timeout, "
                        + (known == null ? "its default, which is assumed" : "as the queue has it")
                        + "); "
                        + (version.isAtLeast(3, 12)
                                ? "set a longer consumer-timeout by a policy, or "
                                : "set a longer consumer_timeout in the broker's configuration, or ");
        if (isLonger(inbound.stuckThreshold(), timeout)) {
            findings.add(
                    "a delivery may take "
                            + inbound.stuckThreshold().toMillis()
                            + " ms (stuckThreshold)"
                            + then
                            + "a shorter stuckThreshold");
        }
        RetrySettings retry = inbound.retry();
        if (retry.mode() == RetryMode.IN_PLACE && isLonger(inPlace(retry), timeout)) {
            findings.add(
                    "a message that fails is held for "
                            + inPlace(retry).toMillis()
                            + " ms (retryMode=IN_PLACE, its delays together)"
                            + then
                            + "shorter delays, or fewer maxAttempts");
        } else if (!retry.requeueOn().isEmpty() && isLonger(retry.delay(1), timeout)) {
            findings.add(
                    "a message that fails by what requeueOn names is held for "
                            + retry.delay(1).toMillis()
                            + " ms"
                            + then
                            + "a shorter retryDelay");
        }
    }

    private static boolean isLonger(Duration held, Duration timeout) {
        return held.compareTo(timeout) >= 0;
    }

    /** All of its delays; where there is no last one, the longest. */
    private static Duration inPlace(RetrySettings retry) {
        if (retry.maxAttempts() == 0) {
            return retry.delays().stream().max(Duration::compareTo).orElseThrow();
        }
        Duration all = Duration.ZERO;
        for (int failures = 1; !retry.isLast(failures); failures++) {
            all = all.plus(retry.delay(failures));
        }
        return all;
    }
}
