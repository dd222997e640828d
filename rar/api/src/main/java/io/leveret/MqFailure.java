package io.leveret;

import java.time.Instant;

/**
 * A message that has failed for the last time: what {@link MqFailureListener#onFailure} gets.
 * Immutable and thread-safe, as far as the cause is. A test of a listener can make one.
 *
 * <pre>{@code
 * public void onFailure(MqFailure failure) {
 *     complaints.file(failure.message().text(), failure.attempts() + " tries: " + failure.reason());
 * }
 * }</pre>
 *
 * @param message the message, as the listener had it
 * @param attempts how often it has failed
 * @param reason why there is no further try, in words
 * @param cause what the last try has thrown; null when it ended without an exception, such as by a
 *     rollback
 * @param firstFailure when it failed for the first time, to the second; null when that is not known
 * @param lastFailure when it failed for the last time
 */
public record MqFailure(
        MqMessage message,
        int attempts,
        String reason,
        Throwable cause,
        Instant firstFailure,
        Instant lastFailure) {}
