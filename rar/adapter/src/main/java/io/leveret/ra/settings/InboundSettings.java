package io.leveret.ra.settings;

import java.time.Duration;

/**
 * How an activation receives.
 *
 * @param destination the queue; empty when the broker gives it a name
 * @param maxSession concurrent sessions
 * @param prefetch unacknowledged deliveries per session
 * @param retry what becomes of a message that has failed
 * @param ackMode when deliveries are acknowledged, or null to go by the listener's type
 * @param order in which order, and who else may consume
 * @param stuckThreshold after what time a delivery that still runs is reported, zero for never
 * @param topology what is to be there before it consumes
 * @param stream where it begins in the stream that the destination is, null when it is a queue
 */
public record InboundSettings(
        String destination,
        int maxSession,
        int prefetch,
        RetrySettings retry,
        AckMode ackMode,
        Order order,
        Duration stuckThreshold,
        TopologySettings topology,
        StreamOffset stream) {

    /**
     * In which order messages come, and who else may consume.
     *
     * @param strict one message at a time, in the queue's order, whatever fails
     * @param exclusive no other consumer of the queue is allowed
     * @param priority the consumers' priority, 0 being the broker's default
     */
    public record Order(boolean strict, boolean exclusive, int priority) {}

    /**
     * Gives the queue as messages name it.
     *
     * @return the text
     */
    public String shownQueue() {
        return destination.isEmpty()
                ? "a queue named by the broker"
                : "queue '" + destination + "'";
    }
}
