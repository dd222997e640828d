package io.leveret.it.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leveret.it.broker.BrokerNode;

/** What only some brokers do. */
final class Versions {

    private Versions() {}

    /** From 4.3 on the broker cancels a consumer where it closed the channel, or did nothing. */
    static void assumeCancelsConsumers(BrokerNode node) {
        assumeTrue(isAtLeast(node, 4, 3), "needs RabbitMQ 4.3");
    }

    /** Where quorum queues have a delivery limit that nobody has asked for. */
    static void assumeLimitsDeliveries(BrokerNode node) {
        assumeTrue(isAtLeast(node, 4, 0), "needs RabbitMQ 4");
    }

    /** Where quorum queues delay what is rejected. */
    static void assumeDelays(BrokerNode node) {
        assumeTrue(isAtLeast(node, 4, 3), "needs RabbitMQ 4.3");
    }

    /** Where dead-lettering at least once depends on a feature flag. */
    static void assumeMayDeadLetterAtMostOnce(BrokerNode node) {
        assumeTrue(!isAtLeast(node, 3, 12), "needs RabbitMQ before 3.12");
    }

    /** Where a queue or a policy can have one. */
    static void assumeQueuesHaveConsumerTimeouts(BrokerNode node) {
        assumeTrue(isAtLeast(node, 3, 12), "needs RabbitMQ 3.12");
    }

    /** Where they take the arguments for that, and do not. */
    static void assumeDoesNotDelay(BrokerNode node) {
        assumeTrue(!isAtLeast(node, 4, 3), "needs RabbitMQ before 4.3");
    }

    /** Where the feature can be switched off. */
    static void assumeDeniesTransientQueues(BrokerNode node) {
        assumeTrue(isAtLeast(node, 4, 0), "needs RabbitMQ 4");
    }

    static boolean isAtLeast(BrokerNode node, int major, int minor) {
        String[] version = node.version().split("\\.");
        int actual = Integer.parseInt(version[0]);
        return actual > major || actual == major && Integer.parseInt(version[1]) >= minor;
    }
}
