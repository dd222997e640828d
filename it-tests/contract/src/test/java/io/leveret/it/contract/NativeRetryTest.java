package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import io.leveret.MqDeliveryListener;
import io.leveret.MqEvent;
import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With retryMode=NATIVE the queue itself delays what has failed, and counts it. */
@Timeout(120)
class NativeRetryTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<MqEvent> events = new CopyOnWriteArrayList<>();
    private final String queue = Bare.name("native");
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private MqActivationSpec spec;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        Rig.connectionFactory(rig.pool()).events().addListener(events::add);
        spec = rig.spec(queue);
        spec.setRetryMode("NATIVE");
        spec.setTopologyMode("DECLARE");
        spec.setRetryDelay("1000");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private FakeEndpoints activate(MqMessageListener bean) throws Exception {
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        return endpoints;
    }

    private void consume(MqMessageListener bean) throws Exception {
        activate(bean);
        awaitConsuming();
    }

    private void awaitConsuming() throws Exception {
        Until.holds("consumes", SOON, () -> rig.activation().getState().equals("CONSUMING"));
    }

    private static void fail(MqMessage m) {
        throw new IllegalStateException("no good: " + m.text());
    }

    private static void failBad(MqMessage m) {
        if (m.text().equals("bad")) {
            fail(m);
        }
    }

    private Map<String, Object> parked() throws Exception {
        String parking = queue + ".parking";
        Until.holds(
                "a parked message", SOON, () -> Nodes.exists(parking) && bare.ready(parking) > 0);
        GetResponse got = bare.take(parking);
        assertNotNull(got);
        return got.getProps().getHeaders();
    }

    private static long millisBetween(Bean.Seen first, Bean.Seen second) {
        return TimeUnit.NANOSECONDS.toMillis(second.nanos() - first.nanos());
    }

    private List<String> told(String what) {
        return events.stream().map(MqEvent::text).filter(text -> text.contains(what)).toList();
    }

    // --- what it is for ---

    @Test
    void whatFailsComesAgainAfterItsDelayWhileOthersAreProcessedAndIsParkedAtLast()
            throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setPrefetch("1"); // a message that waited here would hold up all
        spec.setMaxAttempts("3");
        Bean bean = new Bean(NativeRetryTest::failBad);
        consume(bean);
        bare.publish(queue, "bad");
        bare.publish(queue, "good");
        bare.publish(queue, "good too");

        Map<String, Object> headers = parked();
        assertEquals(3, headers.get("x-leveret-attempts"));
        assertEquals("maxAttempts=3 reached", headers.get("x-leveret-reason").toString());
        assertFalse(headers.containsKey("x-leveret-first-failure"), "nobody knows");
        assertTrue(headers.containsKey("x-leveret-last-failure"));
        assertFalse(headers.containsKey("x-delivery-count"));
        assertEquals(List.of("bad", "good", "good too", "bad", "bad"), bean.texts());
        for (int i : new int[] {0, 3}) {
            Bean.Seen next = bean.seen().get(i == 0 ? 3 : 4);
            assertTrue(millisBetween(bean.seen().get(i), next) >= 900, "the delay");
        }
        assertFalse(Nodes.exists(queue + ".retry.1000"));
        Until.holds("nothing unsettled", SOON, () -> Nodes.unacknowledged(queue) == 0);
        assertEquals(2, rig.activation().getRetried());
        assertEquals(1, rig.activation().getParked());
    }

    @Test
    void delaysMayGrowByTheFirstOne() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setRetryDelay(null);
        spec.setRetryDelays("500,1000,1500");
        Bean bean = new Bean(NativeRetryTest::fail);
        consume(bean);
        bare.publish(queue, "bad");
        assertEquals(4, parked().get("x-leveret-attempts"));
        for (int i = 1; i <= 3; i++) {
            long millis = millisBetween(bean.seen().get(i - 1), bean.seen().get(i));
            assertTrue(millis >= 500L * i - 50, i + ": " + millis + " ms");
        }
    }

    @Test
    void attemptsAreCountedOverALostConnection() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setMaxAttempts("3");
        Bean bean = new Bean(NativeRetryTest::fail);
        consume(bean);
        bare.publish(queue, "bad");
        Until.holds("its first failure", SOON, () -> rig.activation().getRetried() == 1);
        proxy.cut();
        assertEquals(3, parked().get("x-leveret-attempts"));
        assertEquals(3, bean.count());
    }

    @Test
    void aCountThatSomebodyHasSentIsNone() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        Bean bean = new Bean(NativeRetryTest::fail);
        consume(bean);
        Map<String, Object> forged = new HashMap<>();
        forged.put("x-leveret-queue", queue);
        forged.put("x-leveret-attempts", 7);
        forged.put("x-leveret-first-failure", new java.util.Date(0));
        forged.put("x-delivery-count", 7L);
        forged.put("x-acquired-count", 7L);
        bare.publish(
                queue,
                new AMQP.BasicProperties.Builder().headers(forged).build(),
                new byte[] {'m'});
        Map<String, Object> headers = parked();
        assertEquals(2, headers.get("x-leveret-attempts"));
        assertFalse(headers.containsKey("x-leveret-first-failure"));
        assertEquals(2, bean.count());
    }

    @Test
    void aListenerThatAsksForAnotherDelayGetsTheOneOfTheQueue() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        List<Long> times = new CopyOnWriteArrayList<>();
        MqDeliveryListener bean =
                delivery -> {
                    times.add(System.nanoTime());
                    if (times.size() == 1) {
                        delivery.retryLater(Duration.ofHours(1));
                    } else {
                        delivery.ack();
                    }
                };
        rig.container().activate(rig.container().endpoints(MqDeliveryListener.class, bean), spec);
        awaitConsuming();
        bare.publish(queue, "m");
        Until.holds("it again", SOON, () -> times.size() == 2);
        assertTrue(TimeUnit.NANOSECONDS.toMillis(times.get(1) - times.get(0)) >= 900);
    }

    // --- what goes back ---

    /** Takes one that was given back, long before the delay of those that are counted is over. */
    private GetResponse takeBack() throws Exception {
        GetResponse[] got = new GetResponse[1];
        Until.holds("one is back", SOON, () -> (got[0] = bare.take(queue)) != null);
        return got[0];
    }

    @Test
    void whatNobodyHasTriedGoesBackAtOnceAndUncountedWhenItPauses() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setRetryDelay("60000"); // what is counted would not be seen again here
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Bean bean =
                new Bean(
                        m -> {
                            running.countDown();
                            goOn.await(20, TimeUnit.SECONDS);
                        });
        consume(bean);
        for (String each : List.of("runs", "waits", "waits too")) {
            bare.publish(queue, each);
        }
        assertTrue(running.await(20, TimeUnit.SECONDS));
        Until.holds("all are here", SOON, () -> Nodes.unacknowledged(queue) == 3);
        rig.activation().stop();
        goOn.countDown();
        Until.holds("is paused", SOON, () -> rig.activation().getState().equals("PAUSED"));
        for (int i = 0; i < 2; i++) {
            GetResponse got = takeBack();
            assertTrue(got.getEnvelope().isRedeliver());
            assertFalse(got.getProps().getHeaders().containsKey("x-delivery-count"));
        }
        assertEquals(1, bean.count());
    }

    @Test
    void whatWaitsHereBecauseItIsNotTheMessagesFaultGoesBackUncounted() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        spec.setRetryDelay("60000");
        spec.setRequeueOn(IllegalStateException.class.getName());
        Bean bean = new Bean(NativeRetryTest::fail);
        FakeEndpoints endpoints = activate(bean);
        awaitConsuming();
        bare.publish(queue, "m");
        Until.holds("its failure", SOON, () -> rig.activation().getFailed() == 1);
        rig.container().deactivate(endpoints, spec);
        GetResponse got = takeBack();
        assertFalse(got.getProps().getHeaders().containsKey("x-delivery-count"));
    }

    // --- what it does not do ---

    @Test
    void anOlderBrokerIsNotConsumedFromAndItSaysWhy() throws Exception {
        Versions.assumeDoesNotDelay(Nodes.shared());
        Bean bean = new Bean(NativeRetryTest::fail);
        activate(bean);
        Until.holds("attempts", SOON, () -> rig.activation().getAttempts() >= 3);
        List<String> told = told("does not consume (retryMode=NATIVE)");
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0).contains("this is RabbitMQ " + Nodes.shared().version()));
        assertTrue(told.get(0).contains("use retryMode=LADDER"));
        assertFalse(Nodes.exists(queue), "nothing is declared");
    }

    @Test
    void aQueueThatDoesNotDelayIsNotConsumedFrom() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        // Two differences: the one that can be put up with must not hide the other.
        bare.declare(queue, Map.of("x-queue-type", "quorum", "x-delivery-limit", 5));
        bare.publish(queue, "m");
        Bean bean = new Bean(NativeRetryTest::fail);
        activate(bean);
        Until.holds("attempts", SOON, () -> rig.activation().getAttempts() >= 3);
        List<String> told = told("cannot declare queue");
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0).contains("it exists and is different"), told::toString);
        assertEquals(0, bean.count());
    }

    @Test
    void aQueueThatDelaysIsTakenWithItsOwnDeliveryLimit() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        bare.declare(
                queue,
                Map.of(
                        "x-queue-type",
                        "quorum",
                        "x-delivery-limit",
                        50,
                        "x-delayed-retry-type",
                        "failed",
                        "x-delayed-retry-min",
                        1000,
                        "x-delayed-retry-max",
                        1000));
        bare.publish(queue, "m");
        Bean bean = new Bean();
        consume(bean);
        Until.holds("the message", SOON, () -> bean.count() == 1);
    }

    @Test
    void whenAPolicyTakesTheDelayAwayMessagesStayWithTheirSession() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        Nodes.shared()
                .ctl(
                        "set_policy",
                        queue,
                        "^" + queue + "$",
                        "{\"delayed-retry-type\":\"disabled\"}",
                        "--apply-to",
                        "queues");
        spec.setMaxAttempts("0"); // nothing else ends it
        Bean bean = new Bean(NativeRetryTest::fail);
        consume(bean);
        bare.publish(queue, "bad");
        Until.holds("is told", SOON, () -> told("does not delay what is rejected").size() == 1);
        Until.holds("goes on", SOON, () -> bean.count() >= 6);
        List<Bean.Seen> seen = bean.seen();
        assertTrue(millisBetween(seen.get(3), seen.get(4)) >= 900, "kept here");
        assertTrue(millisBetween(seen.get(4), seen.get(5)) >= 900, "kept here");
        assertEquals(1, told("does not delay what is rejected").size());
    }
}
