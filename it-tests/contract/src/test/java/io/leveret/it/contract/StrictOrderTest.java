package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** strictOrder: one message at a time, in the queue's order, over failures, losses and servers. */
@Timeout(90)
class StrictOrderTest {

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private Bare bare;
    private FaultProxy proxy;
    private FaultProxy other;
    private Rig rig;
    private Rig second;
    private String queue;
    private final Bean bean = new Bean();

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("strict", Map.of("x-single-active-consumer", true));
        proxy = FaultProxy.to(Nodes.shared());
        other = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        rig.assertContractKept();
        if (second != null) {
            second.close();
            second.assertContractKept();
        }
        proxy.close();
        other.close();
        bare.close();
    }

    private MqActivationSpec spec(Rig which) {
        MqActivationSpec spec = which.spec(queue);
        spec.setMaxSession(null);
        spec.setPrefetch(null);
        spec.setStrictOrder("true");
        spec.setRetryDelay("300");
        return spec;
    }

    private void publish(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            bare.publish(queue, "m" + i);
        }
    }

    private static List<String> numbered(int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add("m" + i);
        }
        return all;
    }

    /** Runs of one message may follow each other, and nothing may come between. */
    private void assertInOrder(int count) {
        List<String> distinct = new ArrayList<>(new LinkedHashSet<>(bean.texts()));
        assertEquals(numbered(count), distinct, () -> "order of first runs in " + bean.texts());
        for (int i = 1; i < bean.texts().size(); i++) {
            int before = Integer.parseInt(bean.texts().get(i - 1).substring(1));
            int now = Integer.parseInt(bean.texts().get(i).substring(1));
            assertTrue(now == before || now == before + 1, () -> "out of order: " + bean.texts());
        }
        assertEquals(1, bean.mostRunning(), "at a time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void aFailedMessageIsTriedAgainInItsPlaceAfterTheDelay(String type) throws Exception {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-single-active-consumer", true);
        arguments.put("x-queue-type", type);
        if (type.equals("quorum")) {
            arguments.put("x-delivery-limit", 1); // what is given back too often is dropped
        }
        queue = bare.queue("strict", arguments);
        AtomicInteger failures = new AtomicInteger(2);
        bean.then(
                m -> {
                    if (m.text().equals("m1") && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("a test's failure");
                    }
                });
        publish(0, 4);
        rig.container().activate(rig.endpoints(bean), spec(rig));

        Until.holds("all", SOON, () -> bean.count() == 6);
        assertEquals(List.of("m0", "m1", "m1", "m1", "m2", "m3"), bean.texts());
        long pause =
                TimeUnit.NANOSECONDS.toMillis(
                        bean.seen().get(2).nanos() - bean.seen().get(1).nanos());
        assertTrue(pause >= 250, "tried again after " + pause + " ms");
        assertTrue(bean.seen().get(2).possibleDuplicate(), "the second run does not know it");
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aLostConnectionIsReplacedOnlyWhenTheRunningDeliveryHasEnded() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m0") && !m.redelivered()) {
                        assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                });
        publish(0, 3);
        rig.container().activate(rig.endpoints(bean), spec(rig));
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        proxy.cut();
        Until.holds("the broker noticed", SOON, () -> bare.consumers(queue) == 0);
        Until.never("a consumer beside it", A_WHILE, () -> bare.consumers(queue) > 0);
        gate.countDown();

        Until.holds("all", SOON, () -> bean.count() == 4);
        assertEquals(List.of("m0", "m0", "m1", "m2"), bean.texts());
        assertInOrder(3);
    }

    @Test
    void aMessageThatWaitsForItsRetryDoesNotHoldUpTheNewConnection() throws Exception {
        AtomicInteger failures = new AtomicInteger(1);
        bean.then(
                m -> {
                    if (failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("a test's failure");
                    }
                });
        publish(0, 2);
        MqActivationSpec spec = spec(rig);
        spec.setRetryDelay("60000");
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("the failure", SOON, () -> bean.count() == 1);

        proxy.cut();

        Until.holds("all", SOON, () -> bean.count() == 3);
        assertEquals(List.of("m0", "m0", "m1"), bean.texts());
    }

    @Test
    void anotherServerTakesOverOnlyWhenTheLastDeliveryHasEnded() throws Exception {
        second = Rig.started(Nodes.shared().port());
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m0")) {
                        assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                });
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = spec(rig);
        rig.container().activate(endpoints, spec);
        Until.holds("the active consumer", SOON, () -> bare.consumers(queue) == 1);
        second.container().activate(second.endpoints(bean), spec(second));
        Until.holds("the waiting consumer", SOON, () -> bare.consumers(queue) == 2);
        publish(0, 5);
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        CompletableFuture<Void> ended =
                CompletableFuture.runAsync(() -> rig.container().deactivate(endpoints, spec));
        Until.never("an overtaking one", A_WHILE, () -> bean.count() > 1);
        gate.countDown();
        ended.get(SOON.toMillis(), TimeUnit.MILLISECONDS);

        Until.holds("all", SOON, () -> bean.texts().contains("m4"));
        assertInOrder(5);
    }

    @Test
    void twoServersKeepTheOrderWhileTheirConnectionsAreCut() throws Exception {
        int messages = 300;
        second = Rig.started(other.port());
        bean.then(m -> LockSupport.parkNanos(1_000_000));
        rig.container().activate(rig.endpoints(bean), spec(rig));
        second.container().activate(second.endpoints(bean), spec(second));
        for (int i = 0; i < messages; i += 50) {
            publish(i, i + 50);
            int enough = i + 20;
            Until.holds("some", SOON, () -> bean.texts().contains("m" + enough));
            (i % 100 == 0 ? proxy : other).cut();
        }

        Until.holds("all", SOON, () -> bean.texts().contains("m" + (messages - 1)));
        // A server may still run what the broker has given to the other one already, when it has
        // lost its connection; then the first runs keep their order all the same.
        assertEquals(numbered(messages), new ArrayList<>(new LinkedHashSet<>(bean.texts())));
    }

    @Test
    void aLinkThatGoesHomeLetsTheRunningDeliveryEndFirst() throws Exception {
        rig.close();
        rig =
                new Rig(proxy.port())
                        .with(
                                a ->
                                        a.setAddresses(
                                                "127.0.0.1:"
                                                        + proxy.port()
                                                        + ",127.0.0.1:"
                                                        + other.port()))
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setReconnectInterval("20"))
                        .with(a -> a.setProbeInterval("300"))
                        .start();
        rig.container().activate(rig.endpoints(bean), spec(rig));
        Until.holds("a consumer", SOON, () -> bare.consumers(queue) == 1);
        FaultProxy home = proxy.connections() == 1 ? proxy : other;
        FaultProxy away = home == proxy ? other : proxy;
        home.refuse(true);
        Until.holds("it went away", SOON, () -> away.connections() == 1);
        Until.holds("its consumer", SOON, () -> bare.consumers(queue) == 1);
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m0")) {
                        assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                });
        publish(0, 3);
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        home.refuse(false);
        Until.holds("its new connection", SOON, () -> home.connections() == 1);
        // No cancel either: another server would get the next message.
        Until.never("a change of consumers", A_WHILE, () -> bare.consumers(queue) != 1);
        gate.countDown();

        Until.holds("the rest", SOON, () -> bean.count() == 3);
        Until.holds("it left", SOON, () -> away.connections() == 0);
        assertInOrder(3);
    }

    @Test
    void anExclusiveConsumerIsAloneAndTheNextOneWaitsForItsEnd() throws Exception {
        queue = bare.queue("exclusive");
        Bean firstBean = new Bean();
        Bean secondBean = new Bean();
        FakeEndpoints first = rig.endpoints(firstBean);
        MqActivationSpec spec = rig.spec(queue);
        spec.setExclusiveConsumer("true");
        rig.container().activate(first, spec);
        Until.holds("the first consumer", SOON, () -> bare.consumers(queue) == 1);
        second = Rig.started(other.port());
        MqActivationSpec next = second.spec(queue);
        next.setExclusiveConsumer("true");
        try (LogLines refused = new LogLines("cannot consume from queue '" + queue)) {
            second.container().activate(second.endpoints(secondBean), next);
            Until.holds("the refusal", SOON, () -> refused.count() > 0);
            publish(0, 5);
            Until.holds("deliveries", SOON, () -> firstBean.count() == 5);

            rig.container().deactivate(first, spec);
            publish(5, 7);

            Until.holds("the next one's", SOON, () -> secondBean.count() == 2);
            assertEquals(1, refused.count(), "told once");
        }
        assertEquals(5, firstBean.count());
        assertEquals(1, other.accepted(), "a refused consumer costs its channel only");
    }

    @Test
    void aConsumerOfHigherPriorityIsServedWhileItHasRoom() throws Exception {
        queue = bare.queue("priority");
        CountDownLatch gate = new CountDownLatch(1);
        Bean low = new Bean();
        Bean high = new Bean(m -> assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS)));
        rig.container().activate(rig.endpoints(low), rig.spec(queue));
        second = Rig.started(other.port());
        MqActivationSpec preferred = second.spec(queue);
        preferred.setConsumerPriority("10");
        preferred.setPrefetch("3");
        second.container().activate(second.endpoints(high), preferred);
        Until.holds("both", SOON, () -> bare.consumers(queue) == 2);

        publish(0, 5);

        Until.holds("the low one gets the rest", SOON, () -> low.count() == 2);
        assertEquals(List.of("m3", "m4"), low.texts());
        gate.countDown();
        Until.holds("the high one's", SOON, () -> high.count() == 3);
        Until.holds("it has room again", SOON, () -> Nodes.unacknowledged(queue) == 0);
        publish(5, 6);
        Until.holds("the high one again", SOON, () -> high.count() == 4);
        assertEquals(2, low.count());
    }
}
