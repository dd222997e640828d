package io.leveret.it.servers;

import io.leveret.it.database.PostgresNode;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.servers.publish.Load;
import io.leveret.it.servers.publish.Publishers;
import java.nio.file.Path;
import java.util.Map;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.as.controller.client.helpers.Operations.CompositeOperationBuilder;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The application of the ledger run of publishing as a file. */
final class PublishApplication {

    /** Its context root. */
    static final String ROOT = "leveret-publish";

    private static final String NAME = ROOT + ".war";

    private static final String INSTANCE = "publish";

    /** The last parts of what {@link Publishers} looks up. */
    private static final String AFTER_COMMIT = "publish";

    private static final String LOCAL = "local";

    private PublishApplication() {}

    private static Path export(Path folder) {
        Path file = folder.resolve(NAME);
        ShrinkWrap.create(WebArchive.class, NAME)
                .addPackage(Load.class.getPackage())
                .addPackage(Ledger.class.getPackage())
                .addAsLibrary(Deployments.file("leveret-cdi.jar").toFile())
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"))
                .as(ZipExporter.class)
                .exportTo(file.toFile());
        return file;
    }

    /** Deploys what the application needs, and it. Its threads do not wait for bean instances. */
    static void deploy(WildFlyManagement server, Path folder, PostgresNode database)
            throws Exception {
        CompositeOperationBuilder instances = CompositeOperationBuilder.create();
        instances.addStep(pool("derive-size", new ModelNode("none")));
        instances.addStep(pool("max-pool-size", new ModelNode(Load.THREADS)));
        server.execute(instances.build().getOperation());
        WildFlyDataSources.add(server, database);
        server.deploy(Deployments.file(Deployments.ADAPTER));
        new WildFlyInstance(INSTANCE)
                .factory(AFTER_COMMIT, Map.of("parkingQueue", PublishFaults.PARKING))
                .factory(LOCAL, Map.of("transactionMode", "LOCAL"))
                .start(server);
        server.deploy(export(folder));
    }

    private static ModelNode pool(String attribute, ModelNode value) {
        ModelNode pool =
                Operations.createAddress(
                        "subsystem",
                        "ejb3",
                        "strict-max-bean-instance-pool",
                        "slsb-strict-max-pool");
        return Operations.createWriteAttributeOperation(pool, attribute, value);
    }
}
