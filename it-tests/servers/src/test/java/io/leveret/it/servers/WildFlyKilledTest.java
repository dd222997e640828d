package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.database.PostgresNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a transaction leaves behind when the server is killed in the worst moment: what the table of
 * guarantees says is lost is lost, and nothing beside it.
 */
@Tag("wildfly")
@Timeout(600)
class WildFlyKilledTest {

    private static final String OUT = "it.out";
    private static final String XA = "java:/jdbc/it-xa";
    private static final String FACTORY = WildFlyInstance.jndi("ConnectionFactory");
    private static final String APPLICATION = "leveret-it-app";
    private static final Duration SETTLED = Duration.ofSeconds(30);

    private static final Duration RESOLVED = Duration.ofSeconds(180);

    private static final WildFlyInstance LOCAL =
            new WildFlyInstance("local").factory("local", Map.of("transactionMode", "LOCAL"));

    private static BrokerNode broker;
    private static PostgresNode database;
    private static WildFlyProcess server;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerNode.start();
        database = PostgresNode.start();
        server =
                new WildFlyProcess(
                        ServerScenarios.newFolder("killed").resolve("wildfly"), settings());
        server.start();
        ReceiveApplication.deploy(
                server.management(), Deployments.file(Deployments.APPLICATION), database);
        LOCAL.start(server.management());
    }

    private static Map<String, String> settings() {
        return AdapterSettings.of(broker, WildFlyInstance.jndi(""));
    }

    @AfterAll
    static void end() throws Exception {
        try (BrokerNode brokerEnds = broker;
                PostgresNode databaseEnds = database;
                WildFlyProcess serverEnds = server) {
            assert serverEnds != null || databaseEnds != null || brokerEnds != null;
        }
    }

    private static AppClient app() {
        return new AppClient(server.control(APPLICATION));
    }

    private static Queues queues() {
        return new Queues(broker);
    }

    private static int rows(String id) {
        return database.sql("select attempt from it_rows where id = '" + id + "'").size();
    }

    @Test
    void between_commit_and_publish_the_message_is_lost_and_the_rows_are_there() throws Exception {
        queues().declare("classic", OUT);
        String id = ServerScenarios.newId("killed");
        CompletableFuture<String> cutOff =
                CompletableFuture.supplyAsync(
                        () -> app().commitThroughGate(FACTORY, List.of(XA), OUT, id, id));
        app().awaitGateReached(id);
        assertEquals(1, rows(id), "committed");

        server.kill();
        assertThrows(ExecutionException.class, () -> cutOff.get(30, TimeUnit.SECONDS));
        server.start();

        assertGoesOn(FACTORY);
        assertEquals(1, rows(id));
    }

    @Test
    void while_a_local_commit_waits_for_its_confirm_the_message_stays_and_the_rows_do_not()
            throws Exception {
        queues().declare("classic", OUT);
        String factory = WildFlyInstance.jndi("local");
        assertGoesOn(factory);
        String id = ServerScenarios.newId("killed");
        broker.freeze();
        CompletableFuture<String> cutOff;
        try {
            cutOff =
                    CompletableFuture.supplyAsync(
                            () -> app().commit(factory, List.of(XA), OUT, id, true));
            Eventually.value("prepared transactions", WildFlyKilledTest::prepared, p -> p == 1);
            server.kill();
        } finally {
            broker.thaw();
        }
        assertThrows(ExecutionException.class, () -> cutOff.get(30, TimeUnit.SECONDS));
        assertEquals(0, rows(id));
        server.start();

        Eventually.value("prepared ones", RESOLVED, WildFlyKilledTest::prepared, p -> p == 0);
        assertEquals(0, rows(id));
        // It was written before the kill, or not: the guarantee is only that it may be there.
        List<String> published = queues().drainIds(OUT);
        assertEquals(published.contains(id) ? List.of(id) : List.of(), published);
        assertGoesOn(factory);
    }

    private static int prepared() {
        return Integer.parseInt(
                database.sql("select count(*) from pg_prepared_xacts").get(0).strip());
    }

    /** And nothing of the past comes with it. */
    private static void assertGoesOn(String factory) throws Exception {
        Eventually.value("application", SETTLED, () -> app().ready(), ready -> ready);
        String id = ServerScenarios.newId("then");
        assertEquals("COMMITTED", app().commit(factory, List.of(XA), OUT, id, true));
        assertEquals(1, rows(id));
        assertEquals(List.of(id), queues().drainIds(OUT));
    }
}
