package io.leveret.it.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The private cluster, the ways to break its network, and programs that run inside it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BrokerClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static BrokerCluster cluster;
    private static SideJvm inside;

    /** Runs inside: knocks at nodes. */
    static final class Knocker {

        private Knocker() {}

        public static void main(String[] arguments) throws IOException {
            LineServer.serve(Knocker::obey);
        }

        private static String obey(List<String> words) {
            return switch (words.get(0)) {
                case "knock" ->
                        AmqpProbe.knock(
                                        words.get(1),
                                        Integer.parseInt(words.get(2)),
                                        Duration.ofSeconds(1))
                                .orElse("nobody");
                default -> throw new IllegalArgumentException("what is " + words + "?");
            };
        }
    }

    @BeforeAll
    static void start() {
        cluster = BrokerCluster.start();
        inside = SideJvm.start(cluster, Knocker.class);
    }

    @AfterAll
    static void close() {
        if (cluster != null) {
            inside.close();
            cluster.close();
        }
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    void its_nodes_answer_inside_and_cannot_be_reached_from_outside() {
        for (int i = 1; i <= BrokerCluster.SIZE; i++) {
            assertEquals(cluster.version(), knock(i));
            assertFalse(cluster.node(i).answers(Duration.ofMillis(500)));
        }
    }

    @Test
    void a_node_that_is_cut_off_from_the_others_still_serves_clients() throws Exception {
        assertEquals(2, neighbours(1));
        for (int i = 1; i <= BrokerCluster.SIZE; i++) {
            // Else the nodes take a minute to notice.
            cluster.node(i).ctl("eval", "net_kernel:set_net_ticktime(8, 0).");
        }
        cluster.cut(1);
        assertEquals(cluster.version(), knock(1));
        await(() -> neighbours(2) == 1 && neighbours(3) == 1);
        cluster.heal();
        await(() -> neighbours(1) == 2);
        // A node that saw itself alone has paused.
        await(() -> cluster.version().equals(knock(1)));
    }

    @Test
    void nobody_reaches_an_unplugged_node() {
        cluster.unplug(2);
        assertEquals("nobody", knock(2));
        assertEquals(cluster.version(), knock(1));
        cluster.heal();
        assertEquals(cluster.version(), knock(2));
    }

    @Test
    void a_killed_node_comes_back_to_its_cluster() throws Exception {
        cluster.node(3).kill();
        assertEquals("nobody", knock(3));
        cluster.node(3).restart();
        assertEquals(cluster.version(), knock(3));
        await(() -> neighbours(3) == 2);
    }

    @Test
    void a_failed_order_is_thrown_and_the_program_goes_on() {
        NodeException e = assertThrows(NodeException.class, () -> inside.tell(LIMIT, "dance"));
        assertTrue(e.getMessage().contains("what is [dance]?"), e.getMessage());
        assertEquals(cluster.version(), knock(1));
    }

    @Test
    void everything_is_gone_when_the_owner_is_killed() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "orphans-");
        NodeScript script = NodeScript.of("broker/cluster");
        Process owner =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "bash \"$0\" start \"$1\" --size 1 --rabbitmq \"$2\" --owner $$"
                                        + " && read x",
                                script.command(List.of()).get(1),
                                folder.toString(),
                                BrokerOptions.defaults().version())
                        .redirectErrorStream(true)
                        .start();
        try {
            assertTrue(owner.inputReader().readLine().startsWith("RabbitMQ "));
            List<ProcessHandle> all =
                    List.of(
                            process(folder.resolve("run/switch")),
                            process(folder.resolve("run/host1")),
                            process(folder.resolve("node1/run/epmd")),
                            process(folder.resolve("node1/run/beam")));
            assertTrue(all.stream().allMatch(BrokerClusterTest::runs));
            owner.destroyForcibly();
            assertTrue(owner.waitFor(10, TimeUnit.SECONDS));
            await(() -> all.stream().noneMatch(BrokerClusterTest::runs));
        } finally {
            owner.destroyForcibly();
            script.run(LIMIT, List.of("destroy", folder.toString()));
        }
    }

    private static ProcessHandle process(Path record) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(record).split(" ")[0]))
                .orElseThrow();
    }

    /** A zombie does not run: nobody may be there to reap it. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private static String knock(int node) {
        BrokerNode target = cluster.node(node);
        return inside.tell(LIMIT, "knock", target.host(), String.valueOf(target.port()));
    }

    private static int neighbours(int node) {
        return Integer.parseInt(cluster.node(node).ctl("eval", "length(nodes())."));
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    private static void await(Check check) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!check.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within " + LIMIT);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
