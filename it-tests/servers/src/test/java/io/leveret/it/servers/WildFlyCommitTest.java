package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
class WildFlyCommitTest extends CommitScenarios {

    private static final String LOCAL = "local";

    /** A data source with so many connections, which a thread waits for so many ms. */
    private static final String FEW = "it-few";

    private static final int CONNECTIONS = 8;
    private static final int WAIT = 5_000;
    private static final int THREADS = 32;
    private static final int EACH = 5;

    private final WildFlyInstance instance =
            new WildFlyInstance(LOCAL).factory(LOCAL, Map.of("transactionMode", "LOCAL"));

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Deployment(name = "application", order = 2, testable = false)
    static Archive<?> application() {
        return WildFlyServer.testApplication();
    }

    @BeforeEach
    void addLocalFactory() throws Exception {
        instance.start(WildFlyExtension.server());
    }

    @AfterEach
    void removeLocalFactory() throws Exception {
        instance.stop(WildFlyExtension.server());
    }

    /**
     * Each transaction holds a connection of the database while it waits for the broker; if each
     * waited by itself there would be none left for anybody.
     */
    @Test
    void a_broker_that_blocks_publishers_does_not_cost_the_connections_of_a_data_source()
            throws Exception {
        WildFlyServer server = WildFlyExtension.server();
        ModelNode source =
                WildFlyDataSources.addSmall(server, server.database(), FEW, CONNECTIONS, WAIT);
        try {
            String first = newId("first");
            assertEquals("COMMITTED", commit(factory(), List.of(source(FEW)), OUT, first));
            Map<String, String> ends = new ConcurrentHashMap<>(Map.of(first, "COMMITTED"));
            broker().blockPublishers();
            try {
                commitOnManyThreads(ends);
            } finally {
                broker().unblockPublishers();
            }

            assertEquals(THREADS * EACH + 1, ends.size());
            List<String> unable =
                    ends.values().stream().filter(end -> end.contains("IJ000")).toList();
            assertEquals(List.of(), unable, "no connection to the database");
            List<String> committed =
                    ends.keySet().stream().filter(id -> rows(id).size() == 1).sorted().toList();
            assertEquals(
                    ends.keySet().stream()
                            .filter(id -> ends.get(id).equals("COMMITTED"))
                            .sorted()
                            .toList(),
                    committed);
            Eventually.value("messages", () -> messages().get(OUT), n -> n >= committed.size());
            // What was not confirmed in time was published again.
            assertEquals(committed, queues().drainIds(OUT).stream().distinct().sorted().toList());
        } finally {
            server.execute(Operations.createRemoveOperation(source));
        }
    }

    private void commitOnManyThreads(Map<String, String> ends) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            running.add(
                    threads.submit(
                            () -> {
                                for (int i = 0; i < EACH; i++) {
                                    String id = newId("blocked");
                                    ends.put(id, commit(factory(), List.of(source(FEW)), OUT, id));
                                }
                            }));
        }
        for (Future<?> thread : running) {
            thread.get(120, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    /**
     * The database is made to forget what it has prepared, while the broker keeps its confirm back:
     * the message is out by then, and the rows are gone.
     */
    @Test
    void local_stays_published_when_a_database_fails_after_it_has_prepared() throws Exception {
        String warm = newId("warm");
        assertEquals("COMMITTED", commit(localFactory(), List.of(source("it-xa")), OUT, warm));
        assertEquals(List.of(warm), queues().drainIds(OUT));
        String id = newId("late");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<String> answer;
        broker().freeze();
        try {
            answer = thread.submit(() -> commit(localFactory(), List.of(source("it-xa")), OUT, id));
            List<String> prepared =
                    Eventually.value(
                            "prepared",
                            () -> database().sql("select gid from pg_prepared_xacts"),
                            gids -> gids.size() == 1);
            database().sql("rollback prepared '" + prepared.get(0) + "'");
        } finally {
            broker().thaw();
            thread.shutdown();
        }
        assertTrue(answer.get(60, TimeUnit.SECONDS).startsWith("ROLLED_BACK "), answer::toString);
        assertEquals(List.of(), rows(id));
        assertEquals(List.of(id), queues().drainIds(OUT));
    }

    @Override
    ServerUnderTest server() {
        return WildFlyExtension.server();
    }

    @Override
    boolean publishesBeforeThePrepare() {
        return false;
    }

    @Override
    boolean takesRefusalForCommit() {
        return true;
    }

    @Override
    String source(String name) {
        return "java:/jdbc/" + name;
    }

    @Override
    String factory() {
        return WildFlyInstance.jndi("ConnectionFactory");
    }

    @Override
    String localFactory() {
        return WildFlyInstance.jndi(LOCAL);
    }
}
