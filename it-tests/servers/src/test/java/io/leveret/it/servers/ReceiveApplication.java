package io.leveret.it.servers;

import io.leveret.it.database.PostgresNode;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.servers.receive.Books;
import java.nio.file.Path;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The application of the ledger run as a file. */
final class ReceiveApplication {

    static final String NAME = "leveret-receive.war";

    private ReceiveApplication() {}

    /** Writes it. */
    static Path export(Path folder) {
        Path file = folder.resolve(NAME);
        ShrinkWrap.create(WebArchive.class, NAME)
                .addPackage(Books.class.getPackage())
                .addPackage(Ledger.class.getPackage())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"))
                .as(ZipExporter.class)
                .exportTo(file.toFile());
        return file;
    }

    /**
     * Makes Leveret the adapter of all listeners, and deploys what the application needs and it.
     */
    static void deploy(WildFlyManagement server, Path application, PostgresNode database)
            throws Exception {
        server.execute(
                Operations.createWriteAttributeOperation(
                        Operations.createAddress("subsystem", "ejb3"),
                        "default-resource-adapter-name",
                        Deployments.ADAPTER));
        WildFlyDataSources.add(server, database);
        server.deploy(Deployments.file(Deployments.ADAPTER));
        server.deploy(application);
    }
}
