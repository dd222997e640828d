package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.servers.refused.BadSettingsListener;
import io.leveret.it.servers.refused.NoFactoryBean;
import java.io.File;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** What is configured wrongly does not deploy, and the server says what to change. */
abstract class RefusedDeploymentScenarios extends ServerScenarios {

    @Test
    void a_missing_connection_factory_is_refused_naming_class_and_field() throws Exception {
        Path folder = newFolder("refused");
        WebArchive war =
                war("no-factory.war", NoFactoryBean.class)
                        .addAsLibrary(Deployments.file("leveret-cdi.jar").toFile());

        String refusal = server().refusalOf(export(war, folder));

        assertNotNull(refusal, "the server accepted it");
        assertContains(refusal, NoFactoryBean.class.getName());
        assertContains(refusal, "nobody");
        assertContains(refusal, "java:/none");
    }

    @Test
    void bad_activation_settings_are_refused_with_one_error_that_lists_all() throws Exception {
        Path folder = newFolder("refused");
        WebArchive war = war("bad-settings.war", BadSettingsListener.class);

        String refusal = server().refusalOf(export(war, folder));

        assertNotNull(refusal, "the server accepted it");
        int start = refusal.indexOf("addresses");
        assertTrue(start >= 0, refusal);
        String error = refusal.substring(start).split("\\n\\s*(at|Caused by)\\b")[0];
        assertContains(error, "host:***"); // what may hold a password is masked
        assertContains(error, "destination");
        assertContains(error, "maxSession");
        assertContains(error, "many");
        assertContains(error, "prefetch");
        assertContains(error, "retryDelay");
    }

    @Test
    void a_refused_application_disturbs_nobody() throws Exception {
        Path folder = newFolder("refused");
        server().refusalOf(export(war("bad-settings.war", BadSettingsListener.class), folder));

        String id = newId("beside");
        assertEquals("CONFIRMED", app().publish("", IN, id));
        awaitReceived(id);
    }

    private static WebArchive war(String name, Class<?> bean) {
        return ShrinkWrap.create(WebArchive.class, name)
                .addClass(bean)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .setManifest(
                        new StringAsset(
                                "Manifest-Version: 1.0\nDependencies: deployment.leveret.rar\n"));
    }

    private static Path export(WebArchive war, Path folder) {
        File file = folder.resolve(war.getName()).toFile();
        war.as(ZipExporter.class).exportTo(file);
        return file.toPath();
    }

    private static void assertContains(String text, String part) {
        assertTrue(text.contains(part), () -> "no \"" + part + "\" in: " + text);
    }
}
