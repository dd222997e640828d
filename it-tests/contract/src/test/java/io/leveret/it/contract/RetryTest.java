package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import io.leveret.MqDelivery;
import io.leveret.MqDeliveryListener;
import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqRetry;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A message that fails waits elsewhere and comes again, as often as it may, while others are
 * processed; then it is parked, with a description.
 */
@Timeout(120)
class RetryTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private final List<MqMessage> messages = new CopyOnWriteArrayList<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private FakeEndpoints endpoints;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("retry");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        spec = rig.spec(queue);
        spec.setRetryDelay("400");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private void consume(MqMessageListener bean, EndpointQuirk... quirks) throws Exception {
        endpoints =
                rig.endpoints(
                        m -> {
                            messages.add(m);
                            bean.onMessage(m);
                        },
                        quirks);
        rig.container().activate(endpoints, spec);
    }

    private String parking() {
        return queue + ".parking";
    }

    private static void fail(MqMessage m) {
        throw new IllegalStateException("no good: " + m.text());
    }

    private static String header(GetResponse got, String name) {
        Object value = got.getProps().getHeaders().get("x-leveret-" + name);
        return value == null ? null : value.toString();
    }

    private static long millisBetween(Bean.Seen first, Bean.Seen second) {
        return TimeUnit.NANOSECONDS.toMillis(second.nanos() - first.nanos());
    }

    /** An exception whose own methods fail. */
    private static final class Unspeakable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }
    }

    // --- retry ---

    @Test
    void aListenerThatThrowsWhatCannotBeAskedHasFailedLikeAnyOther() throws Exception {
        spec.setMaxAttempts("2");
        consume(
                m -> {
                    throw new Unspeakable();
                });
        bare.publish(queue, "m");
        assertNotNull(bare.awaitParked(queue));
        assertEquals(2, messages.size());
        rig.container().deactivate(endpoints, spec);
        Until.never("it once more", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void aFailedMessageWaitsElsewhereWhileOthersAreProcessed(String type) throws Exception {
        queue = bare.queue("retry", Map.of("x-queue-type", type));
        spec.setDestination(queue);
        spec.setPrefetch("1"); // a message that waited here would hold up all
        Bean bean =
                new Bean(
                        m -> {
                            if (m.text().equals("bad") && messages.size() < 10) {
                                fail(m);
                            }
                        });
        bare.publish(queue, "bad");
        for (int i = 0; i < 20; i++) {
            bare.publish(queue, "good" + i);
        }
        consume(bean);

        Until.holds("all, and the bad one again", SOON, () -> bean.count() == 22);
        assertEquals("bad", bean.texts().get(21), bean.texts()::toString);
        assertTrue(millisBetween(bean.seen().get(0), bean.seen().get(21)) >= 400);
        assertTrue(bean.seen().get(21).redelivered());
        assertTrue(bean.seen().get(21).possibleDuplicate());
        rig.close();
        assertEquals(0, bare.ready(queue));
        assertEquals(0, bare.ready(queue + ".retry.400"));
    }

    @Test
    void theDelayGrowsWithEachFailureAndTheBeanSeesWhereTheMessageWasPublished() throws Exception {
        spec.setRetryDelay("100");
        spec.setRetryMultiplier("4");
        spec.setRetryMaxDelay("900");
        spec.setMaxAttempts("0");
        String exchange = bare.exchange("retried", queue);
        bare.bind(queue, exchange, "a.key");
        Bean bean =
                new Bean(
                        m -> {
                            if (messages.size() < 5) {
                                fail(m);
                            }
                        });
        consume(bean);
        rig.publisher().publish(exchange, "a.key", MqMessage.text("m"));

        Until.holds("five tries", SOON, () -> bean.count() == 5);
        List<Bean.Seen> seen = bean.seen();
        long[] least = {100, 400, 900, 900};
        for (int i = 0; i < least.length; i++) {
            long gap = millisBetween(seen.get(i), seen.get(i + 1));
            assertTrue(gap >= least[i], "before try " + (i + 2) + ": " + gap + " ms");
        }
        for (MqMessage m : messages) {
            assertEquals(exchange, m.exchange());
            assertEquals("a.key", m.routingKey());
        }
        assertEquals(messages.get(0).messageId(), messages.get(4).messageId());
    }

    @Test
    void explicitDelaysAreTakenOneAfterAnotherAndTheLastGoesOn() throws Exception {
        spec.setRetryDelay(null);
        spec.setRetryDelays("50, 300");
        Bean bean = new Bean(RetryTest::fail);
        bare.publish(queue, "m");
        consume(bean);

        assertNotNull(bare.awaitParked(queue));
        List<Bean.Seen> seen = bean.seen();
        assertEquals(4, seen.size());
        assertTrue(millisBetween(seen.get(0), seen.get(1)) >= 50);
        assertTrue(millisBetween(seen.get(1), seen.get(2)) >= 300);
        assertTrue(millisBetween(seen.get(2), seen.get(3)) >= 300);
    }

    @Test
    void aManualListenersDelayIsTheNearestOneOfTheLadder() throws Exception {
        spec.setRetryDelay(null);
        spec.setRetryDelays("50, 700, 60000");
        List<Long> at = new CopyOnWriteArrayList<>();
        MqDeliveryListener bean =
                delivery -> {
                    at.add(System.nanoTime());
                    if (at.size() == 1) {
                        delivery.retryLater(Duration.ofSeconds(1));
                    } else if (at.size() == 2) {
                        delivery.reject(); // by the settings: its second failure
                    } else {
                        delivery.ack();
                    }
                };
        endpoints = rig.container().endpoints(MqDeliveryListener.class, bean);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");

        Until.holds("three tries", SOON, () -> at.size() == 3);
        assertTrue(at.get(1) - at.get(0) >= Duration.ofMillis(700).toNanos());
        assertTrue(at.get(2) - at.get(1) >= Duration.ofMillis(700).toNanos());
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aManualListenersMessageIsParkedAfterItsLastTryToo() throws Exception {
        spec.setMaxAttempts("2");
        spec.setRetryDelay("50");
        endpoints = rig.container().endpoints(MqDeliveryListener.class, MqDelivery::reject);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");

        GetResponse got = bare.awaitParked(queue);
        assertEquals("2", header(got, "attempts"));
        assertNull(header(got, "exception"));
    }

    // --- the end ---

    @Test
    void aMessageThatAlwaysFailsIsParkedWithADescription() throws Exception {
        spec.setRetryDelay("50");
        String exchange = bare.exchange("parked", queue);
        bare.bind(queue, exchange, "a.key");
        Bean bean = new Bean(RetryTest::fail);
        Instant before = Instant.now().minusSeconds(2);
        consume(bean);
        MqMessage sent =
                MqMessage.builder()
                        .body("poison")
                        .correlationId("c-1")
                        .type("t")
                        .priority(3)
                        .header("colour", "red")
                        .header("deep", Map.of("list", List.of(1, "two", 3L)))
                        .build();
        rig.publisher().publish(exchange, "a.key", sent);

        GetResponse got = bare.awaitParked(queue);
        assertArrayEquals("poison".getBytes(StandardCharsets.UTF_8), got.getBody());
        assertEquals("c-1", got.getProps().getCorrelationId());
        assertEquals("t", got.getProps().getType());
        assertEquals(3, got.getProps().getPriority());
        assertEquals(2, got.getProps().getDeliveryMode());
        assertEquals(messages.get(0).messageId(), got.getProps().getMessageId());
        Map<String, Object> headers = got.getProps().getHeaders();
        assertEquals("red", headers.get("colour").toString());
        assertEquals(
                List.of("1", "two", "3"),
                ((List<?>) ((Map<?, ?>) headers.get("deep")).get("list"))
                        .stream().map(Object::toString).toList());
        assertEquals(4, headers.get("x-leveret-attempts"));
        assertEquals(queue, header(got, "queue"));
        assertEquals(exchange, header(got, "exchange"));
        assertEquals("a.key", header(got, "routing-key"));
        assertEquals("maxAttempts=4 reached", header(got, "reason"));
        assertEquals("java.lang.IllegalStateException", header(got, "exception"));
        assertEquals("no good: poison", header(got, "exception-message"));
        assertTrue(header(got, "stack").contains("RetryTest.fail"), header(got, "stack"));
        Date first = (Date) headers.get("x-leveret-first-failure");
        Date last = (Date) headers.get("x-leveret-last-failure");
        assertTrue(first.toInstant().isAfter(before), first::toString);
        assertFalse(last.before(first), () -> first + " " + last);
        assertFalse(headers.containsKey("x-death"));

        assertEquals(4, bean.count());
        Until.never("another try", A_WHILE, () -> bean.count() > 4);
        assertEquals(1, rig.activation().getParked());
        assertEquals(3, rig.activation().getRetried());
        rig.close();
        assertEquals(0, bare.ready(queue));
        assertEquals(0, bare.ready(queue + ".retry.50"));
        assertEquals(0, bare.ready(parking()));
    }

    @Test
    void aTransactionThatCannotCommitIsAFailureLikeAnyOther() throws Exception {
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        String elsewhere = bare.queue("elsewhere");
        spec.setParkingQueue(elsewhere);
        consume(m -> {}, EndpointQuirk.SWALLOWS_FAILURES);
        endpoints.failCommit(2);
        bare.publish(queue, "m");

        Until.holds("parked", SOON, () -> bare.ready(elsewhere) == 1);
        assertEquals(2, messages.size());
        assertFalse(Nodes.exists(parking()));
    }

    @Test
    void withoutParkingItGoesToTheDeadLetterExchangeOfItsQueue() throws Exception {
        String dead = bare.queue("dead");
        queue =
                bare.queue(
                        "retry",
                        Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        spec.setDestination(queue);
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        spec.setAtEnd("DEAD_LETTER");
        bare.publish(queue, "m");
        consume(RetryTest::fail);

        Until.holds("dead-lettered", SOON, () -> bare.ready(dead) == 1);
        GetResponse got = bare.take(dead);
        Map<?, ?> death = (Map<?, ?>) ((List<?>) got.getProps().getHeaders().get("x-death")).get(0);
        assertEquals("rejected", death.get("reason").toString());
        assertEquals("1", header(got, "attempts")); // as it came for the last time
        assertEquals(2, messages.size());
        assertFalse(Nodes.exists(parking()));
    }

    @Test
    void inPlaceTheSessionWaitsWithItAndItIsParkedAtLast() throws Exception {
        spec.setRetryMode("IN_PLACE");
        spec.setRetryDelay("150");
        spec.setMaxAttempts("3");
        Bean bean =
                new Bean(
                        m -> {
                            if (m.text().equals("bad")) {
                                fail(m);
                            }
                        });
        bare.publish(queue, "bad");
        bare.publish(queue, "good");
        consume(bean);

        assertEquals("3", header(bare.awaitParked(queue), "attempts"));
        Until.holds("the next one", SOON, () -> bean.count() == 4);
        assertEquals(List.of("bad", "bad", "bad", "good"), bean.texts());
        assertTrue(millisBetween(bean.seen().get(0), bean.seen().get(2)) >= 300);
        assertFalse(Nodes.exists(queue + ".retry.150"));
    }

    @Test
    void whatIsParkedInPlaceSaysSinceWhenItHasFailed() throws Exception {
        spec.setRetryMode("IN_PLACE");
        spec.setRetryDelay("1200"); // timestamps are whole seconds
        spec.setMaxAttempts("2");
        bare.publish(queue, "bad");
        consume(RetryTest::fail);

        Map<String, Object> headers = bare.awaitParked(queue).getProps().getHeaders();
        Date first = (Date) headers.get("x-leveret-first-failure");
        Date last = (Date) headers.get("x-leveret-last-failure");
        assertTrue(first.before(last), () -> first + " and " + last);
    }

    /** Containers wrap what a listener throws, in calls that are some dozens deep. */
    @Test
    void whatIsParkedShowsTheListenerBehindWhatTheContainerThrows() throws Exception {
        spec.setMaxAttempts("1");
        bare.publish(queue, "bad");
        consume(m -> wrap(80, m));

        String stack = header(bare.awaitParked(queue), "stack");
        assertTrue(stack.contains("\nCaused by: java.lang.IllegalStateException: no good"), stack);
        assertTrue(stack.contains("at io.leveret.it.contract.RetryTest.fail("), stack);
    }

    private static void wrap(int depth, MqMessage m) {
        if (depth > 0) {
            wrap(depth - 1, m);
            return;
        }
        try {
            fail(m);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("a container's own", e);
        }
    }

    @Test
    void inPlaceWithoutALimitItIsTriedUntilItIsProcessed() throws Exception {
        spec.setRetryMode("IN_PLACE");
        spec.setRetryDelay("20");
        spec.setMaxAttempts("0");
        spec.setPauseAfterFailures("0");
        Bean bean =
                new Bean(
                        m -> {
                            if (messages.size() < 30) {
                                fail(m);
                            }
                        });
        bare.publish(queue, "m");
        consume(bean);

        Until.holds("its last try", SOON, () -> bean.count() == 30);
        assertEquals(0, rig.activation().getParked());
        rig.close();
        assertEquals(0, bare.ready(queue));
        assertFalse(Nodes.exists(parking()) && bare.ready(parking()) > 0);
    }

    @Test
    void anOperatorLooksAtWhatIsParkedAndPutsItBack() throws Exception {
        String exchange = bare.exchange("operated", queue);
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        AtomicBoolean mended = new AtomicBoolean();
        Bean bean =
                new Bean(
                        m -> {
                            if (!mended.get()) {
                                fail(m);
                            }
                        });
        consume(bean);
        MqPublisher publisher = rig.publisher();
        for (int i = 0; i < 3; i++) {
            publisher.publish(exchange, queue, MqMessage.text("m" + i));
        }
        Until.holds(
                "three parked",
                SOON,
                () -> Nodes.exists(parking()) && bare.ready(parking()) == 3 && bean.count() == 6);
        bare.publish(parking(), "somebody else's");
        ActivationMXBean seen = rig.activation();

        String[] shown = seen.showParked(10);
        assertEquals(3, shown.length);
        for (String part :
                List.of(messages.get(0).messageId(), exchange, "failed 2 time(s)", "no good: m0")) {
            assertTrue(shown[0].contains(part), () -> part + " in " + shown[0]);
        }
        Until.holds("they are back", SOON, () -> bare.ready(parking()) == 4);
        assertEquals(2, seen.showParked(2).length);
        Until.holds("they are back", SOON, () -> bare.ready(parking()) == 4);
        assertThrows(IllegalArgumentException.class, () -> seen.showParked(0));

        mended.set(true);
        assertEquals(2, seen.returnParked(2));
        Until.holds("two processed", SOON, () -> bean.count() == 8);
        assertEquals(1, seen.returnParked(1_000));
        Until.holds("all processed", SOON, () -> bean.count() == 9);
        MqMessage again = messages.get(8);
        assertTrue(again.possibleDuplicate());
        assertEquals(exchange, again.exchange());
        assertFalse(again.headers().containsKey("x-leveret-attempts"), "it has begun anew");
        assertFalse(again.headers().containsKey("x-leveret-stack"));
        Until.holds("the other one stays", SOON, () -> bare.ready(parking()) == 1);
        assertEquals(0, seen.returnParked(1));
        bare.deleteQueue(parking());
        Exception e = assertThrows(RuntimeException.class, () -> seen.returnParked(1));
        assertTrue(e.toString().contains("no queue '" + parking()), e::toString);
    }

    @Test
    void aHeaderThatFillsTheFrameByItselfIsLeftOutWhenItIsParked() throws Exception {
        spec.setMaxAttempts("1");
        consume(RetryTest::fail);
        Map<String, Object> headers = new HashMap<>(Map.of("colour", "red", "large", ""));
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().headers(headers).build();
        int room = 131_072 - properties.toFrame(1, 0).size();
        headers.put("large", "x".repeat(room)); // an id has no room beside it
        bare.publish(queue, properties.builder().headers(headers).build(), new byte[] {'m'});

        Map<String, Object> got = bare.awaitParked(queue).getProps().getHeaders();
        assertEquals("red", got.get("colour").toString());
        assertFalse(got.containsKey("large"));
        assertEquals("[large]", got.get("x-leveret-left-out").toString());
    }

    // --- kinds of failures ---

    /** Knows two kinds of failures that are no reason for another try, and none to count one. */
    @MqRetry(abortOn = IllegalArgumentException.class, requeueOn = IllegalStateException.class)
    private static final class Discerning implements MqMessageListener {

        private final Bean bean;

        Discerning(MqMessageListener then) {
            this.bean = new Bean(then);
        }

        @Override
        public void onMessage(MqMessage message) throws Exception {
            bean.onMessage(message);
        }
    }

    @Test
    void anExceptionThatIsNamedEndsTheMessageAtOnce() throws Exception {
        spec.setAbortOn("java.io.IOException");
        Discerning bean =
                new Discerning(
                        m -> {
                            if (m.text().equals("annotated")) {
                                throw new NumberFormatException("a subclass");
                            }
                            throw new IllegalCallerException("wrapped", new IOException());
                        });
        endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "annotated");
        bare.publish(queue, "configured");

        for (int i = 0; i < 2; i++) {
            GetResponse got = bare.awaitParked(queue);
            assertEquals("1", header(got, "attempts"));
            assertEquals("abortOn names its exception", header(got, "reason"));
        }
        assertEquals(2, bean.bean.count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LADDER", "IN_PLACE"})
    void anExceptionThatIsNotTheMessagesFaultIsNotCounted(String mode) throws Exception {
        spec.setRetryMode(mode);
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        AtomicInteger tries = new AtomicInteger();
        Discerning bean =
                new Discerning(
                        m -> {
                            if (tries.incrementAndGet() <= 10) {
                                fail(m);
                            }
                            throw new UnsupportedOperationException("its own fault");
                        });
        endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");

        assertEquals("2", header(bare.awaitParked(queue), "attempts"), "those that count");
        List<Bean.Seen> seen = bean.bean.seen();
        assertEquals(12, seen.size());
        assertTrue(millisBetween(seen.get(0), seen.get(9)) >= 9 * 50);
    }

    // --- what the copy says ---

    @Test
    void anExpirationDoesNotEndTheWaitAndAUserIdIsNotTakenOver() throws Exception {
        spec.setRetryDelay("2000");
        Bean bean =
                new Bean(
                        m -> {
                            if (messages.size() == 1) {
                                fail(m);
                            }
                        });
        consume(bean);
        bare.publish(
                queue,
                new AMQP.BasicProperties.Builder().expiration("1000").userId("guest").build(),
                new byte[] {'m'});

        Until.holds("its second try", SOON, () -> bean.count() == 2);
        assertTrue(millisBetween(bean.seen().get(0), bean.seen().get(1)) >= 2_000);
        assertEquals("guest", messages.get(0).userId());
        assertNull(messages.get(1).userId());
        assertNull(messages.get(1).expiration());
    }

    @Test
    void aCountThatIsForgedOrOfAnotherQueueIsNone() throws Exception {
        spec.setRetryDelay("50");
        spec.setMaxAttempts("2");
        Object[] forged = {"3", -1, Long.MAX_VALUE, true, Map.of(), null, 3};
        consume(RetryTest::fail);
        for (int i = 0; i < forged.length; i++) {
            Map<String, Object> headers = new HashMap<>();
            headers.put("x-leveret-attempts", forged[i]);
            boolean last = i == forged.length - 1;
            headers.put("x-leveret-queue", last ? "another" : queue);
            headers.put("x-leveret-exchange", 7);
            headers.put("x-leveret-first-failure", "never");
            bare.publish(
                    queue,
                    new AMQP.BasicProperties.Builder().headers(headers).build(),
                    ("m" + i).getBytes(StandardCharsets.UTF_8));
        }

        Until.holds(
                "all of them parked",
                SOON,
                () -> Nodes.exists(parking()) && bare.ready(parking()) == forged.length);
        for (int i = 0; i < forged.length; i++) {
            assertEquals("2", header(bare.take(parking()), "attempts"));
        }
        assertEquals(2 * forged.length, messages.size());
        assertEquals("", messages.get(0).exchange());
        assertEquals(queue, messages.get(0).routingKey());
    }

    @Test
    void headersThatFillTheFrameLeaveNoRoomForADescriptionButAreParkedToo() throws Exception {
        spec.setRetryDelay("50");
        Bean bean = new Bean(RetryTest::fail);
        consume(bean);
        bare.publish(
                queue,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("large", "x".repeat(130_900)))
                        .build(),
                new byte[] {'m'});

        GetResponse got = bare.awaitParked(queue);
        assertEquals(130_900, got.getProps().getHeaders().get("large").toString().length());
        assertNull(header(got, "reason"));
        assertEquals(4, bean.count());
        assertTrue(bean.seen().get(1).possibleDuplicate(), "tried again where it was");
    }
}
