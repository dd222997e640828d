package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.servers.many.FirstListener;
import io.leveret.it.servers.many.ManyApplication;
import io.leveret.it.servers.many.ManyResource;
import io.leveret.it.servers.many.Received;
import io.leveret.it.servers.many.SecondListener;
import java.io.IOException;
import java.nio.file.Path;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.Operations.CompositeOperationBuilder;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * The second instance on WildFly: one more resource adapter in the subsystem over the archive that
 * is deployed already. It is stopped by removing it, which is the only way that WildFly has.
 */
final class WildFlyManyAdapters implements ManyAdapters {

    static final String SENDER = "leveret-many.war";

    private static final String RECEIVER = "leveret-many-second.war";
    private static final String SECOND = "second";
    private static final String SIGNED = "signed";
    private static final String JNDI = "java:/leveret/";

    /** Binds the listener to the second instance instead of the server's default. */
    private static final String BINDING =
            """
            <jboss:ejb-jar xmlns:jboss="urn:jboss:jakartaee:1.0"
                xmlns="https://jakarta.ee/xml/ns/jakartaee"
                xmlns:r="urn:resource-adapter-binding:2.0" version="4.0">
              <assembly-descriptor>
                <r:resource-adapter-binding>
                  <ejb-name>SecondListener</ejb-name>
                  <r:resource-adapter-name>second</r:resource-adapter-name>
                </r:resource-adapter-binding>
              </assembly-descriptor>
            </jboss:ejb-jar>
            """;

    private final WildFlyServer server;
    private final BrokerNode second = BrokerNode.start();
    private final String secondUser = ServerScenarios.newId("second");
    private final String secondPassword = ServerScenarios.newId("pass");
    private final String signedUser = ServerScenarios.newId("signed");
    private final String signedPassword = ServerScenarios.newId("pass");
    private final Path receiver;

    private WildFlyManyAdapters(WildFlyServer server, Path receiver) {
        this.server = server;
        this.receiver = receiver;
    }

    /** Starts the second broker and the second instance with its application. */
    static WildFlyManyAdapters start(WildFlyServer server) throws Exception {
        Path war = ServerScenarios.newFolder("many").resolve(RECEIVER);
        receiverArchive().as(ZipExporter.class).exportTo(war.toFile());
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
        return archive(SENDER).addClass(FirstListener.class);
    }

    private static WebArchive receiverArchive() {
        return archive(RECEIVER)
                .addClass(SecondListener.class)
                .addAsWebInfResource(new StringAsset(BINDING), "jboss-ejb3.xml");
    }

    private static WebArchive archive(String name) {
        return ShrinkWrap.create(WebArchive.class, name)
                .addClasses(ManyApplication.class, ManyResource.class, Received.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"));
    }

    private static ModelNode adapter(String... further) {
        ModelNode address =
                Operations.createAddress(
                        "subsystem", "resource-adapters", "resource-adapter", SECOND);
        for (int i = 0; i < further.length; i += 2) {
            address.add(further[i], further[i + 1]);
        }
        return address;
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

    private static ModelNode property(String name, String value) {
        ModelNode add = Operations.createAddOperation(adapter("config-properties", name));
        add.get("value").set(value);
        return add;
    }

    private static ModelNode factory(String name) {
        ModelNode add = Operations.createAddOperation(adapter("connection-definitions", name));
        add.get("class-name").set("io.leveret.ra.outbound.MqManagedConnectionFactory");
        add.get("jndi-name").set(JNDI + name);
        return add;
    }

    @Override
    public void startSecond() throws Exception {
        ModelNode add = Operations.createAddOperation(adapter());
        add.get("archive").set(Deployments.ADAPTER);
        add.get("transaction-support").set("NoTransaction");
        ModelNode signed = factory(SIGNED);
        signed.get("authentication-context").set(SIGNED);
        server.execute(
                CompositeOperationBuilder.create()
                        .addStep(add)
                        .addStep(property("addresses", second.host() + ":" + second.port()))
                        .addStep(property("userName", secondUser))
                        .addStep(property("password", secondPassword))
                        .addStep(factory(SECOND))
                        .addStep(signed)
                        .build()
                        .getOperation());
        server.execute(Operations.createOperation("activate", adapter()));
        server.deploy(receiver);
    }

    @Override
    public void stopSecond() throws Exception {
        server.undeploy(RECEIVER);
        ModelNode remove = Operations.createRemoveOperation(adapter());
        remove.get("operation-headers", "allow-resource-service-restart").set(true);
        server.execute(remove);
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
        return JNDI + "ConnectionFactory";
    }

    @Override
    public String secondFactory() {
        return JNDI + SECOND;
    }

    @Override
    public String secondUser() {
        return secondUser;
    }

    @Override
    public String signedFactory() {
        return JNDI + SIGNED;
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
