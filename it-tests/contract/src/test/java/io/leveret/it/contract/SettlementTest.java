package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A message is acknowledged after its work is done, and comes again when it is not. */
@Timeout(60)
class SettlementTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration SLOW_TOOL = Duration.ofSeconds(20); // rabbitmqctl, under load
    private static final Duration A_WHILE = Duration.ofMillis(300);
    private static final long RETRY_MILLIS = 1_000;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("settle");
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
    void aMessageArrivesAsItWasSent() throws Exception {
        AtomicReference<MqMessage> got = new AtomicReference<>();
        rig.consume(queue, got::set);
        rig.publisher()
                .publish(
                        "",
                        queue,
                        MqMessage.builder()
                                .body("text")
                                .messageId("id")
                                .header("nested", Map.of("a", List.of(1, 2)))
                                .build());

        Until.holds("the message", SOON, () -> got.get() != null);
        assertEquals("text", got.get().text());
        assertEquals("id", got.get().messageId());
        assertEquals(Map.of("a", List.of(1, 2)), got.get().headers().get("nested"));
        assertEquals(queue, got.get().routingKey());
        assertFalse(got.get().redelivered());
        assertFalse(got.get().possibleDuplicate());
    }

    @Test
    void theBrokerKeepsAMessageUntilTheTransactionHasCommitted() throws Exception {
        AtomicReference<Integer> beforeCommit = new AtomicReference<>();
        AtomicReference<Integer> afterCommit = new AtomicReference<>();
        FakeEndpoints endpoints = rig.endpoints(new Bean());
        endpoints.beforeCommit(() -> beforeCommit.set(Nodes.unacknowledged(queue)));
        endpoints.afterCommit(() -> afterCommit.set(Nodes.unacknowledged(queue)));
        rig.container().activate(endpoints, rig.spec(queue));

        bare.publish(queue, "m");

        Until.holds("the delivery", SLOW_TOOL, () -> afterCommit.get() != null);
        assertEquals(1, beforeCommit.get(), "unacknowledged before the commit");
        assertEquals(1, afterCommit.get(), "unacknowledged until afterDelivery has returned");
        Until.holds("the acknowledgement", SLOW_TOOL, () -> Nodes.unacknowledged(queue) == 0);
        assertEquals(0, bare.ready(queue));
    }

    static Stream<Arguments> failures() {
        MqMessageListener runtime =
                m -> {
                    throw new IllegalStateException("a test's failure");
                };
        MqMessageListener checked =
                m -> {
                    throw new IOException("a test's checked failure");
                };
        MqMessageListener error =
                m -> {
                    throw new StackOverflowError("a test's error");
                };
        return Stream.of(
                Arguments.of("runtime exception", runtime, new EndpointQuirk[0]),
                Arguments.of("checked exception, which alone would commit", checked, none()),
                Arguments.of("error", error, none()),
                Arguments.of("runtime exception on Payara", runtime, swallows()),
                Arguments.of("runtime exception without transaction", runtime, untransacted()),
                Arguments.of("checked exception without transaction", checked, untransacted()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void aFailureComesAgainAfterTheDelay(
            String what, MqMessageListener failure, EndpointQuirk[] quirks) throws Exception {
        Bean bean = new Bean(failure);
        FakeEndpoints endpoints = rig.consume(queue, bean, quirks);
        bare.publish(queue, "m");

        Until.holds("the first delivery", SOON, () -> bean.count() == 1);
        bean.then(m -> {});
        assertComesAgainOnce(bean);
        assertTrue(endpoints.commits() <= 1, "the failed run was committed");
    }

    @Test
    void aRollbackWithoutAnExceptionComesAgainAfterTheDelay() throws Exception {
        Bean bean = new Bean(m -> rig.container().transactions().setRollbackOnly());
        FakeEndpoints endpoints = rig.consume(queue, bean);
        bare.publish(queue, "m");

        Until.holds("the first delivery", SOON, () -> endpoints.rollbacks() == 1);
        bean.then(m -> {});
        assertComesAgainOnce(bean);
    }

    @ParameterizedTest
    @MethodSource("commitFailures")
    void aFailedCommitComesAgainAfterTheDelay(EndpointQuirk[] quirks) throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean, quirks);
        endpoints.failCommit(1);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("the first delivery", SOON, () -> endpoints.rollbacks() == 1);
        assertComesAgainOnce(bean);
    }

    @Test
    void aCommitWhoseOutcomeIsInDoubtComesAgainAfterTheDelay() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.doubtCommit(1);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("the second delivery", SOON, () -> endpoints.commits() == 1);
        assertComesAgainOnce(bean);
    }

    static Stream<Arguments> commitFailures() {
        return Stream.of(Arguments.of((Object) none()), Arguments.of((Object) swallows()));
    }

    @ParameterizedTest
    @MethodSource("commitFailures")
    void aFailedBeforeDeliveryComesAgain(EndpointQuirk[] quirks) throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean, quirks);
        endpoints.failBefore(1);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        assertEquals(List.of("m"), bean.texts());
        assertNothingLeft();
    }

    @Test
    void anEndpointThatThrowsAnErrorLosesNothing() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.breakBefore(1);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        assertEquals(List.of("m"), bean.texts());
        assertNothingLeft();
    }

    @Test
    void aMessageThatAlwaysFailsDoesNotRunHot() throws Exception {
        Bean bean =
                new Bean(
                        m -> {
                            throw new IllegalStateException("always");
                        });
        rig.consume(queue, bean);
        bare.publish(queue, "m");
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        long window = System.nanoTime() + Duration.ofMillis(3_500).toNanos();
        Until.holds("the window's end", SOON, () -> System.nanoTime() > window);

        int count = bean.count();
        assertTrue(count >= 3 && count <= 4, count + " deliveries in 3.5 s, retryDelay is 1 s");
    }

    @Test
    void aMessageThatWaitsForItsRetryHoldsUpNoOther() throws Exception {
        Bean bean =
                new Bean(
                        m -> {
                            if (m.text().equals("bad")) {
                                throw new IllegalStateException("bad");
                            }
                        });
        rig.consume(queue, bean);
        bare.publish(queue, "bad");
        Until.holds("the bad one", SOON, () -> bean.count() == 1);

        for (int i = 0; i < 20; i++) {
            bare.publish(queue, "good");
        }

        Until.holds(
                "all good ones before the retry",
                Duration.ofMillis(RETRY_MILLIS - 100),
                () -> bean.texts().stream().filter("good"::equals).count() == 20);
    }

    @Test
    void aSuspendedServerLosesNothingAndDoesNotRunHot() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.suspended(true);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");
        Until.holds("the first refusal", SOON, () -> endpoints.rejected() >= 1);

        // Tried in its place, with the back-off of connecting: here drawn up to 100, 200, 400, 500.
        Until.never("a hot loop", Duration.ofMillis(1_500), () -> endpoints.rejected() > 25);
        assertEquals(0, endpoints.commits(), "the endpoint must not commit what nobody has done");
        endpoints.suspended(false);

        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        assertNothingLeft();
    }

    @Test
    void aTransactionThatIsLostBeforeTheWorkBeginsBringsTheMessageAgain() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.doom(2);
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("both rollbacks", Duration.ofSeconds(10), () -> endpoints.rollbacks() == 2);
        assertEquals(0, bean.count(), "work that could never commit was begun");
        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        assertEquals(List.of("m"), bean.texts());
        assertNothingLeft();
    }

    @Test
    void aConnectionLostDuringTheWorkBringsTheMessageAgain() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(lost.await(10, TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.consume(queue, bean);
        bare.publish(queue, "m");
        Until.holds("the first delivery", SOON, () -> bean.count() == 1);

        proxy.cut();
        Until.holds("the broker has it back", SOON, () -> bean.count() == 2 || returned());
        lost.countDown();

        Until.holds("both runs", SOON, () -> endpoints.commits() == 2);
        assertTrue(bean.seen().get(1).redelivered());
        assertNothingLeft();
    }

    @Test
    void sessionsRunSideBySideAndNoMoreThanConfigured() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        Bean bean =
                new Bean(
                        m -> {
                            together.countDown();
                            assertTrue(together.await(10, TimeUnit.SECONDS));
                        });
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("3");
        spec.setPrefetch("5");
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        for (int i = 0; i < 60; i++) {
            bare.publish(queue, "m" + i);
        }

        Until.holds("all of them", SOON, () -> endpoints.commits() == 60);
        assertEquals(3, bean.mostRunning());
        assertEquals(60, bean.texts().stream().distinct().count());
    }

    @Test
    void whatABeanPublishesIsVisibleAfterItsCommitOnly() throws Exception {
        String target = bare.queue("settle-target");
        MqPublisher publisher = rig.publisher();
        publisher.publish("", target, MqMessage.text("opens the link"));
        bare.drain(target);
        AtomicReference<Integer> before = new AtomicReference<>();
        Bean bean =
                new Bean(
                        m -> {
                            publisher.publish("", target, MqMessage.text("by " + m.text()));
                            if (!m.redelivered() && !m.possibleDuplicate()) {
                                throw new IllegalStateException("roll back the first time");
                            }
                        });
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.beforeCommit(() -> before.set(readyNow(target)));
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");

        Until.holds("the second run", SOON, () -> endpoints.commits() == 1);
        Until.holds("what it published", SOON, () -> bare.ready(target) > 0);
        assertEquals(0, before.get(), "visible before the commit");
        Until.never("the first run's message", A_WHILE, () -> bare.ready(target) > 1);
        assertEquals(List.of("by m"), bare.drain(target));
    }

    @Test
    void theAcknowledgementWaitsForWhatTheBeanPublished() throws Exception {
        String target = bare.queue("settle-target");
        try (FaultProxy publishing = FaultProxy.to(Nodes.shared())) {
            MqManagedConnectionFactory elsewhere = new MqManagedConnectionFactory();
            elsewhere.setAddresses("127.0.0.1:" + publishing.port());
            elsewhere.setUserName("guest");
            elsewhere.setPassword("guest");
            MqPublisher publisher =
                    Rig.connectionFactory(rig.container().pool(elsewhere, 2))
                            .createPublisher(MqPublisherOptions.defaults());
            // Opens what is needed for publishing after a commit, which the stall would stop.
            rig.container().transactions().begin();
            publisher.publish("", target, MqMessage.text("opens the link"));
            rig.container().transactions().commit();
            FakeEndpoints endpoints =
                    rig.endpoints(
                            new Bean(m -> publisher.publish("", target, MqMessage.text("m"))));
            endpoints.afterCommit(() -> publishing.stall(Direction.DOWN, true));
            rig.container().activate(endpoints, rig.spec(queue));
            bare.publish(queue, "m");

            Until.holds("the commit", SOON, () -> endpoints.commits() == 1);
            Until.holds("what it published", SOON, () -> bare.ready(target) == 2);
            assertEquals(
                    1,
                    Nodes.unacknowledged(queue),
                    "acknowledged before its publish was confirmed");
            publishing.stall(Direction.DOWN, false);

            Until.holds("the acknowledgement", SLOW_TOOL, () -> Nodes.unacknowledged(queue) == 0);
            assertEquals(0, bare.ready(queue));
            rig.close();
        }
    }

    private void assertComesAgainOnce(Bean bean) throws Exception {
        Until.holds("the second delivery", SOON, () -> bean.count() == 2);
        Bean.Seen first = bean.seen().get(0);
        Bean.Seen second = bean.seen().get(1);
        assertEquals("m", second.text());
        assertTrue(second.redelivered() || second.possibleDuplicate(), "not marked as come again");
        long pause = TimeUnit.NANOSECONDS.toMillis(second.nanos() - first.nanos());
        assertTrue(pause >= RETRY_MILLIS - 50, "came again after " + pause + " ms");
        assertTrue(pause <= RETRY_MILLIS + 1_500, "came again after " + pause + " ms");
        assertNothingLeft();
        assertEquals(2, bean.count());
    }

    /** Ends the consumer: what it has not acknowledged is ready again then. */
    private void assertNothingLeft() throws Exception {
        rig.close();
        Until.never("a message that was not acknowledged", A_WHILE, this::returned);
    }

    private boolean returned() throws IOException {
        return bare.ready(queue) > 0;
    }

    private int readyNow(String name) {
        try {
            return bare.ready(name);
        } catch (IOException e) {
            return -1;
        }
    }

    private static EndpointQuirk[] none() {
        return new EndpointQuirk[0];
    }

    private static EndpointQuirk[] swallows() {
        return new EndpointQuirk[] {EndpointQuirk.SWALLOWS_FAILURES};
    }

    private static EndpointQuirk[] untransacted() {
        return new EndpointQuirk[] {EndpointQuirk.NOT_TRANSACTED};
    }
}
