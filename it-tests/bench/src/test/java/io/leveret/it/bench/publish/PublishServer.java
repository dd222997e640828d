package io.leveret.it.bench.publish;

import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.publish.app.PublishResource;
import io.leveret.it.bench.publish.client.Publishing;
import io.leveret.it.servers.Control;
import io.leveret.it.servers.WildFlyServer;
import java.io.File;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The server with an enterprise bean that publishes. One thread at a time. */
final class PublishServer {

    private static final String ROOT = "leveret-publish-bench";
    private static final String WAR = ROOT + ".war";

    private final WildFlyServer server;
    private final Control control;

    /** Deploys the bean to a server that has Leveret already. */
    PublishServer(WildFlyServer server, Path folder) throws Exception {
        this.server = server;
        this.control = new Control(server.control(ROOT));
        File file = folder.resolve(WAR).toFile();
        ShrinkWrap.create(WebArchive.class, WAR)
                .addPackage(PublishResource.class.getPackage())
                .addPackage(Publishing.class.getPackage())
                .addPackage(Reading.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"))
                .as(ZipExporter.class)
                .exportTo(file, true);
        server.deploy(file.toPath());
    }

    /** Has a case published by the bean; gives what passed. */
    Reading run(PublishCase which, String queue, int run, int messages) {
        return Reading.parse(
                control.call(
                        "POST",
                        "publish",
                        "blocks",
                        "" + which.blocks(),
                        "batches",
                        "" + which.batches(),
                        "queue",
                        queue,
                        "run",
                        "" + run,
                        "messages",
                        "" + messages,
                        "most",
                        "" + which.load().most()));
    }

    /** Leaves the server as it was. */
    void end() throws Exception {
        server.undeploy(WAR);
    }
}
