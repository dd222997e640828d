package io.leveret.it.servers;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Prepares WildFly's surroundings before the first class that runs on it. To be registered before
 * Arquillian, which reads its configuration when its first class begins, and ends the server before
 * what was prepared here is closed: a store closes what came last first.
 */
public final class WildFlyExtension implements BeforeAllCallback {

    private static WildFlyServer server;

    /** Called by JUnit. */
    public WildFlyExtension() {}

    /** The server; null before the first class that runs on it. */
    public static WildFlyServer server() {
        return server;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        server =
                context.getRoot()
                        .getStore(ExtensionContext.Namespace.create(WildFlyExtension.class))
                        .getOrComputeIfAbsent(
                                WildFlyServer.class,
                                key -> WildFlyServer.prepare(),
                                WildFlyServer.class);
    }
}
