package io.leveret.it.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
import org.opentest4j.TestAbortedException;

/** Starts a real node and breaks it. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BrokerNodeTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String QUEUE = "kept";

    private static BrokerNode node;

    @TempDir private Path folder;

    @BeforeAll
    static void startNode() {
        node = BrokerNode.start();
    }

    @AfterAll
    static void closeNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void the_version_comes_from_the_node_itself() {
        privateNode();
        assertEquals(node.version(), node.ctl("version").strip());
    }

    @Test
    void a_confirmed_persistent_message_survives_kill_and_restart_on_the_same_port()
            throws Exception {
        privateNode();
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(QUEUE, true, false, false, null);
            node.flush();
            channel.confirmSelect();
            for (int i = 0; i < 10; i++) {
                publish(channel, "m" + i);
            }
            channel.waitForConfirmsOrDie(LIMIT.toMillis());
            long pid = node.pid();
            int port = node.port();
            node.kill();
            assertFalse(ProcessHandle.of(pid).filter(BrokerNodeTest::runs).isPresent());
            assertFalse(node.answers(Duration.ofSeconds(1)));
            node.launch();
            long start = System.nanoTime();
            assertTrue(node.awaitAccepting(LIMIT) >= start);
            assertEquals(port, node.port());
        } catch (IOException | ShutdownSignalException e) {
            // closing what the kill has closed already
        }
        node.awaitAccepting(LIMIT);
        List<HeldMessage> held = BrokerContents.drain(node.uri(), List.of(QUEUE), LIMIT);
        assertEquals(10, held.size());
        assertEquals("m0", held.get(0).id());
        assertTrue(BrokerContents.drain(node.uri(), List.of(QUEUE), LIMIT).isEmpty());
    }

    @Test
    void draining_takes_each_of_many_messages_once_and_in_order() throws Exception {
        List<String> ids = new ArrayList<>();
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.confirmSelect();
            for (int i = 0; i < 1_234; i++) {
                ids.add("m" + i);
                publish(channel, "m" + i);
            }
            channel.waitForConfirmsOrDie(LIMIT.toMillis());
        }
        List<HeldMessage> held = BrokerContents.drain(node.uri(), List.of(QUEUE), LIMIT);
        assertEquals(ids, held.stream().map(HeldMessage::id).toList());
        assertTrue(BrokerContents.drain(node.uri(), List.of(QUEUE), LIMIT).isEmpty());
    }

    @Test
    void a_frozen_node_does_not_answer_and_a_thawed_one_does() {
        privateNode();
        node.freeze();
        try {
            assertFalse(node.answers(Duration.ofSeconds(1)));
            assertThrows(NodeException.class, () -> node.awaitAccepting(Duration.ofMillis(500)));
        } finally {
            node.thaw();
        }
        node.awaitAccepting(LIMIT);
    }

    @Test
    void suspended_listeners_refuse_and_connections_are_closed_with_the_reason() throws Exception {
        privateNode();
        CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
        Connection connection = connect();
        connection.addShutdownListener(closed::complete);
        node.suspendListeners();
        try {
            node.closeConnections("for a test");
            String why = closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS).getMessage();
            assertTrue(why.contains("for a test"), why);
            assertFalse(node.answers(Duration.ofSeconds(1)));
        } finally {
            node.resumeListeners();
        }
        node.awaitAccepting(LIMIT);
    }

    @Test
    void publishers_are_blocked_and_unblocked() throws Exception {
        privateNode();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch unblocked = new CountDownLatch(1);
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            connection.addBlockedListener(reason -> blocked.countDown(), unblocked::countDown);
            node.blockPublishers();
            try {
                channel.basicPublish("", "nowhere", null, new byte[0]);
                assertTrue(blocked.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
            } finally {
                node.unblockPublishers();
            }
            assertTrue(unblocked.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void a_stopped_node_starts_again() {
        privateNode();
        node.stop();
        assertFalse(node.answers(Duration.ofSeconds(1)));
        node.restart();
        assertTrue(node.answers(LIMIT));
    }

    @Test
    void draining_a_queue_that_does_not_exist_is_an_error() {
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> BrokerContents.drain(node.uri(), List.of("no such"), LIMIT));
        assertTrue(e.getMessage().contains("no such"), e.getMessage());
    }

    @Test
    void the_node_and_its_epmd_are_gone_when_the_owner_is_killed() throws Exception {
        privateNode();
        NodeScript script = NodeScript.of("broker/node");
        Path orphan = folder.resolve("orphan");
        Process owner =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "bash \"$0\" start \"$1\" --rabbitmq \"$2\" --owner $$ && read x",
                                script.command(List.of()).get(1),
                                orphan.toString(),
                                BrokerOptions.defaults().version())
                        .redirectError(folder.resolve("err").toFile())
                        .start();
        try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
            String line =
                    CompletableFuture.supplyAsync(() -> firstLine(said)).get(10, TimeUnit.MINUTES);
            assertTrue(
                    line.startsWith("RabbitMQ "), line + Files.readString(folder.resolve("err")));
            ProcessHandle beam =
                    ProcessHandle.of(Long.parseLong(NodeScript.readEnv(orphan).get("PID")))
                            .orElseThrow();
            String epmd = Files.readString(orphan.resolve("run/epmd")).split(" ")[0];
            ProcessHandle mapper = ProcessHandle.of(Long.parseLong(epmd)).orElseThrow();
            assertTrue(runs(beam) && runs(mapper));
            owner.destroyForcibly();
            assertTrue(owner.waitFor(10, TimeUnit.SECONDS));
            await(() -> !runs(beam) && !runs(mapper));
        } finally {
            owner.destroyForcibly();
            script.run(LIMIT, List.of("destroy", orphan.toString()));
        }
    }

    private static void privateNode() {
        if (!node.isPrivate()) {
            throw new TestAbortedException("needs a private node");
        }
    }

    /** A zombie that init has not yet reaped counts as gone: it has no command any more. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
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

    private static Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(node.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    private static void publish(Channel channel, String id) throws IOException {
        AMQP.BasicProperties properties =
                MessageProperties.MINIMAL_PERSISTENT_BASIC.builder().messageId(id).build();
        channel.basicPublish("", QUEUE, true, properties, id.getBytes(StandardCharsets.UTF_8));
    }
}
