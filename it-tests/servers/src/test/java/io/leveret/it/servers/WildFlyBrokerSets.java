package io.leveret.it.servers;

import io.leveret.it.servers.many.LateListener;
import io.leveret.it.servers.many.TlsListener;
import io.leveret.it.servers.many.TokensListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Further instances on WildFly: one over TLS, one that leads nowhere, and later a third. */
final class WildFlyBrokerSets implements BrokerSets {

    private static final String WAR = "leveret-sets.war";
    private static final String LATE_WAR = "leveret-late.war";

    // Instances, and factories of the same names.
    private static final String TLS = "tls";
    private static final String NOWHERE = "nowhere";
    private static final String LATE = "late";
    private static final String TOKENS = "tokens";
    private static final String DISTRUSTING = "distrusting";

    /** The settings of a resource adapter that leads nowhere: nobody listens on this port. */
    private static final Map<String, String> TO_NOBODY = Map.of("addresses", "127.0.0.1:1");

    private final WildFlyServer server;
    private final SecuredBroker broker;
    private final Path folder;
    private final WildFlyInstance overTls = new WildFlyInstance(TLS);
    private final WildFlyInstance nowhere = new WildFlyInstance(NOWHERE);
    private final WildFlyInstance late = new WildFlyInstance(LATE);

    private WildFlyBrokerSets(WildFlyServer server, SecuredBroker broker, Path folder) {
        this.server = server;
        this.broker = broker;
        this.folder = folder;
        Map<String, String> distrusting = new HashMap<>(broker.overTlsTrustingAnother());
        distrusting.put("publishTimeout", "2000"); // it tries that long
        overTls.with(broker.overTls()).factory(TLS, Map.of()).factory(DISTRUSTING, distrusting);
        nowhere.with(TO_NOBODY).factory(TOKENS, broker.withTokens());
        late.with(TO_NOBODY).factory(LATE, broker.withPassword());
    }

    /** Starts the broker, and the instances with their application. */
    static WildFlyBrokerSets start(WildFlyServer server) throws Exception {
        SecuredBroker broker = new SecuredBroker();
        boolean started = false;
        try {
            BrokerSetsScenarios.declareQueues(broker.node());
            WildFlyBrokerSets sets =
                    new WildFlyBrokerSets(server, broker, ServerScenarios.newFolder("sets"));
            sets.overTls.start(server);
            sets.nowhere.start(server);
            server.deploy(
                    ManyArchives.export(
                            sets.folder,
                            WAR,
                            Map.of(TlsListener.class, TLS, TokensListener.class, NOWHERE)));
            started = true;
            return sets;
        } finally {
            if (!started) {
                broker.close();
            }
        }
    }

    @Override
    public SecuredBroker broker() {
        return broker;
    }

    @Override
    public String tlsFactory() {
        return WildFlyInstance.jndi(TLS);
    }

    @Override
    public String distrustingFactory() {
        return WildFlyInstance.jndi(DISTRUSTING);
    }

    @Override
    public String tokensFactory() {
        return WildFlyInstance.jndi(TOKENS);
    }

    @Override
    public Control application() {
        return new Control(server.control("leveret-sets"));
    }

    @Override
    public Control lateApplication() {
        return new Control(server.control("leveret-late"));
    }

    @Override
    public void deployLateApplication() throws Exception {
        server.deploy(ManyArchives.export(folder, LATE_WAR, Map.of(LateListener.class, NOWHERE)));
    }

    @Override
    public void undeployLateApplication() throws Exception {
        server.undeploy(LATE_WAR);
    }

    @Override
    public void addLateFactory() throws Exception {
        late.start(server);
    }

    @Override
    public void removeLateFactory() throws Exception {
        late.stop(server);
    }

    @Override
    public String log() throws IOException {
        return server.log();
    }

    /** Leaves the server as it was, and ends the broker. */
    void end() throws Exception {
        try {
            server.undeploy(WAR);
            nowhere.stop(server);
            overTls.stop(server);
        } finally {
            broker.close();
        }
    }
}
