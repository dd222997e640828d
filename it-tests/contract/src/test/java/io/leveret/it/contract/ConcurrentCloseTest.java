package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.PoolQuirk;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ManagedConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handles of one managed connection that are used and closed while other things happen to it. */
@Timeout(120)
class ConcurrentCloseTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int ROUNDS = 25;
    private static final int HANDLES = 5;
    private static final int AT_ONCE = 5_000;

    private Bare bare;
    private String queue;
    private FaultProxy proxy;
    private Rig rig;
    private MqManagedConnectionFactory factory;
    private ExecutorService threads;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("closing");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setLinkIdleTimeout("300")).start();
        factory = new MqManagedConnectionFactory();
        rig.container().pool(factory, 1); // sets its resource adapter
        threads = Executors.newCachedThreadPool();
    }

    @AfterEach
    void tearDown() throws Exception {
        threads.shutdownNow();
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    /** What a container hears of one managed connection. */
    private static final class Container implements ConnectionEventListener {

        private final Map<Object, AtomicInteger> closed = new ConcurrentHashMap<>();
        private final AtomicInteger errors = new AtomicInteger();
        private final AtomicInteger others = new AtomicInteger();

        @Override
        public void connectionClosed(ConnectionEvent event) {
            closed.computeIfAbsent(event.getConnectionHandle(), h -> new AtomicInteger())
                    .incrementAndGet();
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            errors.incrementAndGet();
        }

        @Override
        public void localTransactionStarted(ConnectionEvent event) {
            others.incrementAndGet();
        }

        @Override
        public void localTransactionCommitted(ConnectionEvent event) {
            others.incrementAndGet();
        }

        @Override
        public void localTransactionRolledback(ConnectionEvent event) {
            others.incrementAndGet();
        }

        int closes(MqConnection handle) {
            AtomicInteger count = closed.get(handle);
            return count == null ? 0 : count.get();
        }
    }

    /** Makes a managed connection that a container listens to. */
    private ManagedConnection managed(Container container) throws Exception {
        AtomicReference<ManagedConnection> made = new AtomicReference<>();
        Until.holds(
                "a managed connection",
                SOON,
                () -> {
                    try {
                        made.set(factory.createManagedConnection(null, null));
                        return true;
                    } catch (ResourceException e) {
                        return false; // the link of the round before is still coming back
                    }
                });
        made.get().addConnectionEventListener(container);
        return made.get();
    }

    private static List<MqConnection> handles(ManagedConnection connection) throws Exception {
        List<MqConnection> handles = new ArrayList<>();
        for (int i = 0; i < HANDLES; i++) {
            handles.add((MqConnection) connection.getConnection(null, null));
        }
        return handles;
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Does all of it at the same moment, and fails when any of it throws. */
    private void together(List<Action> actions) throws Exception {
        CyclicBarrier start = new CyclicBarrier(actions.size());
        List<Future<?>> running = new ArrayList<>();
        for (Action action : actions) {
            running.add(
                    threads.submit(
                            () -> {
                                start.await(10, TimeUnit.SECONDS);
                                action.run();
                                return null;
                            }));
        }
        for (Future<?> action : running) {
            action.get(20, TimeUnit.SECONDS);
        }
    }

    /** Each handle publishes while two others close it. */
    private List<Action> usedAndClosedTwice(List<MqConnection> handles) {
        List<Action> actions = new ArrayList<>();
        for (MqConnection handle : handles) {
            actions.add(handle::close);
            actions.add(handle::close);
            actions.add(publish(handle));
        }
        return actions;
    }

    /** Publishes until the handle is closed or its connection lost; anything else is a failure. */
    private Action publish(MqConnection handle) {
        return () -> {
            try {
                for (int i = 0; i < 20; i++) {
                    handle.publish("", queue, MqMessage.text("m"));
                }
            } catch (MqException | IllegalStateException e) {
                return; // closed or lost
            }
        };
    }

    @Test
    void handlesOfOneConnectionPublishSideBySideUntilEachIsClosed() throws Exception {
        FakePool pool = rig.pool(PoolQuirk.SHARES_CONNECTIONS);
        MqConnectionFactory connections = Rig.connectionFactory(pool);
        List<MqConnection> handles = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < HANDLES; i++) {
            MqConnection handle = connections.getConnection();
            int messages = 20 * (i + 1); // so that they are closed while others still publish
            handles.add(handle);
            actions.add(
                    () -> {
                        for (int m = 0; m < messages; m++) {
                            handle.publish("", queue, MqMessage.text("m"));
                        }
                        handle.close();
                    });
        }
        assertEquals(1, pool.created());

        together(actions);

        assertEquals(20 * (1 + 2 + 3 + 4 + 5), bare.ready(queue));
        assertEquals(HANDLES, handles.size());
        assertEquals(HANDLES, pool.closes(), "one connectionClosed for each handle");
        assertEquals(1, pool.idle().size());
        assertTrue(pool.errors().isEmpty());
    }

    @Test
    void aHandleThatIsClosedWhileItsChannelIsLostIsToldOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Container container = new Container();
            ManagedConnection connection = managed(container);
            List<MqConnection> handles = handles(connection);
            List<Action> actions = usedAndClosedTwice(handles);
            actions.add(proxy::cut);

            together(actions);

            for (MqConnection handle : handles) {
                assertEquals(1, container.closes(handle), "connectionClosed in round " + round);
            }
            Until.holds("the error event", SOON, () -> container.errors.get() == 1);
            connection.destroy();
            assertEquals(1, container.errors.get());
            assertEquals(0, container.others.get());
        }
        assertNothingLeft();
    }

    @Test
    void closingCleaningAndDestroyingMayMeet() throws Exception {
        int told = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Container container = new Container();
            ManagedConnection connection = managed(container);
            List<MqConnection> handles = handles(connection);
            List<Action> actions = usedAndClosedTwice(handles);
            actions.add(connection::cleanup);
            actions.add(connection::destroy);
            actions.add(connection::destroy);
            if (round % 2 == 1) {
                actions.add(proxy::cut);
            }

            together(actions);

            for (MqConnection handle : handles) {
                int closes = container.closes(handle);
                assertTrue(closes <= 1, () -> closes + " times connectionClosed for one handle");
                told += closes;
            }
            assertTrue(container.errors.get() <= 1, "error events: " + container.errors.get());
            assertEquals(0, container.others.get());
        }
        assertTrue(told > 0, "closing never came first");
        assertTrue(told < ROUNDS * HANDLES, "closing always came first");
        assertNothingLeft();
    }

    @Test
    void aHandleThatTwoThreadsCloseAtTheSameMomentIsToldOnce() throws Exception {
        Container container = new Container();
        ManagedConnection connection = managed(container);
        MqConnection[] handles = new MqConnection[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            handles[i] = (MqConnection) connection.getConnection(null, null);
        }

        inStep(i -> handles[i].close(), i -> handles[i].close());

        for (MqConnection handle : handles) {
            assertEquals(1, container.closes(handle));
        }
        connection.destroy();
        assertNothingLeft();
    }

    @Test
    void aHandleThatMovesWhileItsOldConnectionIsCleanedGoesOn() throws Exception {
        Container old = new Container();
        Container fresh = new Container();
        ManagedConnection left = managed(old);
        ManagedConnection entered = managed(fresh);
        MqConnection[] handles = new MqConnection[AT_ONCE + 1];
        handles[0] = (MqConnection) left.getConnection(null, null);

        inStep(
                i -> entered.associateConnection(handles[i]),
                i -> {
                    left.cleanup();
                    handles[i + 1] = (MqConnection) left.getConnection(null, null);
                });
        entered.associateConnection(handles[AT_ONCE]);

        handles[0].publish("", queue, MqMessage.text("moved"));
        assertEquals(List.of("moved"), bare.drain(queue));
        for (MqConnection handle : handles) {
            handle.close();
            assertEquals(0, old.closes(handle), "it had left");
            assertEquals(1, fresh.closes(handle));
        }
        left.destroy();
        entered.destroy();
        assertNothingLeft();
    }

    /** One step of many. */
    private interface Step {
        void at(int index) throws Exception;
    }

    /** Two threads go through the same steps, each of them together: no lock sets them apart. */
    private void inStep(Step one, Step other) throws Exception {
        AtomicInteger arrived = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (Step step : List.of(one, other)) {
            running.add(
                    threads.submit(
                            () -> {
                                for (int i = 0; i < AT_ONCE; i++) {
                                    arrived.incrementAndGet();
                                    while (arrived.get() < 2 * (i + 1)) {
                                        Thread.onSpinWait();
                                    }
                                    step.at(i);
                                }
                                return null;
                            }));
        }
        for (Future<?> thread : running) {
            thread.get(60, TimeUnit.SECONDS);
        }
    }

    /** No hold on the link remains, and the broker has no channel of ours. */
    private void assertNothingLeft() throws Exception {
        Until.holds(
                "the unused link closes", Duration.ofSeconds(10), () -> proxy.connections() == 0);
        Until.holds(
                "no channel but the test's own",
                Duration.ofSeconds(20),
                () -> Nodes.shared().ctl("list_channels", "pid").lines().count() <= 2);
    }
}
