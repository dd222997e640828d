package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.MqPublishException;

/**
 * How a publish ended.
 *
 * @param outcome the outcome
 * @param reason why, null when confirmed
 * @param cause what caused it, may be null
 */
record Result(MqOutcome outcome, String reason, Throwable cause) {

    static final Result CONFIRMED = new Result(MqOutcome.CONFIRMED, null, null);

    static Result of(MqOutcome outcome, String reason, Throwable cause) {
        return new Result(outcome, reason, cause);
    }

    /** Whether it was handed over, and nothing of it was written because its channel ended. */
    boolean isLeftOver() {
        return cause instanceof NotWrittenException e && e.leftOver();
    }

    MqPublishException exception(Publication p) {
        return new MqPublishException(outcome, p.messageId(), reason, cause);
    }
}
