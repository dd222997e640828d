package io.leveret.it.servers;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Starts Payara once for all classes that run on it, and deploys for each of them. */
final class PayaraExtension implements BeforeAllCallback, AfterAllCallback {

    private static PayaraServer server;

    PayaraExtension() {}

    static PayaraServer server() {
        return server;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        ExtensionContext.Store store =
                context.getRoot()
                        .getStore(ExtensionContext.Namespace.create(PayaraExtension.class));
        server = store.get(PayaraServer.class, PayaraServer.class);
        if (server == null) {
            server = PayaraServer.start();
            store.put(PayaraServer.class, server);
        }
        server.deployAdapter();
        server.deployApplication();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        server.undeployApplication();
        server.undeployAdapter();
    }
}
