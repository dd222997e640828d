package io.leveret;

import java.util.Objects;

/**
 * A publish that did not end {@linkplain MqOutcome#CONFIRMED confirmed}.
 *
 * <pre>{@code
 * try {
 *     publisher.publish(message);
 * } catch (MqPublishException e) {
 *     if (e.outcome() == MqOutcome.NOT_SENT) {
 *         // stored nowhere: safe to try again
 *     }
 * }
 * }</pre>
 */
public class MqPublishException extends MqException {

    private static final long serialVersionUID = 1L;

    /** How it ended. */
    private final MqOutcome outcome;

    /** The message's id. */
    private final String messageId;

    /**
     * Creates the exception.
     *
     * @param outcome how the publish ended; not {@link MqOutcome#CONFIRMED}
     * @param messageId the message's id, null when it has none yet
     * @param reason why, in one sentence
     * @param cause what caused it, may be null
     * @throws IllegalArgumentException when the outcome is {@link MqOutcome#CONFIRMED}
     */
    public MqPublishException(MqOutcome outcome, String messageId, String reason, Throwable cause) {
        super(outcome + ": " + reason + " (message id " + messageId + ")", cause);
        if (Objects.requireNonNull(outcome) == MqOutcome.CONFIRMED) {
            throw new IllegalArgumentException("a confirmed publish is no failure");
        }
        this.outcome = outcome;
        this.messageId = messageId;
    }

    /**
     * Says how the publish ended.
     *
     * @return the outcome, never {@link MqOutcome#CONFIRMED}
     */
    public MqOutcome outcome() {
        return outcome;
    }

    /**
     * Gives the id of the message.
     *
     * @return the message id, null when none was given yet
     */
    public String messageId() {
        return messageId;
    }

    /**
     * Says whether publishing the message again may put it into a queue twice.
     *
     * @return {@link MqOutcome#mayDuplicate()} of the outcome
     */
    public boolean mayDuplicate() {
        return outcome.mayDuplicate();
    }
}
