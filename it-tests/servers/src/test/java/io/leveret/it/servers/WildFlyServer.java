package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.database.PostgresNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper.ServerDeploymentException;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * WildFly, started and stopped by Arquillian, with the broker and the database that were started
 * before it. This class chooses the ports and hands everything that must be known at the start to
 * Arquillian's configuration, as system properties of the test's own process.
 */
public final class WildFlyServer implements ServerUnderTest, AutoCloseable {

    private static final int HTTP = 8080;
    private static final int MANAGEMENT = 9990;
    private static final int[] PORTS = {HTTP, 8443, MANAGEMENT, 9993, 4712, 4713, 8009};

    private static final ModelNode TRANSACTIONS =
            Operations.createAddress("subsystem", "transactions");

    private final BrokerNode broker;
    private final PostgresNode database;
    private final int offset;
    private WildFlyManagement management;
    private boolean hasDataSources;

    private WildFlyServer(BrokerNode broker, PostgresNode database, int offset) {
        this.broker = broker;
        this.database = database;
        this.offset = offset;
    }

    /** Starts broker and database and prepares what Arquillian needs to start the server. */
    static WildFlyServer prepare() {
        int offset = FreePorts.offset(1_000, PORTS);
        BrokerNode broker = BrokerNode.start();
        PostgresNode database = startDatabase(broker);
        String settings =
                AdapterSettings.of(broker, WildFlyInstance.jndi("")).entrySet().stream()
                        .map(e -> "-D" + e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(" "));
        System.setProperty("leveret.it.wildfly.management", "" + (MANAGEMENT + offset));
        System.setProperty(
                "leveret.it.wildfly.jvm",
                "-Xmx512m -Djboss.socket.binding.port-offset=" + offset + " " + settings);
        return new WildFlyServer(broker, database, offset);
    }

    private static PostgresNode startDatabase(BrokerNode broker) {
        try {
            return PostgresNode.start();
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    /** Adds the application's data sources, once: the server lives longer than its test classes. */
    void needDataSources() throws Exception {
        if (!hasDataSources) {
            WildFlyDataSources.add(management(), database);
            hasDataSources = true;
        }
    }

    /** The adapter for Arquillian to deploy. */
    public static Archive<?> adapter() {
        return ShrinkWrap.createFromZipFile(
                ResourceAdapterArchive.class, Deployments.file(Deployments.ADAPTER).toFile());
    }

    /** The test application for Arquillian to deploy. */
    static Archive<?> testApplication() {
        return ShrinkWrap.createFromZipFile(
                WebArchive.class, Deployments.file(Deployments.APPLICATION).toFile());
    }

    @Override
    public BrokerNode broker() {
        return broker;
    }

    @Override
    public PostgresNode database() {
        return database;
    }

    @Override
    public URI application() {
        return control("leveret-it-app");
    }

    /** Where the control interface of an application answers, by its context root. */
    public URI control(String root) {
        return URI.create("http://127.0.0.1:" + (HTTP + offset) + "/" + root + "/control/");
    }

    @Override
    public long pid() throws IOException {
        return management().pid();
    }

    @Override
    public void limitTransactions() throws IOException {
        execute(Operations.createWriteAttributeOperation(TRANSACTIONS, "default-timeout", 1));
    }

    @Override
    public void unlimitTransactions() throws IOException {
        execute(Operations.createUndefineAttributeOperation(TRANSACTIONS, "default-timeout"));
    }

    @Override
    public void flushPool() throws IOException {
        ModelNode pool =
                Operations.createAddress(
                        "deployment",
                        Deployments.ADAPTER,
                        "subsystem",
                        "resource-adapters",
                        "ironjacamar",
                        "ironjacamar",
                        "resource-adapter",
                        Deployments.ADAPTER,
                        "connection-definitions",
                        "java:/leveret/ConnectionFactory");
        execute(Operations.createOperation("flush-idle-connection-in-pool", pool));
    }

    /** What the server has logged so far. */
    String log() throws IOException {
        Path log = Deployments.folder("leveret.it.target").resolve("wildfly-base/log/server.log");
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }

    /** Runs a management operation and insists on success. */
    public ModelNode execute(ModelNode operation) throws IOException {
        return management().execute(operation);
    }

    @Override
    public void deployAdapter() throws Exception {
        deploy(Deployments.file(Deployments.ADAPTER));
    }

    @Override
    public void undeployAdapter() throws Exception {
        undeploy(Deployments.ADAPTER);
    }

    @Override
    public void deployApplication() throws Exception {
        deploy(Deployments.file(Deployments.APPLICATION));
    }

    @Override
    public void undeployApplication() throws Exception {
        undeploy(Deployments.APPLICATION);
    }

    @Override
    public String refusalOf(Path war) throws Exception {
        try {
            deploy(war);
        } catch (ServerDeploymentException e) {
            return e.getMessage();
        }
        undeploy(war.getFileName().toString());
        return null;
    }

    /** Undeploys an archive by its file name. */
    public void undeploy(String name) throws Exception {
        management().undeploy(name);
    }

    /** Deploys an archive under its file name. */
    public void deploy(Path archive) throws Exception {
        management().deploy(archive);
    }

    private synchronized WildFlyManagement management() throws IOException {
        if (management == null) {
            management = new WildFlyManagement(MANAGEMENT + offset);
        }
        return management;
    }

    /** Ends broker and database; Arquillian has ended the server before. */
    @Override
    public void close() throws IOException {
        if (management != null) {
            management.close();
        }
        try {
            database.close();
        } finally {
            broker.close();
        }
    }
}
