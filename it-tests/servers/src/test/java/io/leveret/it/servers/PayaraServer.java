package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Payara 6, driven by its own asadmin, with a broker. */
final class PayaraServer implements ServerUnderTest, AutoCloseable {

    private static final String ADAPTER = "leveret";
    private static final String APPLICATION = "leveret-it-app";
    private static final String POOL = "leveret-pool";

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
                            AdapterSettings.of(broker));
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
        return URI.create(
                "http://127.0.0.1:" + domain.httpPort() + "/" + APPLICATION + "/control/");
    }

    @Override
    public long pid() {
        return domain.pid();
    }

    @Override
    public void deployAdapter() throws IOException {
        domain.remote(
                "deploy", "--name", ADAPTER, Deployments.file(Deployments.ADAPTER).toString());
        domain.remote(
                "create-connector-connection-pool",
                "--raname",
                ADAPTER,
                "--connectiondefinition",
                "io.leveret.MqConnectionFactory",
                "--transactionsupport",
                "NoTransaction",
                // None that the pool would open again as soon as it is flushed.
                "--steadypoolsize",
                "0",
                POOL);
        domain.remote("create-connector-resource", "--poolname", POOL, "leveret/ConnectionFactory");
    }

    @Override
    public void undeployAdapter() throws IOException {
        domain.remote("undeploy", "--cascade=true", ADAPTER);
    }

    @Override
    public void deployApplication() throws IOException {
        Path war = Deployments.file(Deployments.APPLICATION);
        domain.remote(
                "deploy", "--name", APPLICATION, "--contextroot", APPLICATION, war.toString());
    }

    @Override
    public void undeployApplication() throws IOException {
        domain.remote("undeploy", APPLICATION);
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
