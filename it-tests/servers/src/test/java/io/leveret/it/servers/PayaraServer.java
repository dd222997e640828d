package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.database.PostgresNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Payara 6, driven by its own asadmin, with a broker and a database. */
final class PayaraServer implements ServerUnderTest, AutoCloseable {

    private static final String ADAPTER = "leveret";
    private static final String APPLICATION = "leveret-it-app";
    private static final String POOL = "leveret-pool";
    private static final String JNDI = "leveret/";
    private static final String NO_TRANSACTION = "NoTransaction";

    private final BrokerNode broker;
    private final PostgresNode database;
    private final PayaraDomain domain;

    private PayaraServer(BrokerNode broker, PostgresNode database, PayaraDomain domain) {
        this.broker = broker;
        this.database = database;
        this.domain = domain;
    }

    static PayaraServer start() throws IOException {
        BrokerNode broker = BrokerNode.start();
        PostgresNode database = null;
        PayaraServer server = null;
        try {
            database = PostgresNode.start();
            PayaraDomain domain =
                    PayaraDomain.start(
                            Deployments.folder("leveret.it.payara"),
                            ServerScenarios.newFolder("payara"),
                            AdapterSettings.of(broker, JNDI),
                            Deployments.file(Deployments.DRIVER));
            server = new PayaraServer(broker, database, domain);
            server.createDataSources();
            return server;
        } catch (IOException | RuntimeException e) {
            if (server != null) {
                server.domain.close();
            }
            if (database != null) {
                database.close();
            }
            broker.close();
            throw e;
        }
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
        return control(APPLICATION);
    }

    /** Where the control interface of an application answers, by its context root. */
    URI control(String root) {
        return URI.create("http://127.0.0.1:" + domain.httpPort() + "/" + root + "/control/");
    }

    /** The name of a further connection factory in the server's directory. */
    static String jndi(String factory) {
        return JNDI + factory;
    }

    @Override
    public long pid() {
        return domain.pid();
    }

    @Override
    public void deployAdapter() throws IOException {
        domain.remote(
                "deploy", "--name", ADAPTER, Deployments.file(Deployments.ADAPTER).toString());
        createFactory(POOL, "ConnectionFactory", NO_TRANSACTION, Map.of());
    }

    /** Adds a connection factory with properties of its own. */
    void addFactory(String name, Map<String, String> properties) throws IOException {
        addFactory(name, NO_TRANSACTION, properties);
    }

    /** The same whose pool takes part in transactions as it is said. */
    void addFactory(String name, String support, Map<String, String> properties)
            throws IOException {
        createFactory(poolOf(name), name, support, properties);
    }

    private void createFactory(
            String pool, String name, String support, Map<String, String> properties)
            throws IOException {
        List<String> create = new ArrayList<>();
        create.addAll(List.of("create-connector-connection-pool", "--raname", ADAPTER));
        create.addAll(List.of("--connectiondefinition", "io.leveret.MqConnectionFactory"));
        create.addAll(List.of("--transactionsupport", support));
        // None that the pool would open again as soon as it is flushed.
        create.addAll(List.of("--steadypoolsize", "0"));
        if (!properties.isEmpty()) {
            create.add("--property");
            create.add(
                    properties.entrySet().stream()
                            .map(e -> e.getKey() + "=" + escaped(e.getValue()))
                            .collect(Collectors.joining(":")));
        }
        create.add(pool);
        domain.remote(create.toArray(String[]::new));
        domain.remote("create-connector-resource", "--poolname", pool, jndi(name));
    }

    private void createDataSources() throws IOException {
        createDataSource("it-xa", "javax.sql.XADataSource", "org.postgresql.xa.PGXADataSource");
        createDataSource(
                "it-local", "javax.sql.DataSource", "org.postgresql.ds.PGSimpleDataSource");
    }

    /** A pool that looks at each connection before it hands it out, as whoever runs one does. */
    private void createDataSource(String name, String type, String driver) throws IOException {
        String properties =
                "serverName="
                        + database.host()
                        + ":portNumber="
                        + database.port()
                        + ":databaseName="
                        + database.database()
                        + ":user="
                        + database.user()
                        + ":password="
                        + database.password();
        domain.remote(
                "create-jdbc-connection-pool",
                "--restype",
                type,
                "--datasourceclassname",
                driver,
                "--steadypoolsize",
                "0",
                "--isconnectvalidatereq=true",
                "--validationmethod",
                "custom-validation",
                "--validationclassname",
                "org.glassfish.api.jdbc.validation.PostgresConnectionValidation",
                "--property",
                properties,
                name);
        domain.remote("create-jdbc-resource", "--connectionpoolid", name, "jdbc/" + name);
    }

    private static String escaped(String value) {
        return value.replace(":", "\\:").replace("=", "\\=");
    }

    /** Removes what {@link #addFactory} has added. */
    void removeFactory(String name) throws IOException {
        domain.remote("delete-connector-resource", jndi(name));
        domain.remote("delete-connector-connection-pool", poolOf(name));
    }

    private static String poolOf(String factory) {
        return ADAPTER + "-" + factory + "-pool";
    }

    @Override
    public void limitTransactions() {
        // The listener's descriptor says so, always.
    }

    @Override
    public void unlimitTransactions() {
        // See above.
    }

    @Override
    public void undeployAdapter() throws IOException {
        domain.remote("undeploy", "--cascade=true", ADAPTER);
    }

    @Override
    public void deployApplication() throws IOException {
        deploy(APPLICATION, Deployments.file(Deployments.APPLICATION));
    }

    /** Deploys an application under a name, which is its context root too. */
    void deploy(String name, Path war) throws IOException {
        domain.remote("deploy", "--name", name, "--contextroot", name, war.toString());
    }

    void undeploy(String name) throws IOException {
        domain.remote("undeploy", name);
    }

    @Override
    public void undeployApplication() throws IOException {
        undeploy(APPLICATION);
    }

    /** What the server has logged, up to the last rotation of its log. */
    String log() throws IOException {
        return domain.log();
    }

    @Override
    public void flushPool() throws IOException {
        domain.remote("flush-connection-pool", POOL);
    }

    /** The command itself says no more than that the log knows. */
    @Override
    public String refusalOf(Path war) throws IOException {
        int before = domain.log().length();
        Command.Result result = domain.tryRemote("deploy", "--name", "refused", war.toString());
        if (result.exit() != 0) {
            String log = domain.log();
            return result.output() + (log.length() < before ? log : log.substring(before));
        }
        domain.remote("undeploy", "refused");
        return null;
    }

    @Override
    public void close() throws IOException {
        try {
            domain.close();
        } finally {
            try {
                database.close();
            } finally {
                broker.close();
            }
        }
    }
}
