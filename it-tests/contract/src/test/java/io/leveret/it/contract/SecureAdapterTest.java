package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.ra.link.Security;
import jakarta.resource.ResourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An adapter with security settings")
class SecureAdapterTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Security security;
    private static BrokerNode broker;

    @BeforeAll
    static void start() {
        security = new Security();
        broker = security.broker(false);
    }

    @AfterAll
    static void stop() {
        security.close();
    }

    private static Set<String> connections() {
        return new TreeSet<>(
                broker.ctl("list_connections", "--no-table-headers", "user", "ssl_protocol")
                        .lines()
                        .toList());
    }

    private static String queue() throws Exception {
        try (Bare bare = new Bare(broker.port())) {
            return bare.queue("secured");
        }
    }

    private static Path file(String password) throws IOException {
        Path file = Files.createTempFile(Path.of("target").toAbsolutePath(), "password-", ".txt");
        return Files.writeString(file, password);
    }

    /** An adapter that logs in with the password in a file. */
    private static Rig rig(String user, Path file) throws ResourceException {
        return new Rig(broker.port())
                .with(adapter -> adapter.setUserName(user))
                .with(adapter -> adapter.setPasswordFile(file.toString()))
                .start();
    }

    /** Waits until a publish is confirmed. */
    private static void publishes(MqPublisher publisher, String queue, String text)
            throws Exception {
        Until.holds(
                "a publish",
                LIMIT,
                () ->
                        Rig.outcomeOf(publisher, "", queue, MqMessage.text(text))
                                == MqOutcome.CONFIRMED);
    }

    @Test
    @DisplayName("publishes and consumes over TLS as whom its certificate names")
    void worksWithCertificate() throws Exception {
        String queue = queue();
        Rig rig =
                new Rig(broker.port())
                        .with(
                                adapter -> {
                                    adapter.setAddresses(
                                            "amqps://localhost:" + Security.tlsPort(broker));
                                    adapter.setTrustStore(security.trust().path());
                                    adapter.setKeyStore(security.identity().path());
                                    adapter.setSaslMechanism("EXTERNAL");
                                    adapter.setConnectTimeout("10000");
                                })
                        .start();
        try (rig) {
            Bean bean = new Bean();
            rig.consume(queue, bean);
            rig.publisher().publish("", queue, MqMessage.text("signed"));

            Until.holds("the message", LIMIT, () -> bean.texts().equals(List.of("signed")));
            assertEquals(Set.of(Security.EXTERNAL_USER + "\ttlsv1.3"), connections());
        }
        rig.assertContractKept();
    }

    @Test
    @DisplayName("deploys with a stale password file, and works when it is corrected")
    void deploysWithStaleFile() throws Exception {
        String queue = queue();
        String right = Secrets.fresh("the right password");
        String stale = Secrets.fresh("a stale password");
        Security.addUser(broker, "filed", right);
        Path file = file(stale);
        Rig rig = rig("filed", file);
        try (rig;
                LogLines refused = new LogLines("ACCESS_REFUSED")) {
            Bean bean = new Bean();
            rig.consume(queue, bean);
            MqPublisher publisher = rig.publisher();
            MqMessage early = MqMessage.text("early");
            assertEquals(MqOutcome.NOT_SENT, Rig.outcomeOf(publisher, "", queue, early));
            int links = 2; // one that publishes, one that consumes
            assertTrue(refused.count() <= links, () -> "told often: " + refused.lines());

            Files.writeString(file, right);
            publishes(publisher, queue, "late");

            Until.holds("the message", LIMIT, () -> bean.texts().contains("late"));
            assertFalse(refused.lines().toString().contains(stale));
        }
        rig.assertContractKept();
        Files.delete(file);
    }

    @Test
    @DisplayName("goes on when the password changes under it and its connections are closed")
    void outlivesRotation() throws Exception {
        String queue = queue();
        String first = Secrets.fresh("password before the rotation");
        String second = Secrets.fresh("password after the rotation");
        Security.addUser(broker, "rotated", first);
        Path file = file(first);
        Rig rig = rig("rotated", file);
        try (rig) {
            Bean bean = new Bean();
            rig.consume(queue, bean);
            MqPublisher publisher = rig.publisher();
            publisher.publish("", queue, MqMessage.text("before"));
            Until.holds("the first", LIMIT, () -> bean.texts().contains("before"));

            broker.ctl("change_password", "rotated", second);
            Files.writeString(file, second);
            broker.closeConnections("password rotated");

            publishes(publisher, queue, "after");
            Until.holds("the last", LIMIT, () -> bean.texts().contains("after"));
        }
        rig.assertContractKept();
        Files.delete(file);
    }
}
