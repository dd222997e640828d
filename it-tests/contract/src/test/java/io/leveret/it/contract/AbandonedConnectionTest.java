package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A connection that is given up while the broker does not answer its close either: whoever has a
 * channel there hears of it all the same.
 */
@Timeout(60)
class AbandonedConnectionTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** Longer than the close of a connection may take. */
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setHeartbeat("60000")) // no part in this
                        .with(a -> a.setRpcTimeout("1000"))
                        .with(a -> a.setPublishTimeout("500"))
                        .with(a -> a.setReconnectInterval("20"))
                        .with(a -> a.setDrainTimeout("500"))
                        .start();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    /** Nothing comes from the broker until the link has given its connection up, and longer. */
    private void stallUntilGivenUp(Runnable roundTrip) throws Exception {
        proxy.stall(Direction.DOWN, true);
        try (LogLines log = new LogLines("is given up")) {
            roundTrip.run();
            Until.holds("given up", SOON, () -> log.count() > 0);
        }
        Until.passed(A_WHILE);
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void aManagedConnectionThatWasIdleIsNotKept() throws Exception {
        String queue = bare.queue("abandoned");
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqConnection busy = factory.getConnection();
        MqConnection idle = factory.getConnection();
        MqMessage message = MqMessage.text("m");
        busy.publish("", queue, message);

        stallUntilGivenUp(
                () -> assertEquals(MqOutcome.UNKNOWN, Rig.outcomeOf(busy, "", queue, message)));

        Until.holds("both are lost", SOON, () -> pool.errors().size() == 2);
        busy.close();
        idle.close();
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        Until.holds(
                "a publish",
                SOON,
                () -> Rig.outcomeOf(publisher, "", queue, message) == MqOutcome.CONFIRMED);
    }

    @Test
    void aSessionConsumesAgain() throws Exception {
        String queue = bare.queue("abandoned");
        String other = bare.queue("other");
        Bean bean = new Bean();
        rig.consume(queue, bean);
        bare.publish(queue, "before");
        Until.holds("a delivery", SOON, () -> bean.count() == 1);

        stallUntilGivenUp(() -> activate(other));
        bare.publish(queue, "after");

        Until.holds("a delivery", SOON, () -> bean.count() == 2);
    }

    @Test
    void stoppingWithoutAnswersIsNoListenerThatHangs() throws Exception {
        rig.consume(bare.queue("abandoned"), new Bean());
        try (LogLines stuck = new LogLines("STUCK");
                LogLines stopped = new LogLines("has stopped")) {
            proxy.stall(Direction.DOWN, true);
            rig.container().stopAdapter();
            assertEquals(0, stuck.count(), () -> stuck.lines().toString());
            assertEquals(2, stopped.count(), "activation and adapter");
        }
    }

    /** Needs a channel on the same connection. */
    private void activate(String queue) {
        try {
            rig.consume(queue, new Bean());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
