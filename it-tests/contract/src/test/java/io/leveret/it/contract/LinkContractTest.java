package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.Secrets;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The physical connections below: few, shared, supervised, and quiet. */
@Timeout(60)
class LinkContractTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("links");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void publishersThatWaitForABrokerDoNotStormIt() throws Exception {
        try (KnockCounter nobody = new KnockCounter();
                LogLines log = new LogLines("cannot connect");
                Rig waiting = Rig.started(nobody.port())) {
            MqPublisher publisher = waiting.publisher();
            waiting.consume(queue, new Bean());
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<MqOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                outcomes.add(
                        threads.submit(
                                () -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("m"))));
            }
            for (Future<MqOutcome> outcome : outcomes) {
                assertEquals(MqOutcome.NOT_SENT, outcome.get(10, TimeUnit.SECONDS));
            }
            threads.shutdown();
            // Two links for three seconds; the delays grow from 100 ms to one second.
            assertTrue(nobody.knocks() >= 4, nobody.knocks() + " attempts: they gave up");
            assertTrue(nobody.knocks() <= 50, nobody.knocks() + " attempts in 3 s: a storm");
            assertTrue(log.count() <= 4, () -> log.count() + " times, first " + log.lines().get(0));
        }
    }

    @Test
    void publishersThatLoseTheirBrokerDoNotStormIt() throws Exception {
        rig.start();
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("opens the link"));
        try (LogLines log = new LogLines("cannot connect")) {
            proxy.refuse(true);
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<MqOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                outcomes.add(
                        threads.submit(
                                () -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("m"))));
            }
            for (Future<MqOutcome> outcome : outcomes) {
                outcome.get(10, TimeUnit.SECONDS);
            }
            threads.shutdown();
            assertTrue(log.count() <= 3, () -> log.count() + " times, first " + log.lines().get(0));
        }
    }

    /** Servers log each lease that fails with a stack trace. */
    @Test
    void anOutageCostsFewLeases() throws Exception {
        rig.start();
        FakePool pool = rig.pool();
        AtomicInteger failed = new AtomicInteger();
        ConnectionManager counting =
                (caller, info) -> {
                    try {
                        return pool.allocateConnection(caller, info);
                    } catch (ResourceException e) {
                        failed.incrementAndGet();
                        throw e;
                    }
                };
        MqConnectionFactory factory =
                (MqConnectionFactory) pool.factory().createConnectionFactory(counting);
        MqMessage message = MqMessage.text("opens the link");
        factory.createPublisher(MqPublisherOptions.defaults()).publish("", queue, message);
        Duration hasty = Duration.ofMillis(200);
        MqPublisher publisher =
                factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(hasty));
        proxy.refuse(true);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<MqOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            outcomes.add(
                    threads.submit(() -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("m"))));
        }
        for (Future<MqOutcome> outcome : outcomes) {
            outcome.get(20, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertTrue(failed.get() <= 16, failed + " leases failed in two seconds: a storm");
        assertEquals(List.of(), pool.used());
    }

    @Test
    void manyConnectionsShareFewLinks() throws Exception {
        rig.with(a -> a.setConnections("2")).with(a -> a.setChannelsPerConnection("4")).start();
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        List<MqConnection> handles = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            handles.add(factory.getConnection());
        }
        assertEquals(2, proxy.connections());
        MqConnectionException e = assertThrows(MqConnectionException.class, factory::getConnection);
        assertTrue(e.getMessage().contains("channelsPerConnection"), e.getMessage());
        handles.forEach(MqConnection::close);
    }

    @Test
    void publishingAndConsumingUseLinksOfTheirOwn() throws Exception {
        rig.start();
        rig.consume(queue, new Bean());
        Until.holds("the consumer", SOON, () -> bare.consumers(queue) == 1);
        assertEquals(1, proxy.connections());
        rig.publisher().publish("", queue, MqMessage.text("m"));
        assertEquals(2, proxy.connections());
    }

    @Test
    void factoriesOfTheSameBrokerShareTheirLinks() throws Exception {
        rig.with(a -> a.setConnections("1")).start();
        rig.publisher().publish("", queue, MqMessage.text("one"));
        rig.publisher().publish("", queue, MqMessage.text("two"));
        assertEquals(1, proxy.connections());
    }

    @Test
    void aDeadAddressIsPassedOver() throws Exception {
        try (KnockCounter nobody = new KnockCounter()) {
            rig.with(
                            a ->
                                    a.setAddresses(
                                            "127.0.0.1:"
                                                    + nobody.port()
                                                    + ",127.0.0.1:"
                                                    + proxy.port()))
                    .start();
            rig.publisher().publish("", queue, MqMessage.text("m"));
            assertTrue(nobody.knocks() > 0, "the first address was not tried");
            assertEquals(List.of("m"), bare.drain(queue));
        }
    }

    @Test
    void aSilentBrokerIsFoundOutByHeartbeats() throws Exception {
        rig.with(a -> a.setHeartbeat("1000")).start();
        FakePool pool = rig.pool();
        Rig.connectionFactory(pool).getConnection();
        proxy.stall(Direction.UP, true);
        proxy.stall(Direction.DOWN, true);

        Until.holds("the error event", SOON, () -> pool.errors().size() == 1);
        assertFalse(pool.errors().get(0).firedFrom("com.rabbitmq.client"));
        assertFalse(pool.errors().get(0).firedFrom("io.netty"));
    }

    @Test
    void aWrongPasswordFailsTheCallAndNotTheDeployment() throws Exception {
        rig.with(a -> a.setUserName("guest")).with(a -> a.setPassword("se-cret-and-wrong"));
        rig.start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());

        MqConnectionException e = assertThrows(MqConnectionException.class, factory::getConnection);

        assertTrue(e.getMessage().contains("ACCESS_REFUSED"), e.getMessage());
        assertFalse(e.getMessage().contains("se-cret"), e.getMessage());
    }

    @Test
    void aPasswordThatSomebodyOnceGotWrongIsNotTriedAgainForNobody() throws Exception {
        rig.with(a -> a.setConnections("1")).start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        String wrong = Secrets.fresh("wrong password");
        assertThrows(MqConnectionException.class, () -> factory.getConnection("guest", wrong));
        int tried = proxy.accepted();
        // One attempt may have been under way; the delays are 100 to 500 ms.
        Until.never("more", Duration.ofSeconds(2), () -> proxy.accepted() > tried + 1);
        assertThrows(MqConnectionException.class, () -> factory.getConnection("guest", wrong));
    }

    @Test
    void otherCredentialsGetALinkOfTheirOwn() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        factory.getConnection().close();
        assertThrows(MqConnectionException.class, () -> factory.getConnection("nobody", "se-cret"));
        try (MqConnection own = factory.getConnection()) {
            own.publish("", queue, MqMessage.text("undisturbed"));
        }
        assertEquals(List.of("undisturbed"), bare.drain(queue));
    }

    @Test
    void destroyedConnectionsLeaveNoChannelBehind() throws Exception {
        rig.with(a -> a.setConnections("1")).start();
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        for (int round = 0; round < 3; round++) {
            FakePool pool = rig.container().pool(factory, 10);
            MqConnectionFactory connections = Rig.connectionFactory(pool);
            for (int i = 0; i < 5; i++) {
                connections.getConnection();
            }
            pool.close();
        }
        assertEquals(1, proxy.connections());
        Until.holds(
                "no channel but the test's own",
                Duration.ofSeconds(20),
                () -> Nodes.shared().ctl("list_channels", "pid").lines().count() <= 2);
    }
}
