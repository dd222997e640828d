package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqFailure;
import io.leveret.MqFailureListener;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bean with onFailure takes care of its messages that have failed for the last time. */
@Timeout(120)
class FailureActionTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** What the bean does at the end of a message. */
    private interface Action {
        void on(MqFailure failure) throws Exception;
    }

    private final class Orders implements MqFailureListener {

        @Override
        public void onMessage(MqMessage message) {
            events.add("tried " + message.text());
            if (events.size() == 1) {
                onFirst.run();
            }
            if (message.text().startsWith("bad")) {
                throw new IllegalArgumentException("no good: " + message.text());
            }
        }

        @Override
        public void onFailure(MqFailure failure) throws Exception {
            failures.add(failure);
            events.add("failed " + failure.message().text());
            action.on(failure);
        }
    }

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<MqFailure> failures = new CopyOnWriteArrayList<>();
    private volatile Action action = failure -> {};
    private volatile Runnable onFirst = () -> {};
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private FakeEndpoints endpoints;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("failure");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        spec = rig.spec(queue);
        spec.setMaxAttempts("2");
        spec.setRetryDelay("100");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private void consume() throws Exception {
        endpoints = rig.container().endpoints(MqFailureListener.class, new Orders());
        rig.container().activate(endpoints, spec);
    }

    private String parking() {
        return queue + ".parking";
    }

    /** One message was handled; its copies that came again before were acknowledged too. */
    private void awaitHandled(int copies) throws Exception {
        Until.holds("handled", SOON, () -> rig.activation().getHandled() == 1);
        awaitAcknowledged(1 + copies);
    }

    private void awaitAcknowledged(int count) throws Exception {
        Until.holds("settled", SOON, () -> rig.activation().getAcknowledged() == count);
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void itHearsWhatHasFailedAndHowAndThenTheMessageIsDoneWith() throws Exception {
        Instant before = Instant.now().minusSeconds(1); // the first failure is told to the second
        consume();
        bare.publish(queue, "bad");
        awaitHandled(1);
        assertEquals(List.of("tried bad", "tried bad", "failed bad"), events);
        MqFailure failure = failures.get(0);
        assertEquals("bad", failure.message().text());
        assertEquals(2, failure.attempts());
        assertEquals("maxAttempts=2 reached", failure.reason());
        assertInstanceOf(IllegalArgumentException.class, failure.cause());
        assertTrue(failure.firstFailure().isAfter(before), failure::toString);
        assertFalse(failure.firstFailure().isAfter(failure.lastFailure()), failure::toString);
        assertEquals(0, bare.ready(parking()));
        assertEquals(0, rig.activation().getParked());
        bare.publish(queue, "good");
        Until.holds("the next one", SOON, () -> events.contains("tried good"));
    }

    @Test
    void anExceptionThatEndsAMessageEndsItThereToo() throws Exception {
        spec.setAbortOn(IllegalArgumentException.class.getName());
        consume();
        bare.publish(queue, "bad");
        awaitHandled(0);
        assertEquals(List.of("tried bad", "failed bad"), events);
        assertEquals("abortOn names its exception", failures.get(0).reason());
    }

    @Test
    void whatItCannotTakeCareOfIsParkedWithBothReasons() throws Exception {
        action =
                failure -> {
                    throw new IllegalStateException("the store is full");
                };
        consume();
        bare.publish(queue, "bad");
        Map<String, Object> headers = bare.awaitParked(queue).getProps().getHeaders();
        assertEquals(
                "maxAttempts=2 reached, and its onFailure: the store is full",
                headers.get("x-leveret-reason").toString());
        assertEquals(
                IllegalArgumentException.class.getName(),
                headers.get("x-leveret-exception").toString());
        assertEquals(2, headers.get("x-leveret-attempts"));
        assertEquals(List.of("tried bad", "tried bad", "failed bad"), events);
        assertEquals(0, rig.activation().getHandled());
    }

    @Test
    void itRunsInATransactionOfItsOwnWhosePublishesAreConfirmedFirst() throws Exception {
        String other = bare.queue("other");
        MqPublisher publisher = rig.publisher();
        action = failure -> publisher.publish("", other, MqMessage.text("about a bad one"));
        consume();
        bare.publish(queue, "bad");
        awaitHandled(1);
        assertEquals(List.of("about a bad one"), bare.drain(other));
        assertEquals(1, endpoints.commits());
        assertEquals(2, endpoints.rollbacks());
    }

    @Test
    void aRollbackOfItIsAFailureAndPublishesNothing() throws Exception {
        String other = bare.queue("other");
        MqPublisher publisher = rig.publisher();
        action =
                failure -> {
                    publisher.publish("", other, MqMessage.text("about a bad one"));
                    rig.container().transactions().setRollbackOnly();
                };
        consume();
        bare.publish(queue, "bad");
        assertTrue(
                bare.awaitParked(queue)
                        .getProps()
                        .getHeaders()
                        .get("x-leveret-reason")
                        .toString()
                        .startsWith("maxAttempts=2 reached, and its onFailure: "));
        assertEquals(0, bare.ready(other));
    }

    @Test
    void anEndpointThatTakesNothingThenIsWaitedFor() throws Exception {
        spec.setMaxAttempts("1");
        onFirst = () -> endpoints.failBefore(1); // of what follows it
        consume();
        bare.publish(queue, "bad");
        awaitHandled(0);
        assertEquals(List.of("tried bad", "tried bad", "failed bad"), events);
    }

    @Test
    void itIsReportedStuckLikeAListener() throws Exception {
        spec.setStuckThreshold("500");
        CountDownLatch gate = new CountDownLatch(1);
        action = failure -> assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
        try (LogLines stuck = new LogLines("has a STUCK session")) {
            consume();
            bare.publish(queue, "bad");
            Until.holds("the report", SOON, () -> stuck.count() == 1);
            gate.countDown();
            awaitHandled(1);
        }
    }

    @Test
    void withStrictOrderTheNextMessageWaitsForIt() throws Exception {
        spec.setStrictOrder("true");
        spec.setPrefetch("1");
        consume();
        bare.publish(queue, "bad");
        bare.publish(queue, "good");
        Until.holds("both", SOON, () -> events.contains("tried good"));
        assertEquals(List.of("tried bad", "tried bad", "failed bad", "tried good"), events);
    }

    @Test
    void whenItsConnectionIsLostTheMessageComesAgainMarked() throws Exception {
        spec.setMaxAttempts("1");
        action =
                failure -> {
                    if (failures.size() == 1) {
                        proxy.cut();
                        String port = String.valueOf(proxy.port());
                        Until.holds("it", SOON, () -> !LinkBeans.states(port).contains("UP"));
                    }
                };
        consume();
        bare.publish(queue, "bad");
        Until.holds("again", SOON, () -> failures.size() == 2);
        assertFalse(failures.get(0).message().possibleDuplicate());
        assertTrue(failures.get(1).message().possibleDuplicate());
        awaitAcknowledged(1);
    }

    @Test
    void whatWasAcknowledgedOnReceiptHasNoEnd() throws Exception {
        spec.setAckMode("ON_RECEIPT_MAY_LOSE");
        spec.setMaxAttempts("1");
        consume();
        bare.publish(queue, "bad");
        bare.publish(queue, "good");
        Until.holds("the next one", SOON, () -> events.contains("tried good"));
        assertEquals(List.of("tried bad", "tried good"), events);
    }
}
