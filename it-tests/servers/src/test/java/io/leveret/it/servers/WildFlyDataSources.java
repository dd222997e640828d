package io.leveret.it.servers;

import io.leveret.it.database.PostgresNode;
import java.io.IOException;
import java.util.Map;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.Operations.CompositeOperationBuilder;
import org.jboss.dmr.ModelNode;

/** What the test application needs of WildFly beside the adapter: data sources and a small pool. */
final class WildFlyDataSources {

    private static final String EXTENSIONS = "org.jboss.jca.adapters.jdbc.extensions.postgres.";

    private WildFlyDataSources() {}

    /** Adds them, for as long as the server lives. */
    static void add(WildFlyManagement server, PostgresNode database) throws Exception {
        server.deploy(Deployments.file(Deployments.DRIVER));
        CompositeOperationBuilder operations = CompositeOperationBuilder.create();
        operations.addStep(local(database));
        addXa(operations, "it-xa", database);
        operations.addStep(narrowPool());
        server.execute(operations.build().getOperation());
    }

    /**
     * Adds one with XA that has few connections, and lets nobody wait long for one.
     *
     * @return its address
     */
    static ModelNode addSmall(
            WildFlyServer server, PostgresNode database, String name, int size, int waitMillis)
            throws IOException {
        CompositeOperationBuilder operations = CompositeOperationBuilder.create();
        ModelNode add = addXa(operations, name, database);
        add.get("max-pool-size").set(size);
        add.get("blocking-timeout-wait-millis").set(waitMillis);
        server.execute(operations.build().getOperation());
        return Operations.getOperationAddress(add);
    }

    private static ModelNode local(PostgresNode database) {
        ModelNode add = dataSource("data-source", "it-local", database);
        add.get("connection-url")
                .set(
                        "jdbc:postgresql://"
                                + database.host()
                                + ":"
                                + database.port()
                                + "/"
                                + database.database());
        return add;
    }

    private static ModelNode addXa(
            CompositeOperationBuilder operations, String name, PostgresNode database) {
        ModelNode add = dataSource("xa-data-source", name, database);
        add.get("xa-datasource-class").set("org.postgresql.xa.PGXADataSource");
        operations.addStep(add);
        Map.of(
                        "ServerName",
                        database.host(),
                        "PortNumber",
                        "" + database.port(),
                        "DatabaseName",
                        database.database())
                .forEach(
                        (property, value) -> {
                            ModelNode set =
                                    Operations.createAddOperation(
                                            Operations.createAddress(
                                                    "subsystem",
                                                    "datasources",
                                                    "xa-data-source",
                                                    name,
                                                    "xa-datasource-properties",
                                                    property));
                            set.get("value").set(value);
                            operations.addStep(set);
                        });
        return add;
    }

    /** A pool that looks at each connection before it hands it out, as whoever runs one does. */
    private static ModelNode dataSource(String type, String name, PostgresNode database) {
        ModelNode add =
                Operations.createAddOperation(
                        Operations.createAddress("subsystem", "datasources", type, name));
        add.get("jndi-name").set("java:/jdbc/" + name);
        add.get("driver-name").set(Deployments.DRIVER);
        add.get("user-name").set(database.user());
        add.get("password").set(database.password());
        add.get("valid-connection-checker-class-name")
                .set(EXTENSIONS + "PostgreSQLValidConnectionChecker");
        add.get("exception-sorter-class-name").set(EXTENSIONS + "PostgreSQLExceptionSorter");
        add.get("validate-on-match").set(true);
        add.get("background-validation").set(false);
        return add;
    }

    /** One instance for a bean with several sessions; to wait for it is not limited in practice. */
    private static ModelNode narrowPool() {
        ModelNode add =
                Operations.createAddOperation(
                        Operations.createAddress(
                                "subsystem", "ejb3", "strict-max-bean-instance-pool", "it-narrow"));
        add.get("max-pool-size").set(1);
        return add;
    }
}
