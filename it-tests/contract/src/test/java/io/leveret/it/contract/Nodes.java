package io.leveret.it.contract;

import io.leveret.it.broker.BrokerNode;

/** The broker nodes of this test run, started when first needed, removed when it ends. */
final class Nodes {

    private static BrokerNode shared;
    private static BrokerNode rough;

    private Nodes() {}

    /** The node of all tests that leave it as it is. */
    static synchronized BrokerNode shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** The node of tests that kill and freeze it; they leave it running and answering. */
    static synchronized BrokerNode rough() {
        if (rough == null) {
            rough = start();
        }
        return rough;
    }

    private static BrokerNode start() {
        BrokerNode node = BrokerNode.start();
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "node-remover"));
        return node;
    }
}
