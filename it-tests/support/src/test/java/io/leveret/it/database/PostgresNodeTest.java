package io.leveret.it.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts a real server and breaks it. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PostgresNodeTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static PostgresNode node;

    @TempDir private Path folder;

    @BeforeAll
    static void startNode() {
        node = PostgresNode.start();
    }

    @AfterAll
    static void closeNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void the_version_comes_from_the_server_itself() {
        String said = node.sql("show server_version").get(0);

        assertTrue(said.startsWith(node.version()), said);
    }

    @Test
    void what_was_committed_and_what_was_prepared_survives_kill_and_restart_on_the_same_port() {
        node.sql("create table kept (id int)");
        node.sql("insert into kept values (1)");
        node.sql("begin; insert into kept values (2); prepare transaction 'of two'");
        int port = node.port();
        long pid = node.pid();

        node.kill();
        assertFalse(runs(pid), "the killed server");
        assertThrows(NodeException.class, () -> node.sql("select 1"));
        node.restart();

        assertEquals(port, node.port());
        assertEquals(List.of("1"), node.sql("select id from kept"));
        assertEquals(List.of("of two"), node.sql("select gid from pg_prepared_xacts"));
        node.sql("commit prepared 'of two'");
        assertEquals(List.of("1", "2"), node.sql("select id from kept order by id"));
    }

    @Test
    void a_kill_ends_the_sessions_and_nothing_of_their_open_transactions_is_left()
            throws Exception {
        node.sql("create table open_work (id int)");
        CompletableFuture<List<String>> session =
                CompletableFuture.supplyAsync(
                        () ->
                                node.sql(
                                        "begin; insert into open_work values (1);"
                                                + " select pg_sleep(600); commit"));
        await(() -> !sleepers().isEmpty());
        long process = Long.parseLong(sleepers().get(0));
        assertTrue(runs(process), "the session");

        node.kill();
        try {
            assertFalse(runs(process), "the session of a killed server");
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () -> session.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            assertInstanceOf(NodeException.class, e.getCause());
        } finally {
            node.restart();
        }
        assertEquals(List.of(), node.sql("select id from open_work"));
    }

    private static List<String> sleepers() {
        return node.sql(
                "select pid from pg_stat_activity where query like '%pg_sleep%'"
                        + " and pid <> pg_backend_pid()");
    }

    @Test
    void a_stopped_server_starts_again() {
        long pid = node.pid();
        node.stop();
        assertFalse(runs(pid), "the stopped server");

        node.restart();

        assertEquals(List.of("1"), node.sql("select 1"));
    }

    @Test
    void a_statement_that_fails_is_an_error_that_says_why() {
        NodeException e =
                assertThrows(NodeException.class, () -> node.sql("select * from nowhere"));

        assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
    }

    @Test
    void the_server_is_gone_when_its_owner_is_killed() throws Exception {
        NodeScript script = NodeScript.of("database/node");
        Path orphan = folder.resolve("orphan");
        Process owner =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "bash \"$0\" start \"$1\" --owner $$ && read x",
                                script.command(List.of()).get(1),
                                orphan.toString())
                        .redirectError(folder.resolve("err").toFile())
                        .start();
        try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
            String line =
                    CompletableFuture.supplyAsync(() -> firstLine(said)).get(10, TimeUnit.MINUTES);
            assertTrue(
                    line.startsWith("PostgreSQL "), line + Files.readString(folder.resolve("err")));
            long server = Long.parseLong(NodeScript.readEnv(orphan).get("PID"));
            assertTrue(runs(server), "the server of an owner that runs");
            owner.destroyForcibly();
            assertTrue(owner.waitFor(10, TimeUnit.SECONDS));
            await(() -> !runs(server));
        } finally {
            owner.destroyForcibly();
            script.run(LIMIT, List.of("destroy", orphan.toString()));
        }
    }

    /** A zombie that init has not yet reaped counts as gone: it has no command any more. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .filter(p -> p.isAlive() && p.info().command().isPresent())
                .isPresent();
    }

    private static void await(BooleanSupplier condition) throws TimeoutException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("condition not met within " + LIMIT);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    private static String firstLine(BufferedReader reader) {
        try {
            return String.valueOf(reader.readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }
}
