package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection factory without any server keeps and reuses its channels. */
@Timeout(60)
class UnmanagedPoolTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int THREADS = 64;
    private static final int EACH = 50;

    /** The most channels that it keeps idle. */
    private static final int MOST_IDLE = 8;

    private Bare bare;
    private String queue;
    private FaultProxy proxy;
    private MqManagedConnectionFactory managed;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("unmanaged");
        proxy = FaultProxy.to(Nodes.shared());
        managed = new MqManagedConnectionFactory();
        managed.setAddresses("127.0.0.1:" + proxy.port());
        managed.setUserName("guest");
        managed.setPassword("guest");
    }

    @AfterEach
    void tearDown() throws Exception {
        proxy.close();
        bare.close();
    }

    private MqConnectionFactory factory() throws Exception {
        return (MqConnectionFactory) managed.createConnectionFactory();
    }

    /** How many channels the broker has seen opened since it was started. */
    private static int opened() {
        return churn(4);
    }

    private static int closed() {
        return churn(5);
    }

    private static int churn(int column) {
        return Integer.parseInt(
                Nodes.shared()
                        .eval(
                                "element("
                                        + column
                                        + ", hd(ets:lookup(connection_churn_metrics, node())))."));
    }

    @Test
    void manyPublishingThreadsShareOneChannel() throws Exception {
        MqPublisher publisher = factory().createPublisher(MqPublisherOptions.defaults());
        int openedBefore = opened();
        int closedBefore = closed();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            all.add(
                    threads.submit(
                            () -> {
                                for (int j = 0; j < EACH; j++) {
                                    publisher.publish("", queue, MqMessage.text("m"));
                                }
                            }));
        }
        for (Future<?> one : all) {
            one.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertEquals(1, opened() - openedBefore, "channels that were opened");
        assertEquals(0, closed() - closedBefore, "channels that were closed");
        assertEquals(THREADS * EACH, bare.ready(queue));
    }

    @Test
    void connectionsThatAreOpenAtOnceHaveChannelsOfTheirOwnWhichAreUsedAgain() throws Exception {
        MqConnectionFactory factory = factory();
        int before = opened();
        for (int i = 0; i < EACH; i++) {
            try (MqConnection one = factory.getConnection();
                    MqConnection other = factory.getConnection()) {
                one.publish("", queue, MqMessage.text("m"));
                other.publish("", queue, MqMessage.text("m"));
            }
        }
        assertEquals(2, opened() - before);
        factory.createPublisher(MqPublisherOptions.defaults())
                .publish("", queue, MqMessage.text("m"));
        assertEquals(2, opened() - before);
        assertEquals(2 * EACH + 1, bare.ready(queue));
    }

    @Test
    void noPublisherIsOnTheChannelThatAnApplicationHolds() throws Exception {
        MqConnectionFactory factory = factory();
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        publisher.publish("", queue, MqMessage.text("m"));
        int before = opened();
        try (MqConnection held = factory.getConnection()) {
            held.publish("", queue, MqMessage.text("m"));
            assertEquals(0, opened() - before);
            publisher.publish("", queue, MqMessage.text("m"));
            assertEquals(1, opened() - before);
        }
    }

    /** The broker refuses a message that names another user than its connection's. */
    @Test
    void everyUserGetsConnectionsOfHisOwn() throws Exception {
        try (BrokerUser other = BrokerUser.on(Nodes.shared())) {
            MqConnectionFactory factory = factory();
            MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
            int before = opened();
            for (int i = 0; i < EACH; i++) {
                try (MqConnection usual = factory.getConnection();
                        MqConnection his = factory.getConnection(other.name(), other.password())) {
                    his.publish("", queue, from(other.name()));
                    usual.publish("", queue, from("guest"));
                }
                publisher.publish("", queue, from("guest"));
            }
            assertEquals(2, opened() - before);
            assertThrows(
                    MqConnectionException.class, () -> factory.getConnection(other.name(), "no"));
        }
    }

    private static MqMessage from(String user) {
        return MqMessage.builder().body("m").userId(user).build();
    }

    @Test
    void whatIsLostIsReplaced() throws Exception {
        MqConnectionFactory factory = factory();
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        publisher.publish("", queue, MqMessage.text("m"));
        proxy.cut();
        MqMessage again = MqMessage.text("m");
        Until.holds(
                "a publish",
                SOON,
                () -> Rig.outcomeOf(publisher, "", queue, again) == MqOutcome.CONFIRMED);
        MqConnection held = factory.getConnection();
        held.publish("", queue, MqMessage.text("m"));
        proxy.cut();
        Until.holds("the loss is known", SOON, () -> isLost(held));
        held.close();
        try (MqConnection fresh = connectionAgain(factory)) {
            fresh.publish("", queue, MqMessage.text("m"));
        }
    }

    private static boolean isLost(MqConnection connection) {
        try {
            connection.publish("", "nobody has this queue", MqMessage.text("m"));
            return false;
        } catch (IllegalStateException e) {
            return true; // taken away, as a server does
        } catch (MqPublishException e) {
            return e.outcome() != MqOutcome.RETURNED;
        }
    }

    /** Until the link is up again, a connection fails at once. */
    private static MqConnection connectionAgain(MqConnectionFactory factory) throws Exception {
        List<MqConnection> fresh = new ArrayList<>();
        Until.holds(
                "a new connection",
                SOON,
                () -> {
                    try {
                        fresh.add(factory.getConnection());
                        return true;
                    } catch (MqConnectionException e) {
                        return false;
                    }
                });
        return fresh.get(0);
    }

    @Test
    void whatIsIdleEndsInTimeWhileTheFactoryIsThere() throws Exception {
        managed.setLinkIdleTimeout("500");
        MqConnectionFactory factory = factory();
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        publisher.publish("", queue, MqMessage.text("m"));
        assertTrue(proxy.connections() > 0);
        Until.holds("no link", SOON, () -> proxy.connections() == 0);
        publisher.publish("", queue, MqMessage.text("m"));
        assertEquals(2, bare.ready(queue));
    }

    @Test
    void whatPublishersUseDoesNotEnd() throws Exception {
        managed.setLinkIdleTimeout("500");
        MqPublisher publisher = factory().createPublisher(MqPublisherOptions.defaults());
        int before = opened();
        long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        Until.holds(
                "four times the time",
                SOON,
                () -> {
                    publisher.publish("", queue, MqMessage.text("m"));
                    return System.nanoTime() - end > 0;
                });
        assertEquals(1, opened() - before);
    }

    @Test
    void fewAreKeptForLater() throws Exception {
        MqConnectionFactory factory = factory();
        int before = opened() - closed();
        List<MqConnection> many = new ArrayList<>();
        for (int i = 0; i < 2 * MOST_IDLE; i++) {
            many.add(factory.getConnection());
        }
        assertEquals(2 * MOST_IDLE, opened() - closed() - before);
        many.forEach(MqConnection::close);
        Until.holds("few are left", SOON, () -> opened() - closed() - before == MOST_IDLE);
    }
}
