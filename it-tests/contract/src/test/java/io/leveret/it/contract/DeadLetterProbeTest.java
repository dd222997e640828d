package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.ra.inbound.MqActivationSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An old broker without the feature flag stream_queue dead-letters at most once: it is told. */
@Timeout(120)
class DeadLetterProbeTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<MqEvent> events = new CopyOnWriteArrayList<>();
    private final String queue = Bare.name("probed");

    @BeforeEach
    void anOldBroker() {
        Versions.assumeMayDeadLetterAtMostOnce(Nodes.shared());
    }

    /** Activates on that node until it has been verified. */
    private void verify(BrokerNode node, String retryMode) throws Exception {
        try (Bare bare = new Bare(node.port());
                Rig rig = Rig.started(node.port())) {
            Rig.connectionFactory(rig.pool()).events().addListener(events::add);
            bare.declare(queue, Map.of());
            MqActivationSpec spec = rig.spec(queue);
            spec.setRetryMode(retryMode);
            rig.container().activate(rig.endpoints(new Bean()), spec);
            Until.holds("is verified", SOON, () -> !told("was verified, but for").isEmpty());
            assertTrue(rig.activation().getState().equals("CONSUMING"));
        }
        List<String> left =
                node.ctl("list_queues", "name", "--quiet")
                        .lines()
                        .filter(name -> name.startsWith(queue + ".retry.p"))
                        .toList();
        assertEquals(List.of(), left);
    }

    private List<String> told(String what) {
        return events.stream().map(MqEvent::text).filter(text -> text.contains(what)).toList();
    }

    private static BrokerNode withoutTheFlag(Path files) throws Exception {
        Files.writeString(
                files.resolve("advanced.config"),
                "[{rabbit, [{forced_feature_flags_on_init, [quorum_queue,"
                        + " implicit_default_bindings, virtual_host_metadata,"
                        + " maintenance_mode_status, user_limits]}]}].\n");
        return BrokerNode.start(BrokerOptions.defaults().withFiles(files));
    }

    @Test
    void withTheFlagNothingIsTold() throws Exception {
        verify(Nodes.shared(), "LADDER");
        assertEquals(List.of(), told("is at risk"));
        assertFalse(told("was verified").get(0).contains("at least once"), "it is known");
    }

    /** A broker that is low on memory reads nothing more from connections that publish. */
    @Test
    void itIsNotMadeOverTheConnectionOfTheConsumer() throws Exception {
        BrokerNode node = Nodes.shared();
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(gate.await(40, TimeUnit.SECONDS)));
        try (Bare bare = new Bare(node.port());
                Rig rig = Rig.started(node.port())) {
            Rig.connectionFactory(rig.pool()).events().addListener(events::add);
            bare.declare(queue, Map.of());
            bare.publish(queue, "m");
            node.blockPublishers();
            try {
                rig.consume(queue, bean);
                Until.holds("is verified", SOON, () -> !told("was verified, but for").isEmpty());
                gate.countDown();
                Until.holds("is acknowledged", SOON, () -> Nodes.unacknowledged(queue) == 0);
            } finally {
                node.unblockPublishers();
            }
        }
    }

    @Test
    void withoutTheFlagItIsToldWhereWaitQueuesAreUsed(@TempDir Path files) throws Exception {
        try (BrokerNode node = withoutTheFlag(files)) {
            verify(node, "LADDER");
            List<String> risks = told("is at risk");
            assertEquals(1, risks.size(), risks::toString);
            assertTrue(risks.get(0).contains("enable_feature_flag stream_queue"));
            events.clear();
            verify(node, "IN_PLACE");
            assertEquals(List.of(), told("is at risk"));
        }
    }
}
