package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqMessage;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is in the way of moving a failed message: it is never lost, never tried without a delay,
 * and moved when the way is free.
 */
@Timeout(180)
class RetryFaultsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    /** Ten seconds for the publishes, and what a busy machine needs beside them. */
    private static final Duration PUT_BACK_LIMIT = Duration.ofSeconds(20);

    private static final int DELAY = 300;

    private BrokerNode node;
    private BrokerUser user;
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private FakeEndpoints endpoints;
    private boolean alarm;

    @BeforeEach
    void setUp() throws Exception {
        node = Nodes.shared();
        bare = new Bare(node.port());
        queue = bare.queue("retry-fault");
        proxy = FaultProxy.to(node);
        user = BrokerUser.on(node);
        rig = new Rig(proxy.port()).as(user).start();
        spec = rig.spec(queue);
        spec.setRetryDelay(String.valueOf(DELAY));
    }

    @AfterEach
    void tearDown() throws Exception {
        if (alarm) {
            node.unblockPublishers();
        }
        rig.close();
        proxy.close();
        bare.close();
        user.close();
        rig.assertContractKept();
    }

    private void consume(Bean bean) throws Exception {
        endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
    }

    private String waiting() {
        return queue + ".retry." + DELAY;
    }

    private String parking() {
        return queue + ".parking";
    }

    private static void fail(MqMessage m) {
        throw new IllegalStateException("no good: " + m.text());
    }

    private static long millis(List<Bean.Seen> seen, int from) {
        return TimeUnit.NANOSECONDS.toMillis(seen.get(from + 1).nanos() - seen.get(from).nanos());
    }

    private static void assertDelays(Bean bean) {
        List<Bean.Seen> seen = bean.seen();
        for (int i = 0; i + 1 < seen.size(); i++) {
            assertTrue(millis(seen, i) >= DELAY, millis(seen, i) + " ms before try " + (i + 2));
        }
    }

    @Test
    void aWaitQueueThatIsDeletedIsDeclaredAnew() throws Exception {
        CountDownLatch deleted = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        Bean bean =
                new Bean(
                        m -> {
                            if (first.getAndSet(false)) {
                                assertTrue(deleted.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                                fail(m);
                            }
                        });
        consume(bean);
        Until.holds("the wait queue", SOON, () -> Nodes.exists(waiting()));
        bare.publish(queue, "m");
        Until.holds("the first try", SOON, () -> bean.count() == 1);
        bare.deleteQueue(waiting());
        deleted.countDown();

        Until.holds("the second try", SOON, () -> bean.count() == 2);
        assertDelays(bean);
        assertTrue(Nodes.exists(waiting()));
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void withoutPermissionToDeclareItIsTriedWhereItIsAndKeptUntilItCanBeParked() throws Exception {
        user.mayConfigure("^$");
        Bean bean = new Bean(RetryFaultsTest::fail);
        try (LogLines alarms = new LogLines("until the queue exists")) {
            consume(bean);
            bare.publish(queue, "m");
            Until.holds("four tries", SOON, () -> bean.count() == 4);
            assertDelays(bean);
            Until.holds("an alarm for each queue", SOON, () -> alarms.count() == 2);
            Until.never("a fifth try", A_WHILE, () -> bean.count() > 4);
            assertEquals(0, bare.ready(queue), "given back");

            bare.declare(parking(), Map.of());
            Until.holds("parked", SOON, () -> bare.ready(parking()) == 1);
            assertEquals(2, alarms.count());
        }
        assertEquals(4, bare.take(parking()).getProps().getHeaders().get("x-leveret-attempts"));
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aWaitQueueThatExistsWithOtherArgumentsIsTakenAsItIs() throws Exception {
        bare.declare(
                waiting(),
                Map.of(
                        "x-message-ttl",
                        2 * DELAY,
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        queue));
        Bean bean = new Bean(RetryFaultsTest::fail);
        try (LogLines told = new LogLines("exists with other arguments than ours")) {
            consume(bean);
            Until.holds("the warning", SOON, () -> told.count() == 1);
            String line = told.lines().get(0);
            assertTrue(line.contains("inequivalent arg"), line);
        }
        bare.publish(queue, "m");
        Until.holds("two tries", SOON, () -> bean.count() == 2);
        assertTrue(millis(bean.seen(), 0) >= 2 * DELAY);
    }

    @Test
    void whileTheBrokerBlocksPublishersItWaitsUnsettledAndIsTriedAfterwards() throws Exception {
        Bean bean = blocked();
        Until.never("another try", A_WHILE, () -> bean.count() > 1);
        assertEquals(0, bare.ready(queue), "given back");

        node.unblockPublishers();
        Until.holds("the second try", SOON, () -> bean.count() >= 2);
    }

    @Test
    void anActivationThatStopsMeanwhileGivesItBack() throws Exception {
        blocked();
        rig.container().deactivate(endpoints, spec);
        Until.holds("it is back", SOON, () -> bare.ready(queue) == 1);
        node.unblockPublishers();
        GetResponse got = bare.take(queue);
        assertNotNull(got);
        assertTrue(got.getEnvelope().isRedeliver());
    }

    @Test
    void whatAnOperatorPutsBackMeanwhileIsRefusedWithAReasonAndLosesNothing() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        Set<String> processed = ConcurrentHashMap.newKeySet();
        Bean bean =
                new Bean(
                        m -> {
                            if (!mended.get()) {
                                fail(m);
                            }
                            processed.add(m.text());
                        });
        spec.setMaxAttempts("1");
        consume(bean);
        for (int i = 0; i < 3; i++) {
            bare.publish(queue, "m" + i);
        }
        Until.holds(
                "three parked", SOON, () -> Nodes.exists(parking()) && bare.ready(parking()) == 3);
        ActivationMXBean seen = rig.activation();
        mended.set(true);
        alarm = true;
        node.blockPublishers();

        long start = System.nanoTime();
        RuntimeException e = assertThrows(RuntimeException.class, () -> seen.returnParked(10));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis < PUT_BACK_LIMIT.toMillis(), millis + " ms");
        assertSaysWhatIsLeft(e);
        Until.holds("they are still parked", SOON, () -> bare.ready(parking()) == 3);
        assertEquals(Set.of(), processed);

        node.unblockPublishers();
        alarm = false;
        Until.holds(
                "all processed",
                SOON,
                () -> {
                    if (bare.ready(parking()) > 0) {
                        putBack(seen);
                    }
                    return processed.size() == 3 && bare.ready(parking()) == 0;
                });
    }

    /** While the broker has not told that it goes on, it may be refused as before. */
    private static void putBack(ActivationMXBean seen) {
        try {
            seen.returnParked(10);
        } catch (RuntimeException e) {
            assertSaysWhatIsLeft(e);
        }
    }

    private static void assertSaysWhatIsLeft(RuntimeException refusal) {
        String said = refusal.toString();
        assertTrue(said.matches("(?s).*(blocked|not confirmed before the deadline).*"), said);
    }

    /** A message has failed while the broker blocks publishers. */
    private Bean blocked() throws Exception {
        CountDownLatch raised = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        Bean bean =
                new Bean(
                        m -> {
                            if (first.getAndSet(false)) {
                                assertTrue(raised.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                                fail(m);
                            }
                        });
        consume(bean);
        Until.holds("the wait queue", SOON, () -> Nodes.exists(parking()));
        bare.publish(queue, "m");
        Until.holds("the first try", SOON, () -> bean.count() == 1);
        alarm = true;
        node.blockPublishers();
        raised.countDown();
        Until.holds("the failure", SOON, () -> rig.activation().getFailed() == 1);
        return bean;
    }

    @Test
    void aParkingQueueThatIsFullRefusesItUntilThereIsRoom() throws Exception {
        bare.declare(parking(), Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        spec.setMaxAttempts("1");
        Bean bean = new Bean(RetryFaultsTest::fail);
        consume(bean);
        bare.publish(queue, "m0");
        Until.holds("the first one parked", SOON, () -> bare.ready(parking()) == 1);
        bare.publish(queue, "m1");
        Until.holds("the second one's failure", SOON, () -> bean.count() == 2);
        Until.never("given back", A_WHILE, () -> bare.ready(queue) > 0 || bean.count() > 2);
        assertEquals(1, Nodes.unacknowledged(queue), "acknowledged before its copy was confirmed");

        assertEquals(List.of("m0"), bare.drain(parking()));
        Until.holds("the second one parked", SOON, () -> bare.ready(parking()) == 1);
        GetResponse got = bare.take(parking());
        assertEquals(true, got.getProps().getHeaders().get("x-possible-duplicate"));
        assertEquals(2, bean.count());
    }

    @Test
    void aCopyThatIsUnderWayIsFinishedWhenTheActivationStops() throws Exception {
        spec.setRetryDelay("60000");
        String waits = queue + ".retry.60000";
        Bean bean = new Bean(RetryFaultsTest::fail);
        consume(bean);
        bare.publish(queue, "connects");
        Until.holds("the first copy", SOON, () -> Nodes.exists(waits) && bare.ready(waits) == 1);
        proxy.delay(Direction.DOWN, Duration.ofMillis(500)); // so that its confirm is under way
        bare.publish(queue, "m");
        Until.holds("the failure", SOON, () -> rig.activation().getFailed() == 2);

        rig.container().deactivate(endpoints, spec);

        assertEquals(0, bare.ready(queue), "given back although its copy was stored");
        assertEquals(2, bare.ready(waits));
    }

    @Test
    void aPauseDoesNotWaitForAQueueThatRefusesTheMessage() throws Exception {
        bare.declare(parking(), Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        bare.publish(parking(), "fills it");
        spec.setMaxAttempts("1");
        Bean bean = new Bean(RetryFaultsTest::fail);
        consume(bean);
        bare.publish(queue, "m");
        ActivationMXBean seen = rig.activation();
        Until.holds("the failure", SOON, () -> seen.getFailed() == 1);

        seen.stop();
        Until.holds("paused", SOON, () -> "PAUSED".equals(seen.getState()));
        Until.holds("it is back", SOON, () -> bare.ready(queue) == 1);
        assertEquals(1, bean.count());
    }

    @Test
    void noneIsLostWhenTheConnectionIsCutUnderTheCopies() throws Exception {
        int messages = 40;
        spec.setPrefetch("20");
        spec.setMaxAttempts("2");
        spec.setPauseAfterFailures("0");
        Bean bean = new Bean(RetryFaultsTest::fail);
        consume(bean);
        Until.holds("the parking queue", SOON, () -> Nodes.exists(parking()));
        proxy.delay(Direction.DOWN, Duration.ofMillis(100)); // so that confirms are under way
        for (int i = 0; i < messages; i++) {
            bare.publish(queue, "m" + i);
        }
        for (int cut = 0; cut < 3; cut++) {
            int seen = bean.count();
            Until.holds("more tries", SOON, () -> bean.count() > seen + 3);
            proxy.cut();
        }
        proxy.delay(Direction.DOWN, Duration.ZERO);

        HashSet<String> parked = new HashSet<>();
        Until.holds(
                "all parked",
                SOON,
                () -> {
                    parked.addAll(bare.drain(parking()));
                    return parked.size() == messages;
                });
        Until.holds("nothing waits", SOON, () -> bare.ready(waiting()) == 0);
        Until.holds(
                "nothing is left",
                SOON,
                () -> bare.ready(queue) == 0 && rig.activation().getInFlight() == 0);
    }
}
