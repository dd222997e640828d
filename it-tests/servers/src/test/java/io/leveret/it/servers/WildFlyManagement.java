package io.leveret.it.servers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper;
import org.jboss.dmr.ModelNode;

/** The management interface of a WildFly. Thread-safe. */
final class WildFlyManagement implements AutoCloseable {

    private final ModelControllerClient client;

    /** Connects at the first call. */
    WildFlyManagement(int port) throws IOException {
        client = ModelControllerClient.Factory.create("127.0.0.1", port);
    }

    /** Runs a management operation and insists on success. */
    ModelNode execute(ModelNode operation) throws IOException {
        ModelNode answer = client.execute(operation);
        if (!Operations.isSuccessfulOutcome(answer)) {
            // Not the whole operation: it may set passwords.
            throw new IOException(
                    Operations.getOperationName(operation)
                            + " "
                            + Operations.getOperationAddress(operation)
                            + ": "
                            + Operations.getFailureDescription(answer));
        }
        return Operations.readResult(answer);
    }

    /** The server's process. */
    long pid() throws IOException {
        ModelNode runtime =
                Operations.createAddress("core-service", "platform-mbean", "type", "runtime");
        String name = execute(Operations.createReadAttributeOperation(runtime, "name")).asString();
        return Long.parseLong(name.substring(0, name.indexOf('@')));
    }

    /** Deploys an archive under its file name. */
    void deploy(Path archive) throws Exception {
        try (InputStream content = Files.newInputStream(archive)) {
            new ServerDeploymentHelper(client).deploy(archive.getFileName().toString(), content);
        }
    }

    void undeploy(String name) throws Exception {
        new ServerDeploymentHelper(client).undeploy(name);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
