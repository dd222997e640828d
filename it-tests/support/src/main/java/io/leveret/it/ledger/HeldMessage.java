package io.leveret.it.ledger;

/**
 * A message that was found in a queue when the test was over. Immutable.
 *
 * @param id the AMQP message-id property; empty when the message has none
 * @param queue where it was found
 * @param redelivered the broker's redelivered flag
 * @param possibleDuplicate whether it carries the publisher's possible-duplicate mark
 */
public record HeldMessage(
        String id, String queue, boolean redelivered, boolean possibleDuplicate) {}
