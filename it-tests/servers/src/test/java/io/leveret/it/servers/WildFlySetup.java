package io.leveret.it.servers;

import java.nio.file.Files;
import org.jboss.as.arquillian.api.ServerSetupTask;
import org.jboss.as.arquillian.container.ManagementClient;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;

/**
 * Makes Leveret the adapter of all message-driven beans: WildFly's standard configuration names
 * none, and without one no message-driven bean deploys. Adds what the test application needs.
 */
public final class WildFlySetup implements ServerSetupTask {

    /** Called by Arquillian. */
    public WildFlySetup() {}

    /** Runs before the first deployment of each class. */
    @Override
    public void setup(ManagementClient client, String container) throws Exception {
        // Arquillian's copy of the server lacks the folder, and a scanner complains about that.
        Files.createDirectories(
                Deployments.folder("leveret.it.target").resolve("wildfly-base/deployments"));
        ModelNode ejb = Operations.createAddress("subsystem", "ejb3");
        executeOperation(
                client,
                Operations.createWriteAttributeOperation(
                        ejb, "default-resource-adapter-name", Deployments.ADAPTER));
        WildFlyExtension.server().needDataSources();
    }

    @Override
    public void tearDown(ManagementClient client, String container) {
        // The server's configuration is a copy that lives as long as the server.
    }
}
