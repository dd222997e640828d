package io.leveret;

import java.util.List;

/**
 * Some messages of a {@link MqPublisher#publishAll batch} did not end {@link MqOutcome#CONFIRMED}.
 * All others did.
 *
 * <pre>{@code
 * try {
 *     orders.publishAll(batch);
 * } catch (MqBatchException e) {
 *     e.failures().forEach(f -> log.warn(f.messageId() + " " + f.outcome()));
 * }
 * }</pre>
 */
public class MqBatchException extends MqException {

    private static final long serialVersionUID = 1L;

    /** How the others ended. */
    private final List<MqPublishException> failures;

    /**
     * Creates an exception.
     *
     * @param messages how many messages the batch had
     * @param failures those that were not confirmed, in the order of the batch; not empty
     */
    public MqBatchException(int messages, List<MqPublishException> failures) {
        super(
                failures.size()
                        + " of "
                        + messages
                        + " messages were not confirmed, the first one: "
                        + failures.get(0).getMessage(),
                failures.get(0));
        this.failures = List.copyOf(failures);
    }

    /**
     * Gives those that were not confirmed.
     *
     * @return each with its message id and outcome, in the order of the batch; not empty
     */
    public List<MqPublishException> failures() {
        return failures;
    }
}
