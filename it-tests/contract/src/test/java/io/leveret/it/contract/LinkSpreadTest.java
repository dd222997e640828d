package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.LinkMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several addresses: how links spread over them, leave a bad one and come back. */
@Timeout(60)
class LinkSpreadTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private Bare bare;
    private FaultProxy one;
    private FaultProxy two;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("spread");
        one = FaultProxy.to(Nodes.shared());
        two = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(one.port())
                        .with(
                                a ->
                                        a.setAddresses(
                                                "127.0.0.1:"
                                                        + one.port()
                                                        + ",127.0.0.1:"
                                                        + two.port()))
                        .with(a -> a.setConnections("2"))
                        .with(a -> a.setReconnectInterval("20"))
                        .with(a -> a.setProbeInterval("300"));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        one.close();
        two.close();
        bare.close();
        rig.assertContractKept();
    }

    private List<String> states() throws Exception {
        return LinkBeans.states(":" + one.port());
    }

    private void open(int connections) throws Exception {
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        List<MqConnection> handles = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            handles.add(factory.getConnection());
        }
        handles.forEach(MqConnection::close);
    }

    @Test
    void twoLinksGoToTwoAddresses() throws Exception {
        rig.start();
        open(2);
        Until.holds("both", SOON, () -> states().equals(List.of("UP", "UP")));
        assertEquals(1, one.connections());
        assertEquals(1, two.connections());
    }

    @Test
    void sessionsThatBeginTogetherSpreadOverAllLinks() throws Exception {
        rig.with(a -> a.setConnections("3")).start();
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("6");

        rig.container().activate(rig.endpoints(new Bean()), spec);

        Until.holds("the consumers", SOON, () -> bare.consumers(queue) == 6);
        // One more channel is open for a moment, for the queues of failed messages.
        Until.holds(
                "two on each link",
                SOON,
                () ->
                        LinkBeans.named(":" + one.port()).stream()
                                .map(LinkMXBean::getChannels)
                                .toList()
                                .equals(List.of(2, 2, 2)));
    }

    @Test
    void aSessionDoesNotWaitLongForALinkThatMayNotComeUp() throws Exception {
        rig.with(a -> a.setConnectTimeout("20000")).start();
        two.mute(true);
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("4");

        rig.container().activate(rig.endpoints(new Bean()), spec);

        Until.holds("the consumers", SOON, () -> bare.consumers(queue) == 4);
        assertEquals(List.of("UP", "CONNECTING"), states());
    }

    @Test
    void aLostLinkCostsOnlyItsOwnChannels() throws Exception {
        rig.start();
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        List<MqConnection> handles = new ArrayList<>();
        handles.add(factory.getConnection());
        handles.add(factory.getConnection());
        Until.holds("both", SOON, () -> states().equals(List.of("UP", "UP")));
        for (int i = 0; i < 6; i++) {
            handles.add(factory.getConnection());
        }
        one.refuse(true);
        Until.holds("it went to the other one", SOON, () -> two.connections() == 2);
        Until.holds("its errors", SOON, () -> pool.errors().size() == 4);
        Until.never("an error of another", Duration.ofMillis(500), () -> pool.errors().size() > 4);
        assertEquals(4, pool.used().size());
    }

    @Test
    void loadSpreadsAgainWithoutDroppingAnything() throws Exception {
        rig.with(a -> a.setProbeInterval("1000")).start();
        MqPublisher publisher = rig.publisher();
        // Work that takes a while, so that deliveries are under way whenever a link moves.
        Bean bean = new Bean(message -> LockSupport.parkNanos(2_000_000));
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("4");
        rig.container().activate(rig.endpoints(bean), spec);
        open(4);
        Until.holds("four links", SOON, () -> one.connections() + two.connections() == 4);
        one.refuse(true);
        Until.holds("all at the other one", SOON, () -> two.connections() == 4);
        Until.holds("the consumers", SOON, () -> bare.consumers(queue) == 4);
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Integer>> counts = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String id = "t" + t + "-";
            counts.add(
                    threads.submit(
                            () -> {
                                int count = 0;
                                while (!stop.get()) {
                                    publisher.publish("", queue, MqMessage.text(id + count));
                                    count++;
                                }
                                return count;
                            }));
        }
        one.refuse(false);

        Until.holds("two at home", SOON, () -> one.connections() == 2 && two.connections() == 2);
        int sent = bean.texts().size();
        Until.holds("it goes on", SOON, () -> bean.texts().size() > sent + 100);
        stop.set(true);
        int published = 0;
        for (Future<Integer> count : counts) {
            published += count.get(10, TimeUnit.SECONDS);
        }
        threads.shutdown();
        int all = published;
        Until.holds("all processed", SOON, () -> bean.texts().size() >= all);
        assertEquals(all, bean.texts().size(), "each message once");
        assertEquals(all, bean.texts().stream().distinct().count());
        Until.holds("two sessions on each link", SOON, () -> sessions().equals(List.of(2, 2)));
        Until.holds("the consumers", SOON, () -> bare.consumers(queue) == 4);
    }

    private List<Integer> sessions() throws Exception {
        return LinkBeans.named(":" + one.port()).stream()
                .filter(link -> link.getName().contains(" consume "))
                .map(LinkMXBean::getChannels)
                .toList();
    }

    @Test
    void aConnectionWithoutAnyAnswerIsLeftForTheNextAddress() throws Exception {
        rig.with(a -> a.setConnections("1")).with(a -> a.setHeartbeat("60000")).start();
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("opens the link"));
        FaultProxy first = one.connections() == 1 ? one : two;
        first.stall(Direction.DOWN, true);

        MqOutcome stalled = Rig.outcomeOf(publisher, "", queue, MqMessage.text("unanswered"));
        Until.holds("it moves", SOON, () -> (first == one ? two : one).connections() == 1);
        MqOutcome next = Rig.outcomeOf(publisher, "", queue, MqMessage.text("next"));

        assertEquals(MqOutcome.UNKNOWN, stalled);
        assertEquals(MqOutcome.CONFIRMED, next);
        assertEquals(List.of("opens the link", "unanswered", "next"), bare.drain(queue));
    }

    @Test
    void oneQueueWithoutAnswersCostsItsChannelAndNotTheLink() throws Exception {
        rig.with(a -> a.setConnections("1")).start();
        String sick = bare.queue("sick");
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("opens the link"));
        int before = one.accepted() + two.accepted();
        Nodes.suspend(sick);
        try {
            AtomicBoolean stop = new AtomicBoolean();
            ExecutorService healthy = Executors.newSingleThreadExecutor();
            Future<?> publishing =
                    healthy.submit(
                            () -> {
                                while (!stop.get()) {
                                    publisher.publish("", queue, MqMessage.text("m"));
                                }
                            });
            MqOutcome first = Rig.outcomeOf(publisher, "", sick, MqMessage.text("m"));
            MqOutcome second = Rig.outcomeOf(publisher, "", sick, MqMessage.text("m"));
            stop.set(true);
            publishing.get(10, TimeUnit.SECONDS);
            healthy.shutdown();
            assertEquals(MqOutcome.UNKNOWN, first);
            assertEquals(MqOutcome.UNKNOWN, second);
        } finally {
            Nodes.resume(sick);
        }
        assertEquals(before, one.accepted() + two.accepted(), "the link must not move");
    }
}
