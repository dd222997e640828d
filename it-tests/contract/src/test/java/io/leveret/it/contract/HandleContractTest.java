package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.PoolQuirk;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handles, managed connections and what a pool does with them. */
@Timeout(60)
class HandleContractTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final long AT_ONCE_NANOS = Duration.ofMillis(500).toNanos();

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("handles");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).start();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
    }

    @Test
    void closingTwiceTellsThePoolOnce() throws Exception {
        FakePool pool = rig.pool();
        MqConnection handle = Rig.connectionFactory(pool).getConnection();

        handle.close();
        handle.close();

        assertEquals(1, pool.closes());
        assertEquals(1, pool.idle().size());
        rig.assertContractKept();
    }

    @Test
    void aClosedHandleIsUseless() throws Exception {
        MqConnection handle = Rig.connectionFactory(rig.pool()).getConnection();
        handle.close();

        assertThrows(
                IllegalStateException.class,
                () -> handle.publish("", queue, MqMessage.text("late")));
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aHandleIsUselessAfterCleanup() throws Exception {
        FakePool pool = rig.pool();
        MqConnection handle = Rig.connectionFactory(pool).getConnection();
        ManagedConnection connection = pool.used().get(0);

        connection.cleanup();

        assertThrows(
                IllegalStateException.class,
                () -> handle.publish("", queue, MqMessage.text("late")));
        MqConnection next = (MqConnection) connection.getConnection(null, null);
        next.publish("", queue, MqMessage.text("the next user"));
        assertThrows(
                IllegalStateException.class,
                () -> handle.publish("", queue, MqMessage.text("late")));
        assertEquals(List.of("the next user"), bare.drain(queue));
    }

    @Test
    void aHandleWhoseConnectionIsLostSaysThatNothingWasSent() throws Exception {
        FakePool pool = rig.pool();
        MqConnection handle = Rig.connectionFactory(pool).getConnection();
        proxy.cut();
        Until.holds("the pool has heard of it", SOON, () -> pool.used().isEmpty());

        MqPublishException e =
                assertThrows(
                        MqPublishException.class,
                        () -> handle.publish("", queue, MqMessage.text("lost")));
        assertEquals(MqOutcome.NOT_SENT, e.outcome());

        handle.close();
        assertThrows(
                IllegalStateException.class,
                () -> handle.publish("", queue, MqMessage.text("late")));
        rig.assertContractKept();
    }

    @Test
    void thePoolReusesAConnectionWithoutOpeningAnother() throws Exception {
        FakePool pool = rig.pool(PoolQuirk.VALIDATES_ON_MATCH);
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        for (int i = 0; i < 3; i++) {
            try (MqConnection handle = factory.getConnection()) {
                handle.publish("", queue, MqMessage.text("m" + i));
            }
        }
        assertEquals(1, pool.created());
        assertEquals(List.of("m0", "m1", "m2"), bare.drain(queue));
        rig.assertContractKept();
    }

    @Test
    void twoHandlesOfOneConnectionLiveTheirOwnLives() throws Exception {
        FakePool pool = rig.pool(PoolQuirk.SHARES_CONNECTIONS);
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqConnection first = factory.getConnection();
        MqConnection second = factory.getConnection();
        assertNotSame(first, second);
        assertEquals(1, pool.created());

        first.close();
        second.publish("", queue, MqMessage.text("still open"));
        assertThrows(
                IllegalStateException.class, () -> first.publish("", queue, MqMessage.text("no")));
        assertEquals(1, pool.used().size());
        second.close();

        assertEquals(2, pool.closes());
        assertEquals(1, pool.idle().size());
        assertEquals(List.of("still open"), bare.drain(queue));
        rig.assertContractKept();
    }

    @Test
    void aMovedHandleWorksOnItsNewConnectionAndClosesThere() throws Exception {
        FakePool pool = rig.pool(PoolQuirk.ASSOCIATES_HANDLES);
        MqConnection handle = Rig.connectionFactory(pool).getConnection();
        ManagedConnection left = pool.idle().get(0);
        ManagedConnection entered = pool.used().get(0);
        assertNotSame(left, entered);

        handle.publish("", queue, MqMessage.text("moved"));
        left.cleanup(); // must not touch a handle that has left
        handle.publish("", queue, MqMessage.text("still there"));
        handle.close();
        handle.close();

        assertEquals(1, pool.closes());
        assertEquals(2, pool.idle().size());
        assertEquals(List.of("moved", "still there"), bare.drain(queue));
        rig.assertContractKept();
    }

    @Test
    void cleanupAndDestroyMayComeAgainAndInAnyOrder() throws Exception {
        FakePool pool = rig.pool();
        Rig.connectionFactory(pool).getConnection();
        ManagedConnection connection = pool.used().get(0);

        connection.cleanup();
        connection.cleanup();
        connection.destroy();
        connection.destroy();
        connection.cleanup();

        assertThrows(ResourceException.class, () -> connection.getConnection(null, null));
        assertTrue(pool.errors().isEmpty(), "destroying is no error");
    }

    @Test
    void destroyingOneConnectionLeavesTheOthersAlone() throws Exception {
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqConnection kept = factory.getConnection();
        factory.getConnection();
        assertEquals(1, proxy.connections(), "two channels share one link");

        pool.used().get(1).destroy();

        kept.publish("", queue, MqMessage.text("kept"));
        assertEquals(List.of("kept"), bare.drain(queue));
        assertTrue(pool.errors().isEmpty());
    }

    @Test
    void matchChoosesByCredentialsAndKnowsNothingOfHealth() throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        rig.container().pool(factory, 1);
        ConnectionRequestInfo guest = requestInfo(factory, "guest", "guest");
        ConnectionRequestInfo other = requestInfo(factory, "somebody", "else");
        ManagedConnection connection = factory.createManagedConnection(null, guest);
        Set<ManagedConnection> one = Set.of(connection);

        assertSame(connection, factory.matchManagedConnections(one, null, guest));
        assertNull(factory.matchManagedConnections(one, null, other));
        assertEquals(guest, requestInfo(factory, "guest", "guest"));
        assertEquals(guest.hashCode(), requestInfo(factory, "guest", "guest").hashCode());
        proxy.refuse(true);
        Until.holds(
                "the loss is noticed", SOON, () -> !factory.getInvalidConnections(one).isEmpty());
        assertSame(
                connection,
                factory.matchManagedConnections(one, null, guest),
                "a broken connection still matches: some servers refuse the request otherwise");
        connection.destroy();
    }

    @Test
    void validationNamesTheBrokenOnesOnly() throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        FakePool pool = rig.container().pool(factory, 5, PoolQuirk.DESTROYS_LATER);
        ManagedConnection old = factory.createManagedConnection(null, null);
        assertEquals(Set.of(), factory.getInvalidConnections(Set.of(old)));

        proxy.cut();
        Until.holds(
                "the loss is noticed",
                SOON,
                () -> factory.getInvalidConnections(Set.of(old)).equals(Set.of(old)));
        AtomicReference<ManagedConnection> fresh = new AtomicReference<>();
        Until.holds(
                "a new connection",
                SOON,
                () -> {
                    try {
                        fresh.set(factory.createManagedConnection(null, null));
                        return true;
                    } catch (ResourceException e) {
                        return false;
                    }
                });

        assertEquals(Set.of(old), factory.getInvalidConnections(Set.of(old, fresh.get())));
        assertEquals(Set.of(), factory.getInvalidConnections(Set.of()));
        assertEquals(Set.of(), pool.validateIdle());
        old.destroy();
        fresh.get().destroy();
    }

    @Test
    void validationAsksNobody() throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        rig.container().pool(factory, 1);
        ManagedConnection connection = factory.createManagedConnection(null, null);
        proxy.stall(Direction.UP, true);
        proxy.stall(Direction.DOWN, true);

        long start = System.nanoTime();
        Set<?> invalid = factory.getInvalidConnections(Set.of(connection));
        ManagedConnection matched = factory.matchManagedConnections(Set.of(connection), null, null);
        connection.cleanup();

        assertTrue(System.nanoTime() - start < AT_ONCE_NANOS, "it waited for a silent broker");
        assertEquals(Set.of(), invalid);
        assertSame(connection, matched);
        connection.destroy();
    }

    @Test
    void theMetaDataNameTheBroker() throws Exception {
        FakePool pool = rig.pool();
        Rig.connectionFactory(pool).getConnection();
        ManagedConnection connection = pool.used().get(0);

        assertEquals("RabbitMQ", connection.getMetaData().getEISProductName());
        assertEquals(Nodes.shared().version(), connection.getMetaData().getEISProductVersion());
        assertEquals("guest", connection.getMetaData().getUserName());
        assertNotNull(connection.toString());
    }

    /** A pool that loses a race: what it hands out is destroyed before the handle is made. */
    private MqConnectionFactory losing(int races) throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        rig.container().pool(factory, 1);
        AtomicInteger left = new AtomicInteger(races);
        ConnectionManager pool =
                (caller, info) -> {
                    ManagedConnection connection = caller.createManagedConnection(null, info);
                    if (left.getAndDecrement() > 0) {
                        connection.destroy();
                    }
                    try {
                        return connection.getConnection(null, info);
                    } catch (ResourceException e) {
                        throw new ResourceException("no connection from the pool", e);
                    }
                };
        return (MqConnectionFactory) factory.createConnectionFactory(pool);
    }

    @Test
    void aConnectionThatThePoolIsJustDestroyingIsNotTheApplicationsTrouble() throws Exception {
        MqConnectionFactory unlucky = losing(3);
        try (MqConnection handle = unlucky.getConnection()) {
            handle.publish("", queue, MqMessage.text("the fourth"));
        }
        assertEquals(List.of("the fourth"), bare.drain(queue));
        MqConnectionException e =
                assertThrows(MqConnectionException.class, losing(1_000)::getConnection);
        assertTrue(e.getMessage().contains("destroyed"), e.getMessage());
    }

    private static ConnectionRequestInfo requestInfo(
            MqManagedConnectionFactory factory, String user, String password)
            throws ResourceException {
        AtomicReference<ConnectionRequestInfo> seen = new AtomicReference<>();
        ConnectionManager catcher =
                (caller, info) -> {
                    seen.set(info);
                    throw new ResourceException("caught");
                };
        MqConnectionFactory connections =
                (MqConnectionFactory) factory.createConnectionFactory(catcher);
        assertThrows(RuntimeException.class, () -> connections.getConnection(user, password));
        return seen.get();
    }
}
