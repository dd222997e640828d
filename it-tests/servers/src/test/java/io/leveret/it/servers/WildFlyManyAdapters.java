package io.leveret.it.servers;

import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.servers.many.FirstListener;
import io.leveret.it.servers.many.SecondListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.Operations.CompositeOperationBuilder;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The second instance on WildFly, with its broker and the application that receives from it. */
final class WildFlyManyAdapters implements ManyAdapters {

    static final String SENDER = "leveret-many.war";

    private static final String RECEIVER = "leveret-many-second.war";
    private static final String SECOND = "second";
    private static final String SIGNED = "signed";

    private final WildFlyServer server;
    private final BrokerNode second = BrokerNode.start();
    private final String secondUser = ServerScenarios.newId("second");
    private final String secondPassword = Secrets.fresh("password of the second instance");
    private final String signedUser = ServerScenarios.newId("signed");
    private final String signedPassword = Secrets.fresh("password that the server signs on with");
    private final WildFlyInstance instance =
            new WildFlyInstance(SECOND)
                    .with(
                            Map.of(
                                    "addresses",
                                    second.host() + ":" + second.port(),
                                    "userName",
                                    secondUser,
                                    "password",
                                    secondPassword))
                    .factory(SECOND, Map.of())
                    .signedFactory(SIGNED, SIGNED);
    private final Path receiver;

    private WildFlyManyAdapters(WildFlyServer server, Path receiver) {
        this.server = server;
        this.receiver = receiver;
    }

    /** Starts the second broker and the second instance with its application. */
    static WildFlyManyAdapters start(WildFlyServer server) throws Exception {
        Path war =
                ManyArchives.export(
                        ServerScenarios.newFolder("many"),
                        RECEIVER,
                        Map.of(SecondListener.class, SECOND));
        WildFlyManyAdapters many = new WildFlyManyAdapters(server, war);
        boolean started = false;
        try {
            Ctl.addUser(many.second, many.secondUser, many.secondPassword);
            Ctl.addUser(many.second, many.signedUser, many.signedPassword);
            new Queues(many.second).declare("classic", "many.in");
            many.addSignOn();
            many.startSecond();
            started = true;
            return many;
        } finally {
            if (!started) {
                many.second.close();
            }
        }
    }

    /** The application for Arquillian to deploy. */
    static WebArchive senderArchive() {
        return ManyArchives.archive(SENDER, FirstListener.class);
    }

    /** What the server signs on with, kept apart from the resource adapter's configuration. */
    private void addSignOn() throws IOException {
        ModelNode who =
                Operations.createAddOperation(
                        Operations.createAddress(
                                "subsystem", "elytron", "authentication-configuration", SIGNED));
        who.get("authentication-name").set(signedUser);
        who.get("credential-reference", "clear-text").set(signedPassword);
        ModelNode context =
                Operations.createAddOperation(
                        Operations.createAddress(
                                "subsystem", "elytron", "authentication-context", SIGNED));
        context.get("match-rules").add(rule());
        server.execute(
                CompositeOperationBuilder.create()
                        .addStep(who)
                        .addStep(context)
                        .build()
                        .getOperation());
    }

    private static ModelNode rule() {
        ModelNode rule = new ModelNode();
        rule.get("authentication-configuration").set(SIGNED);
        return rule;
    }

    private void removeSignOn() throws IOException {
        for (String type :
                new String[] {"authentication-context", "authentication-configuration"}) {
            server.execute(
                    Operations.createRemoveOperation(
                            Operations.createAddress("subsystem", "elytron", type, SIGNED)));
        }
    }

    @Override
    public void startSecond() throws Exception {
        instance.start(server);
        server.deploy(receiver);
    }

    @Override
    public void stopSecond() throws Exception {
        server.undeploy(RECEIVER);
        instance.stop(server);
    }

    @Override
    public BrokerNode firstBroker() {
        return server.broker();
    }

    @Override
    public BrokerNode secondBroker() {
        return second;
    }

    @Override
    public String firstFactory() {
        return WildFlyInstance.jndi("ConnectionFactory");
    }

    @Override
    public String secondFactory() {
        return WildFlyInstance.jndi(SECOND);
    }

    @Override
    public String secondUser() {
        return secondUser;
    }

    @Override
    public String signedFactory() {
        return WildFlyInstance.jndi(SIGNED);
    }

    @Override
    public String signedUser() {
        return signedUser;
    }

    @Override
    public Control sender() {
        return new Control(server.control("leveret-many"));
    }

    @Override
    public Control receiver() {
        return new Control(server.control("leveret-many-second"));
    }

    /** Leaves the server as it was, and ends the second broker. */
    void end() throws Exception {
        try {
            stopSecond();
            removeSignOn();
        } finally {
            second.close();
        }
    }
}
