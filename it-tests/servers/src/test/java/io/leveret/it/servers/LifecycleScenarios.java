package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Deployments that come and go leave nothing behind. */
abstract class LifecycleScenarios extends ServerScenarios {

    private static final int SESSIONS = 2;

    @Test
    void undeploying_the_application_leaves_no_consumer_no_connection_and_no_thread()
            throws Exception {
        work();
        assertFalse(Ctl.connections(broker()).isEmpty(), "connections while it works");
        assertTrue(threads().stream().anyMatch(this::isWorker), "threads while it works");

        Set<String> after = threadsThatTheApplicationLeaves();
        work();
        assertEquals(after, threadsThatTheApplicationLeaves(), "after the second time");

        work();
    }

    /** Few, and they belong to the adapter: they are the same however often this is done. */
    private Set<String> threadsThatTheApplicationLeaves() throws Exception {
        AtomicReference<Set<String>> threads = new AtomicReference<>();
        withoutApplication(
                () -> {
                    assertEquals(List.of(), Ctl.consumers(broker()), "consumers");
                    // Publishing connections stay as long as the server's pool wants them.
                    server().flushPool();
                    awaitNoConnections();
                    threads.set(
                            Eventually.value(
                                    "threads",
                                    this::threads,
                                    all -> all.stream().noneMatch(this::isWorker)));
                });
        return threads.get();
    }

    private boolean isWorker(String thread) {
        return !thread.matches("leveret-\\w+-(io|timer)-\\d+");
    }

    @Test
    void a_redeployed_application_works_and_has_no_consumer_too_many() throws Exception {
        for (int i = 0; i < 3; i++) {
            withoutApplication(() -> {});
        }

        work();
        long consumers =
                Ctl.consumers(broker()).stream().filter(row -> row.get(0).equals(IN)).count();
        assertEquals(SESSIONS, consumers, "consumers of " + IN);
    }

    @Test
    void undeploying_the_adapter_leaves_no_thread_and_no_connection() throws Exception {
        work();
        assertFalse(threads().isEmpty(), "threads while it works");

        withoutAdapter(
                () -> {
                    awaitNoConnections();
                    Eventually.value("threads", this::threads, Set::isEmpty);
                });

        work();
    }

    private Set<String> threads() throws Exception {
        return ServerThreads.of(server().pid());
    }

    private void work() {
        String id = newId("work");
        Eventually.value("application ready", app()::ready, ready -> ready);
        assertEquals("CONFIRMED", app().publish("", IN, id));
        awaitReceived(id);
    }

    private void awaitNoConnections() {
        Eventually.value("connections", () -> Ctl.connections(broker()), List::isEmpty);
    }
}
