package io.leveret.it.servers;

import io.leveret.it.servers.many.ManyApplication;
import io.leveret.it.servers.many.ManyResource;
import io.leveret.it.servers.many.Received;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The applications that use several brokers. */
final class ManyArchives {

    private static final String DESCRIPTOR =
            """
            <jboss:ejb-jar xmlns:jboss="urn:jboss:jakartaee:1.0"
                xmlns="https://jakarta.ee/xml/ns/jakartaee"
                xmlns:r="urn:resource-adapter-binding:2.0" version="4.0">
              <assembly-descriptor>BINDINGS</assembly-descriptor>
            </jboss:ejb-jar>
            """;

    private static final String BINDING =
            """
            <r:resource-adapter-binding>
              <ejb-name>LISTENER</ejb-name>
              <r:resource-adapter-name>INSTANCE</r:resource-adapter-name>
            </r:resource-adapter-binding>
            """;

    private ManyArchives() {}

    /** An application with these listeners, of the server's default resource adapter. */
    static WebArchive archive(String name, Class<?>... listeners) {
        return ShrinkWrap.create(WebArchive.class, name)
                .addClasses(ManyApplication.class, ManyResource.class, Received.class)
                .addClasses(listeners)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"));
    }

    /**
     * Writes an application for WildFly whose listeners belong to other resource adapter instances.
     *
     * @param instances the names of the instances, by the listeners
     */
    static Path export(Path folder, String name, Map<Class<?>, String> instances) {
        String bindings =
                instances.entrySet().stream()
                        .map(e -> binding(e.getKey(), e.getValue()))
                        .collect(Collectors.joining());
        String descriptor = DESCRIPTOR.replace("BINDINGS", bindings);
        Path file = folder.resolve(name);
        archive(name, instances.keySet().toArray(Class<?>[]::new))
                .addAsWebInfResource(new StringAsset(descriptor), "jboss-ejb3.xml")
                .as(ZipExporter.class)
                .exportTo(file.toFile());
        return file;
    }

    private static String binding(Class<?> listener, String instance) {
        return BINDING.replace("LISTENER", listener.getSimpleName()).replace("INSTANCE", instance);
    }
}
