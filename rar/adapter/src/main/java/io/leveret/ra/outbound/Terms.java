package io.leveret.ra.outbound;

import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.settings.PublishRetrySettings;
import io.leveret.ra.settings.PublishSettings;
import java.time.Duration;
import java.util.Objects;

/**
 * How one call publishes: as the publisher's options say, else as the factory's settings do.
 *
 * @param timeout the longest time that it may take
 * @param mode what it means in a transaction
 * @param retry whether it is made again
 */
record Terms(Duration timeout, MqTransactionMode mode, PublishRetrySettings retry) {

    static Terms of(MqPublisherOptions options, PublishSettings settings) {
        PublishRetrySettings retry = settings.retry();
        Integer retries = options.publishRetries();
        Boolean unknownToo = options.publishRetryUnknown();
        if (retries != null || unknownToo != null) {
            retry =
                    new PublishRetrySettings(
                            Objects.requireNonNullElse(retries, retry.retries()),
                            retry.delay(),
                            Objects.requireNonNullElse(unknownToo, retry.unknownToo()));
        }
        return new Terms(
                Objects.requireNonNullElse(options.publishTimeout(), settings.publishTimeout()),
                Objects.requireNonNullElse(
                        options.transactionMode(), settings.transactions().mode()),
                retry);
    }

    /** Lets the time run from now. */
    Deadline begin() {
        return Deadline.in(timeout);
    }
}
