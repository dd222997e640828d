package io.leveret.it.servers;

import io.leveret.it.servers.many.LateListener;
import io.leveret.it.servers.many.TlsListener;
import io.leveret.it.servers.many.TokensListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * Further connection pools on Payara, each with settings of its own. Its one resource adapter leads
 * to the broker of the server's system properties, which knows none of the queues; the listener
 * over TLS has its settings in the application's descriptor.
 */
final class PayaraBrokerSets implements BrokerSets {

    private static final String APPLICATION = "leveret-sets";
    private static final String LATE_APPLICATION = "leveret-late";
    private static final String TLS = "tls";
    private static final String DISTRUSTING = "distrusting";
    private static final String TOKENS = "tokens";
    private static final String LATE = "late";

    private static final String DESCRIPTOR =
            """
            <glassfish-ejb-jar><enterprise-beans><ejb>
              <ejb-name>TlsListener</ejb-name>
              <mdb-resource-adapter>
                <resource-adapter-mid>leveret</resource-adapter-mid>
                <activation-config>PROPERTIES</activation-config>
              </mdb-resource-adapter>
            </ejb></enterprise-beans></glassfish-ejb-jar>
            """;

    private static final String PROPERTY =
            """
            <activation-config-property>
              <activation-config-property-name>NAME</activation-config-property-name>
              <activation-config-property-value>VALUE</activation-config-property-value>
            </activation-config-property>
            """;

    private final PayaraServer server;
    private final SecuredBroker broker;
    private final Path folder;

    private PayaraBrokerSets(PayaraServer server, SecuredBroker broker, Path folder) {
        this.server = server;
        this.broker = broker;
        this.folder = folder;
    }

    /** Starts the broker, and deploys the application with the factories that it needs. */
    static PayaraBrokerSets start(PayaraServer server) throws Exception {
        SecuredBroker broker = new SecuredBroker();
        boolean started = false;
        try {
            BrokerSetsScenarios.declareQueues(broker.node());
            PayaraBrokerSets sets =
                    new PayaraBrokerSets(server, broker, ServerScenarios.newFolder("sets"));
            Map<String, String> distrusting = new HashMap<>(broker.overTlsTrustingAnother());
            distrusting.put("publishTimeout", "2000"); // it tries that long
            server.addFactory(TLS, broker.overTls());
            server.addFactory(DISTRUSTING, distrusting);
            server.addFactory(TOKENS, broker.withTokens());
            server.deploy(APPLICATION, sets.application(broker.overTls()));
            started = true;
            return sets;
        } finally {
            if (!started) {
                broker.close();
            }
        }
    }

    private Path application(Map<String, String> tls) {
        StringBuilder properties = new StringBuilder();
        tls.forEach(
                (name, value) ->
                        properties.append(PROPERTY.replace("NAME", name).replace("VALUE", value)));
        return export(
                ManyArchives.archive(APPLICATION + ".war", TlsListener.class, TokensListener.class)
                        .addAsWebInfResource(
                                new StringAsset(
                                        DESCRIPTOR.replace("PROPERTIES", properties.toString())),
                                "glassfish-ejb-jar.xml"));
    }

    private Path export(WebArchive war) {
        Path file = folder.resolve(war.getName());
        war.as(ZipExporter.class).exportTo(file.toFile());
        return file;
    }

    @Override
    public SecuredBroker broker() {
        return broker;
    }

    @Override
    public String tlsFactory() {
        return PayaraServer.jndi(TLS);
    }

    @Override
    public String distrustingFactory() {
        return PayaraServer.jndi(DISTRUSTING);
    }

    @Override
    public String tokensFactory() {
        return PayaraServer.jndi(TOKENS);
    }

    @Override
    public Control application() {
        return new Control(server.control(APPLICATION));
    }

    @Override
    public Control lateApplication() {
        return new Control(server.control(LATE_APPLICATION));
    }

    @Override
    public void deployLateApplication() throws IOException {
        server.deploy(
                LATE_APPLICATION,
                export(ManyArchives.archive(LATE_APPLICATION + ".war", LateListener.class)));
    }

    @Override
    public void undeployLateApplication() throws IOException {
        server.undeploy(LATE_APPLICATION);
    }

    @Override
    public void addLateFactory() throws IOException {
        server.addFactory(LATE, broker.withPassword());
    }

    @Override
    public void removeLateFactory() throws IOException {
        server.removeFactory(LATE);
    }

    @Override
    public String log() throws IOException {
        return server.log();
    }

    /** Leaves the server as it was, and ends the broker. */
    void end() throws IOException {
        try {
            server.undeploy(APPLICATION);
            server.removeFactory(TOKENS);
            server.removeFactory(DISTRUSTING);
            server.removeFactory(TLS);
        } finally {
            broker.close();
        }
    }
}
