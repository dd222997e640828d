package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Activations start whatever the broker and the server are doing, and end in bounded time. */
@Timeout(60)
class ActivationTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofMillis(300);
    private static final Duration DRAIN = Duration.ofSeconds(3); // as the rig sets it

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("activation");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void anActivationWithoutABrokerConsumesWhenItComes() throws Exception {
        proxy.refuse(true);
        bare.publish(queue, "m");
        Bean bean = new Bean();
        long start = System.nanoTime();
        rig.consume(queue, bean);
        assertTrue(
                System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1),
                "activation must not wait for the broker");
        Until.never("a delivery without a broker", A_WHILE, () -> bean.count() > 0);

        proxy.refuse(false);

        Until.holds("the delivery", SOON, () -> bean.count() == 1);
    }

    @Test
    void aMissingQueueIsTriedAgainAndDisturbsNoOtherActivation() throws Exception {
        String missing = Bare.name("missing");
        Bean waits = new Bean();
        rig.consume(missing, waits);
        Bean works = new Bean();
        rig.consume(queue, works);
        for (int i = 0; i < 20; i++) {
            bare.publish(queue, "m" + i);
            int expected = i + 1;
            Until.holds("the neighbour's delivery", SOON, () -> works.count() == expected);
        }
        Until.never(
                "a redelivery to the neighbour",
                Duration.ofSeconds(1),
                () -> works.seen().stream().anyMatch(Bean.Seen::redelivered));
        assertEquals(1, bare.consumers(queue));

        bare.declare(missing, Map.of());
        bare.publish(missing, "at last");

        Until.holds("the delivery", SOON, () -> waits.texts().equals(List.of("at last")));
    }

    @Test
    void aQueueDeletedUnderItsConsumerIsConsumedAgainWhenItComesBack() throws Exception {
        Bean bean = new Bean();
        rig.consume(queue, bean);
        bare.publish(queue, "before");
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        bare.deleteQueue(queue);
        bare.declare(queue, Map.of());
        bare.publish(queue, "after");

        Until.holds("the second delivery", SOON, () -> bean.count() == 2);
        assertEquals(List.of("before", "after"), bean.texts());
    }

    @Test
    void aCutConnectionIsConsumedFromAgain() throws Exception {
        Bean bean = new Bean();
        rig.consume(queue, bean);
        for (int i = 0; i < 3; i++) {
            String text = "m" + i;
            bare.publish(queue, text);
            Until.holds("delivery of " + text, SOON, () -> bean.texts().contains(text));
            proxy.cut();
        }
        Until.holds("a consumer again", SOON, () -> bare.consumers(queue) == 1);
    }

    @Test
    void anApplicationThatIsNotReadyGetsItsMessagesLater() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.available(false);
        bare.publish(queue, "m");
        long start = System.nanoTime();
        rig.container().activate(endpoints, rig.spec(queue));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1));
        Until.holds("the first refusal", SOON, () -> endpoints.refused() > 0);
        Until.never("a hot loop", Duration.ofSeconds(1), () -> endpoints.refused() > 50);

        endpoints.available(true);

        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        assertEquals(List.of("m"), bean.texts());
    }

    @Test
    void activatingTwiceConsumesOnce() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        rig.container().activate(endpoints, spec);

        Until.holds("the consumer", SOON, () -> bare.consumers(queue) == 1);
        Until.never("a second consumer", A_WHILE, () -> bare.consumers(queue) > 1);
        rig.container().deactivate(endpoints, spec);
        Until.holds("no consumer", SOON, () -> bare.consumers(queue) == 0);
        rig.container().deactivate(endpoints, spec);
        rig.container().deactivate(rig.endpoints(new Bean()), rig.spec(queue));
        assertEquals(0, endpoints.open(), "endpoints that were never released");
    }

    @Test
    void equalSpecsAreTwoActivations() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec first = rig.spec(queue);
        rig.container().activate(endpoints, first);
        rig.container().activate(endpoints, rig.spec(queue));

        Until.holds("two consumers", SOON, () -> bare.consumers(queue) == 2);
        rig.container().deactivate(endpoints, first);
        Until.holds("one consumer", SOON, () -> bare.consumers(queue) == 1);
        Until.never("losing the other one", A_WHILE, () -> bare.consumers(queue) == 0);
    }

    @Test
    void theSameObjectsMayComeAgain() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = rig.spec(queue);
        for (int i = 0; i < 5; i++) {
            rig.container().activate(endpoints, spec);
            bare.publish(queue, "m" + i);
            int expected = i + 1;
            Until.holds("delivery " + i, SOON, () -> endpoints.commits() == expected);
            rig.container().deactivate(endpoints, spec);
            assertEquals(0, endpoints.open(), "endpoints that were not released");
        }
        Until.holds("no consumer", SOON, () -> bare.consumers(queue) == 0);
        assertEquals(List.of("m0", "m1", "m2", "m3", "m4"), bean.texts());
    }

    @Test
    void deactivationWaitsForTheRunningDeliveryAndReturnsTheRest() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(release.await(10, TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        for (int i = 0; i < 5; i++) {
            bare.publish(queue, "m" + i);
        }
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> deactivated = other.submit(() -> rig.container().deactivate(endpoints, spec));
        Until.never("an end before the delivery's", A_WHILE, deactivated::isDone);

        release.countDown();
        deactivated.get(5, TimeUnit.SECONDS);

        other.shutdown();
        assertEquals(1, endpoints.commits());
        assertEquals(0, endpoints.open());
        Until.holds("the rest is back", SOON, () -> bare.ready(queue) == 4);
        assertEquals(List.of("m1", "m2", "m3", "m4"), bare.drain(queue));
        assertEquals(1, bean.count());
    }

    @Test
    void deactivationDoesNotWaitForEver() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(release.await(20, TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "hangs");
        Until.holds("the delivery", SOON, () -> bean.count() == 1);

        long start = System.nanoTime();
        rig.container().deactivate(endpoints, spec);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertTrue(took <= DRAIN.toMillis() + 2_000, "took " + took + " ms");
        Until.holds("the broker has it back", SOON, () -> bare.ready(queue) == 1);
        release.countDown();
        Until.holds("the late end", SOON, () -> endpoints.open() == 0);
        assertEquals(1, bare.ready(queue), "the late end must not settle it");
    }

    @Test
    void aListenerMayEndItsOwnActivation() throws Exception {
        MqActivationSpec spec = rig.spec(queue);
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        CountDownLatch ended = new CountDownLatch(1);
        bean.then(
                m -> {
                    rig.container().deactivate(endpoints, spec);
                    ended.countDown();
                });
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");

        assertTrue(
                ended.await(DRAIN.toMillis() - 1_000, TimeUnit.MILLISECONDS),
                "deactivation from inside waits for itself");
        Until.holds("no consumer", SOON, () -> bare.consumers(queue) == 0);
        Until.holds("the commit", SOON, () -> endpoints.commits() == 1);
        Until.holds("the endpoint's release", SOON, () -> endpoints.open() == 0);
        assertDoesNotThrow(rig::close);
        Until.never("its message back", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void aDeliveryThatEndsItsActivationWhileThatStillSubscribesIsSettled() throws Exception {
        for (int i = 0; i < 20; i++) {
            String fresh = bare.queue("self-ending");
            bare.publish(fresh, "m"); // waits there, so it comes together with the consume-ok
            MqActivationSpec spec = rig.spec(fresh);
            Bean bean = new Bean();
            FakeEndpoints endpoints = rig.endpoints(bean);
            bean.then(m -> rig.container().deactivate(endpoints, spec));
            rig.container().activate(endpoints, spec);

            Until.holds("the commit", SOON, () -> endpoints.commits() == 1);
            Until.holds("the endpoint's release", SOON, () -> endpoints.open() == 0);
            Until.holds("no consumer", SOON, () -> bare.consumers(fresh) == 0);
            Until.never("its message back", Duration.ofMillis(50), () -> bare.ready(fresh) > 0);
        }
    }

    /** Whoever subscribes finds everything gone when it goes on. */
    @Test
    void aDeliveryThatEndsItsActivationWhileThatSaysThatItConsumesIsSettled() throws Exception {
        CountDownLatch says = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        MqActivationSpec spec = rig.spec(queue);
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        bean.then(
                m -> {
                    await(says);
                    rig.container().deactivate(endpoints, spec);
                    ended.countDown();
                    Until.never("its message back", A_WHILE, () -> bare.ready(queue) > 0);
                });
        bare.publish(queue, "m");
        try (LogLines lines =
                new LogLines(
                        "consumes from",
                        () -> {
                            says.countDown();
                            await(ended);
                        })) {
            rig.container().activate(endpoints, spec);
            Until.holds("the commit", SOON, () -> endpoints.commits() == 1);
            Until.holds("the endpoint's release", SOON, () -> endpoints.open() == 0);
            assertEquals(1, lines.count());
        }
        Until.never("its message back", A_WHILE, () -> bare.ready(queue) > 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void deactivationWithoutABrokerIsQuick() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        Until.holds("the consumer", SOON, () -> bare.consumers(queue) == 1);
        proxy.refuse(true);

        long start = System.nanoTime();
        rig.container().deactivate(endpoints, spec);

        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2));
        Until.holds("the broker knows", SOON, () -> bare.consumers(queue) == 0);
        proxy.refuse(false);
        Until.never("a consumer", Duration.ofSeconds(1), () -> bare.consumers(queue) > 0);
    }
}
