package io.leveret.it.bench;

import io.leveret.it.bench.app.BenchResource;
import io.leveret.it.bench.container.ContainerAdapter;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Round;
import io.leveret.it.servers.Control;
import io.leveret.it.servers.WildFlyInstance;
import io.leveret.it.servers.WildFlyServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.ResourceAdapterArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The server with the adapter without a broker and the application. One thread at a time. */
final class BenchServer {

    private static final String CONTAINER_RAR = "container-only.rar";

    /** Not the archive's name: that one is taken as soon as the archive is deployed. */
    private static final String CONTAINER = "no-broker";

    private static final String ROOT = "leveret-bench";
    private static final String WAR = ROOT + ".war";

    /** Leveret's beans do not consume until they are told to. */
    private static final String DESCRIPTOR =
            """
            <jboss:ejb-jar xmlns:jboss="urn:jboss:jakartaee:1.0"
                xmlns="https://jakarta.ee/xml/ns/jakartaee"
                xmlns:r="urn:resource-adapter-binding:2.0"
                xmlns:d="urn:delivery:3.0" version="4.0">
              <assembly-descriptor>BEANS</assembly-descriptor>
            </jboss:ejb-jar>
            """;

    private static final String BEANS_OF_A_MODE =
            """
            <r:resource-adapter-binding>
              <ejb-name>CONTAINER_BEAN</ejb-name>
              <r:resource-adapter-name>ADAPTER</r:resource-adapter-name>
            </r:resource-adapter-binding>
            <d:delivery><ejb-name>LEVERET_BEAN</ejb-name><d:active>false</d:active></d:delivery>
            """;

    private static final String DEPENDENCIES =
            "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar, deployment."
                    + CONTAINER_RAR
                    + "\n";

    private final WildFlyServer server;
    private final Control control;

    /** Deploys both to a server that has Leveret already. */
    BenchServer(WildFlyServer server, Path folder) throws Exception {
        this.server = server;
        this.control = new Control(server.control(ROOT));
        server.deploy(export(folder, containerAdapter()));
        new WildFlyInstance(CONTAINER, CONTAINER_RAR).start(server);
        server.deploy(export(folder, application()));
    }

    private static Path export(Path folder, Archive<?> archive) {
        File file = folder.resolve(archive.getName()).toFile();
        archive.as(ZipExporter.class).exportTo(file, true);
        return file.toPath();
    }

    private static Archive<?> containerAdapter() {
        return ShrinkWrap.create(ResourceAdapterArchive.class, CONTAINER_RAR)
                .addAsLibrary(
                        ShrinkWrap.create(JavaArchive.class, "container-only.jar")
                                .addPackage(ContainerAdapter.class.getPackage()));
    }

    private static Archive<?> application() {
        StringBuilder beans = new StringBuilder();
        for (Mode mode : Mode.values()) {
            beans.append(
                    BEANS_OF_A_MODE
                            .replace("CONTAINER_BEAN", mode.containerBean())
                            .replace("LEVERET_BEAN", mode.leveretBean())
                            .replace("ADAPTER", CONTAINER));
        }
        return ShrinkWrap.create(WebArchive.class, WAR)
                .addPackage(BenchResource.class.getPackage())
                .addPackage(Round.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsWebInfResource(
                        new StringAsset(DESCRIPTOR.replace("BEANS", beans)), "jboss-ejb3.xml")
                .setManifest(new StringAsset(DEPENDENCIES));
    }

    /** Lets Leveret's bean work off the filled queue; to be stopped then, whatever happened. */
    Reading leveret(Mode mode, int round, int messages) throws IOException {
        control.call(
                "POST",
                "bench/begin",
                "round",
                "" + round,
                "messages",
                "" + messages,
                "sessions",
                "" + Rounds.SESSIONS);
        delivery(mode, "start-delivery");
        return Reading.parse(control.call("POST", "bench/run", "messages", "" + messages));
    }

    /** Ends what {@link #leveret} has started. */
    void stop(Mode mode) throws IOException {
        delivery(mode, "stop-delivery");
    }

    private void delivery(Mode mode, String operation) throws IOException {
        server.execute(
                Operations.createOperation(
                        operation,
                        Operations.createAddress(
                                "deployment",
                                WAR,
                                "subsystem",
                                "ejb3",
                                "message-driven-bean",
                                mode.leveretBean())));
    }

    /** Delivers as many messages without a broker. */
    Reading container(Mode mode, int messages) {
        return Reading.parse(
                control.call(
                        "POST",
                        "bench/container",
                        "bean",
                        mode.containerBean(),
                        "messages",
                        "" + messages,
                        "sessions",
                        "" + Rounds.SESSIONS));
    }

    /** Does nothing for a while. */
    Reading idle(long millis) {
        return Reading.parse(control.call("POST", "bench/idle", "millis", "" + millis));
    }

    /** Leaves the server as it was. */
    void end() throws Exception {
        server.undeploy(WAR);
        new WildFlyInstance(CONTAINER, CONTAINER_RAR).stop(server);
        server.undeploy(CONTAINER_RAR);
    }
}
