package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A broker that blocks publishers: nobody waits longer, outcomes tell the truth, consumers go on.
 */
@Timeout(120)
class BlockedTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int CALLERS = 4;
    private static final long PACE_NANOS = 2_000_000;
    private static final long LIMIT_MILLIS = Rig.PUBLISH_TIMEOUT.toMillis() + 1_000;
    private static final int BACKLOG = 100;

    /** Why a broker blocks. */
    enum Alarm {
        MEMORY {
            @Override
            void raise(BrokerNode node) {
                node.blockPublishers();
            }

            @Override
            void clear(BrokerNode node) {
                node.unblockPublishers();
            }
        },
        DISK {
            @Override
            void raise(BrokerNode node) {
                node.ctl("set_disk_free_limit", "100000000000000");
            }

            @Override
            void clear(BrokerNode node) {
                node.ctl("set_disk_free_limit", "10000000");
            }
        };

        abstract void raise(BrokerNode node);

        abstract void clear(BrokerNode node);
    }

    private final Map<String, MqOutcome> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();
    private BrokerNode node;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private FrozenCallers callers;

    @BeforeEach
    void setUp() throws Exception {
        node = Nodes.rough();
        proxy = FaultProxy.to(node);
        try (Bare bare = new Bare(node.port())) {
            queue = bare.queue("blocked");
        }
        // One link: RabbitMQ blocks a connection when it publishes next, and no other one.
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).start();
    }

    @AfterEach
    void tearDown() throws Exception {
        if (callers != null) {
            callers.stop(); // also after a failure: others measure this process
        }
        for (Alarm alarm : Alarm.values()) {
            alarm.clear(node);
        }
        rig.close();
        proxy.close();
        rig.assertContractKept();
    }

    @ParameterizedTest
    @EnumSource(Alarm.class)
    void publishersAreBackInTimeWithOutcomesThatAreTrue(Alarm alarm) throws Exception {
        MqPublisher publisher = rig.publisher();
        publish(publisher);
        callers =
                new FrozenCallers(
                        alarm + " alarm: publish",
                        CALLERS,
                        caller -> {
                            LockSupport.parkNanos(PACE_NANOS);
                            publish(publisher);
                        });
        callers.start();
        Until.holds("publishing", SOON, () -> outcomes.size() > CALLERS);
        alarm.raise(node);
        Until.holds("an unanswered publish", SOON, () -> outcomes.containsValue(MqOutcome.UNKNOWN));
        Until.holds("an unwritten one", SOON, () -> outcomes.containsValue(MqOutcome.NOT_SENT));
        MqPublishException refused =
                assertThrows(
                        MqPublishException.class,
                        () -> publisher.publish("", queue, MqMessage.text("while blocked")));
        assertEquals(MqOutcome.NOT_SENT, refused.outcome());
        assertTrue(refused.getMessage().contains("blocks publishers"), refused.getMessage());
        callers.stop();
        Until.holds(
                "everybody is back",
                Duration.ofMillis(LIMIT_MILLIS),
                () -> callers.stuckLongerThan(Duration.ZERO) == 0);
        alarm.clear(node);
        Until.holds("a confirm", SOON, () -> publish(publisher) == MqOutcome.CONFIRMED);

        System.out.println(callers.row(0) + " " + counts());
        assertTrue(longest.get() <= LIMIT_MILLIS, "a publish took " + longest.get() + " ms");
        assertTrue(
                Set.of(MqOutcome.CONFIRMED, MqOutcome.UNKNOWN, MqOutcome.NOT_SENT)
                        .containsAll(counts().keySet()),
                () -> "wrong outcomes: " + counts());
        Set<String> arrived;
        try (Bare after = new Bare(node.port())) {
            arrived = new HashSet<>(after.drainIds(queue));
        }
        outcomes.forEach(
                (id, outcome) ->
                        assertEquals(
                                outcome != MqOutcome.NOT_SENT, // unknown ones come when unblocked
                                arrived.contains(id),
                                () -> id + " was " + outcome));
    }

    @ParameterizedTest
    @EnumSource(Alarm.class)
    void consumingAndAcknowledgingGoOn(Alarm alarm) throws Exception {
        MqPublisher publisher = rig.publisher();
        for (int i = 0; i < BACKLOG; i++) {
            assertEquals(MqOutcome.CONFIRMED, publish(publisher));
        }
        alarm.raise(node);
        Until.holds("a blocked publisher", SOON, () -> publish(publisher) != MqOutcome.CONFIRMED);

        Bean bean = new Bean();
        rig.consume(queue, bean);

        Until.holds("all deliveries", SOON, () -> bean.count() >= BACKLOG);
        Until.holds(
                "all acknowledgements",
                SOON,
                () -> {
                    String left = node.ctl("list_queues", "name", "messages");
                    return left.lines().anyMatch(line -> line.matches(queue + "\\s+0"));
                });
    }

    @ParameterizedTest
    @EnumSource(Alarm.class)
    void aNewConnectionDoesNotInheritThatTheOldOneWasBlocked(Alarm alarm) throws Exception {
        MqPublisher publisher = rig.publisher();
        assertEquals(MqOutcome.CONFIRMED, publish(publisher));
        alarm.raise(node);
        Until.holds("a blocked publisher", SOON, () -> publish(publisher) == MqOutcome.NOT_SENT);
        proxy.refuse(true); // so that the end of the alarm is told to nobody
        alarm.clear(node);

        proxy.refuse(false);

        Until.holds("a confirm", SOON, () -> publish(publisher) == MqOutcome.CONFIRMED);
    }

    private MqOutcome publish(MqPublisher publisher) {
        String id = "b" + ids.incrementAndGet();
        MqMessage message = MqMessage.builder().body(new byte[100]).messageId(id).build();
        long start = System.nanoTime();
        MqOutcome outcome = Rig.outcomeOf(publisher, "", queue, message);
        longest.accumulateAndGet(
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), Math::max);
        outcomes.put(id, outcome);
        return outcome;
    }

    private Map<MqOutcome, Integer> counts() {
        Map<MqOutcome, Integer> counts = new HashMap<>();
        outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return counts;
    }
}
