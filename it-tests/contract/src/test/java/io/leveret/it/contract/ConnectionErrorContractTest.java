package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.ErrorEvent;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.PoolQuirk;
import jakarta.resource.spi.ManagedConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A lost connection is told to the container once, in a way that no server's habit breaks. */
@Timeout(60)
class ConnectionErrorContractTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
    }

    static Stream<Set<PoolQuirk>> servers() {
        return Stream.of(
                Set.of(PoolQuirk.PROBES_LOCKS_IN_ERROR),
                Set.of(
                        PoolQuirk.PROBES_LOCKS_IN_ERROR,
                        PoolQuirk.DESTROYS_IN_ERROR,
                        PoolQuirk.SHARES_CONNECTIONS),
                Set.of(
                        PoolQuirk.DESTROYS_IN_ERROR,
                        PoolQuirk.HOLDS_LOCK,
                        PoolQuirk.VALIDATES_ON_MATCH),
                Set.of(PoolQuirk.REMOVES_LISTENER_IN_ERROR, PoolQuirk.CLEANS_AFTER_DESTROY),
                Set.of(
                        PoolQuirk.DESTROYS_IN_ERROR,
                        PoolQuirk.DESTROYS_TWICE,
                        PoolQuirk.CLEANS_AFTER_DESTROY),
                Set.of(PoolQuirk.DESTROYS_LATER),
                Set.of(PoolQuirk.SHARES_CONNECTIONS, PoolQuirk.DESTROYS_IN_ERROR),
                Set.of(PoolQuirk.ASSOCIATES_HANDLES, PoolQuirk.REMOVES_LISTENER_IN_ERROR));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aCutConnectionIsToldOnceForEachManagedConnection(Set<PoolQuirk> habits) throws Exception {
        FakePool pool = rig.pool(habits.toArray(PoolQuirk[]::new));
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        List<MqConnection> held = open(factory, 3);
        open(factory, 2).forEach(MqConnection::close);
        int connections = pool.size();

        proxy.cut();

        assertToldOnceEach(pool, connections);
        assertFalse(held.isEmpty());
        for (MqConnection handle : held) {
            // Which one depends on whether the pool has destroyed the connection yet.
            RuntimeException e =
                    assertThrows(
                            RuntimeException.class,
                            () -> handle.publish("", "x", MqMessage.text("late")));
            assertTrue(
                    e instanceof MqException || e instanceof IllegalStateException, () -> "" + e);
            handle.close();
        }
        assertWorksAgain(factory);
        rig.assertContractKept();
    }

    @Test
    void aBrokerThatClosesConnectionsIsToldOnceForEachManagedConnection() throws Exception {
        FakePool pool = rig.pool(PoolQuirk.PROBES_LOCKS_IN_ERROR);
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        open(factory, 3);
        bare.close();

        Nodes.shared().closeConnections("a test");

        assertToldOnceEach(pool, 3);
        assertTrue(pool.errors().stream().allMatch(e -> e.cause() != null));
        bare = new Bare(Nodes.shared().port());
        assertWorksAgain(factory);
        rig.assertContractKept();
    }

    @Test
    void aKilledBrokerIsToldOnceForEachManagedConnection() throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig own = Rig.started(node.port())) {
            FakePool pool = own.pool(PoolQuirk.DESTROYS_IN_ERROR, PoolQuirk.HOLDS_LOCK);
            MqConnectionFactory factory = Rig.connectionFactory(pool);
            open(factory, 4);
            node.kill();
            try {
                assertToldOnceEach(pool, 4);
                long start = System.nanoTime();
                assertThrows(MqException.class, factory::getConnection);
                assertTrue(
                        System.nanoTime() - start < TimeUnit.SECONDS.toNanos(3),
                        "getConnection must fail at once while the broker is known to be away");
            } finally {
                node.restart();
            }
            Until.holds("a connection again", SOON, () -> opens(factory));
            own.assertContractKept();
        }
    }

    @Test
    void aChannelClosedByTheBrokerIsToldOnceAndItsNeighboursLive() throws Exception {
        String queue = bare.queue("closed-channel");
        String exchange = bare.exchange("closed-channel", queue);
        FakePool pool = rig.pool(PoolQuirk.PROBES_LOCKS_IN_ERROR);
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqConnection neighbour = factory.getConnection();
        MqConnection victim = factory.getConnection();
        victim.publish(exchange, queue, MqMessage.text("proves the exchange"));
        ManagedConnection hit = pool.used().get(1);
        bare.deleteExchange(exchange);

        assertThrows(
                MqPublishException.class,
                () -> victim.publish(exchange, queue, MqMessage.text("no exchange")));

        assertToldOnceEach(pool, 1);
        assertEquals(hit, pool.errors().get(0).connection());
        neighbour.publish("", queue, MqMessage.text("neighbour"));
        assertEquals(List.of("proves the exchange", "neighbour"), bare.drain(queue));
        rig.assertContractKept();
    }

    @Test
    void anOrderlyEndIsNoError() throws Exception {
        FakePool pool = rig.pool();
        open(Rig.connectionFactory(pool), 3).forEach(MqConnection::close);

        pool.close();
        rig.container().stopAdapter();

        Until.never("an error event", A_WHILE, () -> !pool.errors().isEmpty());
        rig.assertContractKept();
    }

    @Test
    void threadsGetThroughWhileConnectionsBreakUnderALockHoldingPool() throws Exception {
        String queue = bare.queue("stress");
        FakePool pool =
                rig.pool(
                        PoolQuirk.DESTROYS_IN_ERROR,
                        PoolQuirk.HOLDS_LOCK,
                        PoolQuirk.VALIDATES_ON_MATCH,
                        PoolQuirk.DESTROYS_TWICE);
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger published = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            running.add(threads.submit(() -> work(factory, queue, stop, published)));
        }
        for (int cut = 0; cut < 5; cut++) {
            int before = published.get();
            Until.holds("publishing goes on", SOON, () -> published.get() > before + 50);
            proxy.cut();
        }
        stop.set(true);
        for (Future<?> thread : running) {
            thread.get(10, TimeUnit.SECONDS);
        }
        threads.shutdown();
        rig.assertContractKept();
        assertTrue(bare.ready(queue) >= published.get(), "confirmed messages are missing");
    }

    private static void work(
            MqConnectionFactory factory, String queue, AtomicBoolean stop, AtomicInteger done) {
        while (!stop.get()) {
            try (MqConnection connection = factory.getConnection()) {
                connection.publish("", queue, MqMessage.text("m"));
                done.incrementAndGet();
            } catch (MqException e) {
                Thread.onSpinWait(); // the link is away, the next round finds it back
            }
        }
    }

    private static void assertToldOnceEach(FakePool pool, int connections) throws Exception {
        Until.holds("an error event each", SOON, () -> pool.errors().size() >= connections);
        Until.never("a further event", A_WHILE, () -> pool.errors().size() > connections);
        Set<ManagedConnection> told =
                pool.errors().stream().map(ErrorEvent::connection).collect(Collectors.toSet());
        assertEquals(connections, told.size(), "one event for each connection");
        for (ErrorEvent event : pool.errors()) {
            assertFalse(
                    event.firedFrom("com.rabbitmq.client") || event.firedFrom("io.netty"),
                    () -> "fired on the client's thread " + event.thread() + ": " + event.stack());
        }
    }

    private void assertWorksAgain(MqConnectionFactory factory) throws Exception {
        String queue = bare.queue("again");
        Until.holds("a connection again", SOON, () -> opens(factory));
        try (MqConnection connection = factory.getConnection()) {
            connection.publish("", queue, MqMessage.text("again"));
        }
        assertEquals(List.of("again"), bare.drain(queue));
    }

    private static boolean opens(MqConnectionFactory factory) {
        try (MqConnection connection = factory.getConnection()) {
            return connection != null;
        } catch (MqException e) {
            return false;
        }
    }

    private static List<MqConnection> open(MqConnectionFactory factory, int count) {
        List<MqConnection> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handles.add(factory.getConnection());
        }
        return handles;
    }
}
