package io.leveret.it.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leveret.it.broker.BrokerNode;

/** What only some brokers do. */
final class Versions {

    private Versions() {}

    /** From 4.3 on the broker cancels a consumer where it closed the channel, or did nothing. */
    static void assumeCancelsConsumers(BrokerNode node) {
        String[] version = node.version().split("\\.");
        int major = Integer.parseInt(version[0]);
        assumeTrue(
                major > 4 || major == 4 && Integer.parseInt(version[1]) >= 3, "needs RabbitMQ 4.3");
    }
}
