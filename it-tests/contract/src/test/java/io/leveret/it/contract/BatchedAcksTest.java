package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessageListener;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a transaction, deliveries are acknowledged together, and never one that is not done. */
@Timeout(60)
class BatchedAcksTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration A_WHILE = Duration.ofMillis(300);
    private static final int ACK_FRAME = 21;
    private static final int PREFETCH = 40;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("batch");
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

    private MqActivationSpec spec() {
        MqActivationSpec spec = rig.spec(queue);
        spec.setPrefetch(String.valueOf(PREFETCH));
        spec.setRetryDelay("200");
        return spec;
    }

    private FakeEndpoints consume(MqMessageListener bean) throws Exception {
        FakeEndpoints endpoints = rig.endpoints(bean, EndpointQuirk.NOT_TRANSACTED);
        rig.container().activate(endpoints, spec());
        return endpoints;
    }

    private void publish(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            bare.publish(queue, "m" + i);
        }
    }

    private void assertNothingLeft() throws Exception {
        rig.close();
        Until.never("a message that was not acknowledged", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void oneAcknowledgementSpeaksForMany() throws Exception {
        int messages = 1_000;
        publish(messages);
        Bean bean = new Bean();
        CountDownLatch all = new CountDownLatch(1);
        consume(
                m -> {
                    assertTrue(all.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    bean.onMessage(m);
                });
        Until.holds("its deliveries", SOON, () -> bare.ready(queue) == messages - PREFETCH);
        // The connection is reset if more than a fifth of the frames come that one each would need.
        proxy.cutAfter(Direction.UP, (long) messages * ACK_FRAME / 5);
        all.countDown();

        Until.holds("all", SOON, () -> bean.count() >= messages);
        assertEquals(messages, bean.count());
        assertEquals(1, proxy.accepted(), "more acknowledgements than the budget");
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void aFailedOneAmongManyIsNotAcknowledgedWithThem(String type) throws Exception {
        queue = bare.queue("batch", Map.of("x-queue-type", type));
        int messages = 200;
        publish(messages);
        Set<String> failedOnce = ConcurrentHashMap.newKeySet();
        Bean bean =
                new Bean(
                        m -> {
                            int number = Integer.parseInt(m.text().substring(1));
                            if (number % 7 == 3 && failedOnce.add(m.text())) {
                                throw new IllegalStateException("the first time");
                            }
                        });
        consume(bean);
        int failing = (messages + 3) / 7;

        Until.holds(
                "all, and the failed ones again", SOON, () -> bean.count() >= messages + failing);
        assertEquals(failing, failedOnce.size());
        for (int i = 0; i < messages; i++) {
            String text = "m" + i;
            long runs = bean.texts().stream().filter(text::equals).count();
            assertEquals(i % 7 == 3 ? 2 : 1, runs, text);
        }
        assertNothingLeft();
    }

    @Test
    void whatIsDoneIsAcknowledgedInTimeThoughTheNextOneTakesLong() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        publish(2);
        consume(
                m -> {
                    if (m.text().equals("m1")) {
                        assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                });

        ActivationMXBean seen = rig.activation();
        // The acknowledged one stays away when the connection is lost; the other one comes again.
        Until.holds("the first one's acknowledgement", SOON, () -> seen.getAcknowledged() == 1);
        proxy.refuse(true);
        Until.holds("the broker has it back", SOON, () -> bare.ready(queue) > 0);
        assertEquals(List.of("m1"), bare.drain(queue));
        gate.countDown();
    }

    @Test
    void whatWasDoneButNotAcknowledgedComesAgainMarked() throws Exception {
        Bean bean = new Bean();
        consume(bean);
        Until.holds("a consumer", SOON, () -> bare.consumers(queue) == 1);
        proxy.stall(Direction.UP, true);
        publish(10);
        Until.holds("all of them", SOON, () -> bean.count() == 10);

        proxy.cut();
        proxy.stall(Direction.UP, false);

        Until.holds("all of them again", SOON, () -> bean.count() == 20);
        List<Bean.Seen> again = new ArrayList<>(bean.seen().subList(10, 20));
        assertTrue(again.stream().allMatch(Bean.Seen::possibleDuplicate), again::toString);
        assertNothingLeft();
    }

    @Test
    void whatIsDoneWhenTheActivationEndsIsAcknowledged() throws Exception {
        int messages = 30; // fewer than a batch and a half
        publish(messages);
        CountDownLatch some = new CountDownLatch(messages / 2);
        Bean bean = new Bean(m -> some.countDown());
        FakeEndpoints endpoints = rig.endpoints(bean, EndpointQuirk.NOT_TRANSACTED);
        MqActivationSpec spec = spec();
        rig.container().activate(endpoints, spec);
        assertTrue(some.await(SOON.toMillis(), TimeUnit.MILLISECONDS));

        rig.container().deactivate(endpoints, spec);

        int done = bean.count();
        Until.holds("the rest is back", SOON, () -> bare.ready(queue) == messages - done);
        assertEquals(messages, done + bare.drain(queue).size());
    }
}
