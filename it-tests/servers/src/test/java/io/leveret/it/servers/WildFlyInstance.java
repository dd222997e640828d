package io.leveret.it.servers;

import java.io.IOException;
import java.util.Map;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.Operations.CompositeOperationBuilder;
import org.jboss.dmr.ModelNode;

/**
 * One more instance of a resource adapter on WildFly: an entry in the subsystem over an archive
 * that is deployed already. It is stopped by removing it, which is the only way that WildFly has.
 * One thread at a time.
 */
public final class WildFlyInstance {

    private static final String JNDI = "java:/leveret/";

    private final String name;
    private final CompositeOperationBuilder operations = CompositeOperationBuilder.create();

    /** Describes an instance of Leveret without anything. */
    WildFlyInstance(String name) {
        this(name, Deployments.ADAPTER);
    }

    /** Describes an instance of any resource adapter archive without anything. */
    public WildFlyInstance(String name, String archive) {
        this.name = name;
        ModelNode add = Operations.createAddOperation(address());
        add.get("archive").set(archive);
        add.get("transaction-support").set("NoTransaction");
        operations.addStep(add);
    }

    /** The name of an instance's connection factory in the server's directory. */
    static String jndi(String factory) {
        return JNDI + factory;
    }

    /** Sets properties of the resource adapter. */
    WildFlyInstance with(Map<String, String> properties) {
        properties.forEach((key, value) -> set(value, "config-properties", key));
        return this;
    }

    /** Adds a connection factory with properties of its own. */
    WildFlyInstance factory(String factory, Map<String, String> properties) {
        operations.addStep(definition(factory));
        properties.forEach(
                (key, value) ->
                        set(value, "connection-definitions", factory, "config-properties", key));
        return this;
    }

    /** Adds a connection factory for which the server signs on, with this authentication. */
    WildFlyInstance signedFactory(String factory, String authentication) {
        ModelNode add = definition(factory);
        add.get("authentication-context").set(authentication);
        operations.addStep(add);
        return this;
    }

    private ModelNode definition(String factory) {
        ModelNode add = Operations.createAddOperation(address("connection-definitions", factory));
        add.get("class-name").set("io.leveret.ra.outbound.MqManagedConnectionFactory");
        add.get("jndi-name").set(jndi(factory));
        return add;
    }

    private void set(String value, String... where) {
        ModelNode add = Operations.createAddOperation(address(where));
        add.get("value").set(value);
        operations.addStep(add);
    }

    private ModelNode address(String... further) {
        ModelNode address =
                Operations.createAddress(
                        "subsystem", "resource-adapters", "resource-adapter", name);
        for (int i = 0; i < further.length; i += 2) {
            address.add(further[i], further[i + 1]);
        }
        return address;
    }

    /** Adds it to the server and starts it; again after {@link #stop}. */
    public void start(WildFlyServer server) throws IOException {
        start(server::execute);
    }

    void start(WildFlyManagement server) throws IOException {
        start(server::execute);
    }

    private interface Executes {
        ModelNode execute(ModelNode operation) throws IOException;
    }

    private void start(Executes server) throws IOException {
        server.execute(operations.build().getOperation());
        server.execute(Operations.createOperation("activate", address()));
    }

    /** Removes it from the server. What uses it must be undeployed before. */
    public void stop(WildFlyServer server) throws IOException {
        ModelNode remove = Operations.createRemoveOperation(address());
        remove.get("operation-headers", "allow-resource-service-restart").set(true);
        server.execute(remove);
    }
}
