package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.leveret.it.node.NodeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.Test;

/** What WildFly has of its own to hold deliveries up: it is suspended, or has few instances. */
@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
class WildFlyCapacityTest extends DatabaseScenarios {

    private static final Duration A_WHILE = Duration.ofSeconds(1);
    private static final int LIMIT_SECONDS = 30;

    /** Sessions of the listener that is held up. */
    private static final int SESSIONS = 2;

    private static final int WAITING = 6;

    /** More than the sessions of the narrow listener, and no more than they prefetch. */
    private static final int BEHIND = 12;

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Deployment(name = "application", order = 2, testable = false)
    static Archive<?> application() {
        return WildFlyServer.testApplication();
    }

    @Override
    ServerUnderTest server() {
        return WildFlyExtension.server();
    }

    @Test
    void a_suspended_server_ends_what_runs_and_leaves_the_rest_in_the_queue_until_it_is_resumed()
            throws Exception {
        List<String> running = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        CompletableFuture<?> suspension;
        // A suspended server answers no HTTP, so it is the database that holds the work up.
        CompletableFuture<?> lock = lockRows();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                running.add(publish(IN, newId("running"), i % 2 == 0 ? "XA" : "LOCAL"));
            }
            Eventually.value("held up", this::heldUpByLock, count -> count == SESSIONS);
            for (int i = 0; i < WAITING; i++) {
                waiting.add(publish(IN, newId("waiting"), "XA"));
            }
            suspension = CompletableFuture.runAsync(() -> change("suspend"));
            Eventually.value("consumers", this::consumers, left -> !left.containsKey(IN));
        } finally {
            unlockRows(lock);
        }
        try {
            suspension.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            running.forEach(id -> awaitRows(id, List.of(1)));
            Eventually.value("left", () -> messages().get(IN), count -> count == WAITING);
            Eventually.never(
                    "worked on while suspended",
                    A_WHILE,
                    () -> waiting.stream().anyMatch(id -> !rows(id).isEmpty()));
        } finally {
            change("resume");
        }

        waiting.forEach(id -> awaitRows(id, List.of(1)));
        awaitSettled(IN);
        Eventually.value("application ready", app()::ready, ready -> ready);
        running.forEach(id -> assertReceived(1, id, false));
        waiting.forEach(id -> assertEquals(1, app().calls(id).size(), "calls for " + id));
    }

    /** Takes a lock that no insert gets past, in a session that holds it for a minute. */
    private CompletableFuture<?> lockRows() {
        CompletableFuture<?> lock =
                CompletableFuture.supplyAsync(
                        () ->
                                database()
                                        .sql(
                                                "begin; lock table it_rows in exclusive mode;"
                                                        + " select pg_sleep(60)"));
        Eventually.value(
                "locked",
                () ->
                        database()
                                .sql(
                                        "select pid from pg_locks where granted and mode ="
                                                + " 'ExclusiveLock' and relation ="
                                                + " 'it_rows'::regclass"),
                pids -> !pids.isEmpty());
        return lock;
    }

    private void unlockRows(CompletableFuture<?> lock) {
        database()
                .sql(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                                + " where wait_event = 'PgSleep'");
        ExecutionException e =
                assertThrows(
                        ExecutionException.class, () -> lock.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        assertEquals(NodeException.class, e.getCause().getClass(), "the end of the lock");
    }

    private int heldUpByLock() {
        return database()
                .sql("select pid from pg_stat_activity where wait_event_type = 'Lock'")
                .size();
    }

    private void change(String operation) {
        try {
            WildFlyExtension.server()
                    .execute(Operations.createOperation(operation, new ModelNode().setEmptyList()));
        } catch (IOException e) {
            throw new IllegalStateException(operation + " failed", e);
        }
    }

    @Test
    void a_bean_with_fewer_instances_than_sessions_gets_every_message_once() throws Exception {
        String first = publishHeldUp(NARROW, newId("first"), "XA");
        awaitHeldUp(List.of(first));
        List<String> behind = new ArrayList<>();
        for (int i = 0; i < BEHIND; i++) {
            behind.add(publish(NARROW, newId("behind"), "XA"));
        }
        Eventually.value("not delivered yet", this::undeliveredNarrow, count -> count == 0);
        Eventually.never(
                "called while the only instance is busy",
                A_WHILE,
                () -> behind.stream().anyMatch(id -> !app().calls(id).isEmpty()));
        letGo(List.of(first));

        behind.forEach(id -> awaitRows(id, List.of(1)));
        awaitSettled(NARROW);
        assertReceived(1, first, false);
        behind.forEach(id -> assertReceived(1, id, false));
    }

    private int undeliveredNarrow() {
        return Ctl.undelivered(broker()).stream()
                .filter(row -> row.get(0).equals(NARROW))
                .mapToInt(row -> Integer.parseInt(row.get(1)))
                .sum();
    }
}
