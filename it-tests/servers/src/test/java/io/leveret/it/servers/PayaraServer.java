package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Payara 6, driven by its own asadmin, with a broker. */
final class PayaraServer implements ServerUnderTest, AutoCloseable {

    private static final String ADAPTER = "leveret";
    private static final String APPLICATION = "leveret-it-app";
    private static final String POOL = "leveret-pool";
    private static final String JNDI = "leveret/";

    private final BrokerNode broker;
    private final PayaraDomain domain;

    private PayaraServer(BrokerNode broker, PayaraDomain domain) {
        this.broker = broker;
        this.domain = domain;
    }

    static PayaraServer start() throws IOException {
        BrokerNode broker = BrokerNode.start();
        try {
            PayaraDomain domain =
                    PayaraDomain.start(
                            Deployments.folder("leveret.it.payara"),
                            ServerScenarios.newFolder("payara"),
                            AdapterSettings.of(broker, JNDI));
            return new PayaraServer(broker, domain);
        } catch (IOException | RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    @Override
    public BrokerNode broker() {
        return broker;
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
        createFactory(POOL, "ConnectionFactory", Map.of());
    }

    /** Adds a connection factory with properties of its own. */
    void addFactory(String name, Map<String, String> properties) throws IOException {
        createFactory(poolOf(name), name, properties);
    }

    private void createFactory(String pool, String name, Map<String, String> properties)
            throws IOException {
        List<String> create = new ArrayList<>();
        create.addAll(List.of("create-connector-connection-pool", "--raname", ADAPTER));
        create.addAll(List.of("--connectiondefinition", "io.leveret.MqConnectionFactory"));
        create.addAll(List.of("--transactionsupport", "NoTransaction"));
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
            broker.close();
        }
    }
}
