package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stopped adapter leaves nothing behind, and several of them live side by side. */
@Timeout(60)
class ShutdownTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final long DRAIN_MILLIS = 3_000; // as the rig sets it
    private static final long GRACE_MILLIS = 1_500;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("shutdown");
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
    void noThreadAndNoConnectionOutlivesTheAdapter() throws Exception {
        Set<Thread> before = adapterThreads();
        rig.start();
        work(rig, queue);
        assertTrue(proxy.connections() > 0);
        assertTrue(adapterThreads().size() > before.size(), "the adapter has threads of its own");

        rig.close();

        Until.holds("all connections closed", SOON, () -> proxy.connections() == 0);
        Until.holds("all threads ended", SOON, () -> before.containsAll(adapterThreads()));
    }

    @Test
    void stoppingBeforeTheApplicationsHasTheSameEnd() throws Exception {
        Set<Thread> before = adapterThreads();
        rig.start();
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("m"));
        Bean bean = new Bean();
        rig.consume(queue, bean);
        Until.holds("the delivery", SOON, () -> bean.count() == 1);

        rig.container().stopAdapter();

        Until.holds("all connections closed", SOON, () -> proxy.connections() == 0);
        Until.holds("all threads ended", SOON, () -> before.containsAll(adapterThreads()));
        long start = System.nanoTime();
        assertThrows(
                MqException.class, () -> publisher.publish("", queue, MqMessage.text("too late")));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1), "it waited");
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aSilentBrokerDoesNotHoldUpTheStop() throws Exception {
        rig.start();
        work(rig, queue);
        proxy.stall(Direction.UP, true);
        proxy.stall(Direction.DOWN, true);

        long start = System.nanoTime();
        rig.container().stopAdapter();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertTrue(took <= DRAIN_MILLIS + GRACE_MILLIS, "stopping took " + took + " ms");
    }

    @Test
    void anAbsentBrokerDoesNotHoldUpTheStop() throws Exception {
        Set<Thread> before = adapterThreads();
        proxy.refuse(true);
        rig.start();
        rig.consume(queue, new Bean());
        Until.never("a connection", Duration.ofMillis(300), () -> proxy.connections() > 0);

        long start = System.nanoTime();
        rig.close();

        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2));
        Until.holds("all threads ended", SOON, () -> before.containsAll(adapterThreads()));
    }

    @Test
    void aStoppedAdapterMayBeStartedAgain() throws Exception {
        rig.start();
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        try (FakePool pool = rig.container().pool(factory, 2)) {
            publisher(pool).publish("", queue, MqMessage.text("before"));
        }
        rig.container().stopAdapter();
        rig.start();

        FakePool pool = rig.container().pool(factory, 2);
        publisher(pool).publish("", queue, MqMessage.text("after"));

        assertEquals(List.of("before", "after"), bare.drain(queue));
    }

    private static MqPublisher publisher(FakePool pool) throws Exception {
        return Rig.connectionFactory(pool).createPublisher(MqPublisherOptions.defaults());
    }

    @Test
    void adaptersLiveSideBySide() throws Exception {
        rig.start();
        work(rig, queue);
        String other = bare.queue("neighbour");
        try (Rig neighbour = Rig.started(Nodes.shared().port())) {
            work(neighbour, other);
            rig.close();

            MqPublisher publisher = neighbour.publisher();
            publisher.publish("", other, MqMessage.text("still alive"));
            assertTrue(bare.consumers(other) == 1 || bare.drain(other).size() == 1);
        }
    }

    @Test
    void aPoolThatNobodyClosedIsNoLeakOfConnections() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        factory.getConnection(); // never closed by its application
        Until.holds("the connection", SOON, () -> proxy.connections() == 1);

        rig.container().stopAdapter();

        Until.holds("all connections closed", SOON, () -> proxy.connections() == 0);
    }

    @Test
    void aLinkThatNobodyUsesIsClosedAfterItsTime() throws Exception {
        rig.with(a -> a.setLinkIdleTimeout("300")).start();
        FakePool pool = rig.pool();
        Rig.connectionFactory(pool).getConnection();
        assertEquals(1, proxy.connections());

        pool.close(); // destroys the managed connections, the adapter goes on

        Until.holds("the link's end", SOON, () -> proxy.connections() == 0);
        assertEquals(List.of(), pool.errors());
    }

    private static void work(Rig rig, String queue) throws Exception {
        Bean bean = new Bean();
        rig.consume(queue, bean);
        rig.publisher().publish("", queue, MqMessage.text("m"));
        Until.holds("the delivery", SOON, () -> bean.count() == 1);
    }

    /** Threads that the adapter or the client below it started. */
    private static Set<Thread> adapterThreads() {
        Set<Thread> found = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            String name = thread.getName().toLowerCase(Locale.ROOT);
            boolean ours =
                    name.contains("leveret")
                            || name.contains("amqp")
                            || name.contains("rabbitmq")
                            || name.contains("netty")
                            || name.contains("eventloop");
            if (ours && thread.isAlive()) {
                found.add(thread);
            }
        }
        return found;
    }
}
