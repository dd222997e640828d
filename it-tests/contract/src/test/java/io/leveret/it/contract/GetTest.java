package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqRefusedException;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Single messages that an application takes over a handle, outside a transaction. */
@Timeout(60)
class GetTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long RPC_MILLIS = 3_000; // as the rig sets it
    private static final long GRACE_MILLIS = 1_500;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("get");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setLinkIdleTimeout("300")).start();
        pool = rig.pool();
        factory = Rig.connected(pool);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    /** Waits for them: the broker takes publishes and requests of others as it likes. */
    private void put(String... texts) throws Exception {
        int before = bare.ready(queue);
        for (String text : texts) {
            bare.publish(queue, text);
        }
        Until.holds("they are there", SOON, () -> bare.ready(queue) == before + texts.length);
    }

    private static String text(Optional<MqMessage> message) {
        return message.map(MqMessage::text).orElse(null);
    }

    private static MqConnection handle(Rig from) throws Exception {
        return Rig.connectionFactory(from.pool()).getConnection();
    }

    @Test
    void oneComesAfterTheOtherAndEachIsAcknowledged() throws Exception {
        put("one", "two");
        try (MqConnection handle = factory.getConnection()) {
            MqMessage first = handle.get(queue).orElseThrow();
            assertEquals("one", first.text());
            assertEquals(queue, first.routingKey());
            assertEquals("", first.exchange());
            assertFalse(first.redelivered());
            assertEquals("two", text(handle.get(queue)));
            assertEquals(Optional.empty(), handle.get(queue));
            Until.holds("both settled", SOON, () -> Nodes.unacknowledged(queue) == 0);
        }
        Until.holds("no channel is left", SOON, () -> Nodes.channels("ask") == 0);
        assertEquals(List.of(), bare.drain(queue));
    }

    @Test
    void aMissingQueueIsNamedAndTheHandleGoesOn() throws Exception {
        put("there");
        String missing = Bare.name("missing");
        try (MqConnection handle = factory.getConnection()) {
            handle.publish("", queue, MqMessage.text("warm"));
            for (int i = 0; i < 3; i++) {
                MqRefusedException e =
                        assertThrows(MqRefusedException.class, () -> handle.get(missing));
                assertEquals(404, e.replyCode());
                assertTrue(e.getMessage().contains(missing), e.getMessage());
                assertTrue(e.getMessage().contains("declare it first"), e.getMessage());
                assertEquals(i == 0 ? "there" : "m" + (i - 1), text(handle.get(queue)));
                handle.publish("", queue, MqMessage.text("m" + i));
                if (i == 0) {
                    assertEquals("warm", text(handle.get(queue)));
                }
            }
        }
        assertEquals(List.of(), pool.errors(), "the pooled channel has nothing to do with it");
        assertEquals(1, pool.created());
    }

    @Test
    void aQueueOfAnotherConnectionIsRefused() throws Exception {
        try (Channel other = bare.channel();
                MqConnection handle = factory.getConnection()) {
            String own = other.queueDeclare(Bare.name("own"), false, true, true, null).getQueue();
            MqRefusedException e = assertThrows(MqRefusedException.class, () -> handle.get(own));
            assertEquals(405, e.replyCode());
            assertTrue(e.getMessage().contains("another connection"), e.getMessage());
        }
    }

    @Test
    void aUserWithoutThePermissionIsRefusedAndToldWhich() throws Exception {
        put("not for everybody");
        try (BrokerUser user = BrokerUser.on(Nodes.shared())) {
            user.mayRead("nothing");
            try (Rig limited = new Rig(Nodes.shared().port()).as(user).start();
                    MqConnection handle = handle(limited)) {
                MqRefusedException e =
                        assertThrows(MqRefusedException.class, () -> handle.get(queue));
                assertEquals(403, e.replyCode());
                assertTrue(e.getMessage().contains("grant"), e.getMessage());
                handle.publish("", queue, MqMessage.text("may be written"));
            }
        }
        assertEquals(List.of("not for everybody", "may be written"), bare.drain(queue));
    }

    @Test
    void aStreamIsRefusedAndTheHandleGoesOn() throws Exception {
        String stream = bare.queue("stream", Map.of("x-queue-type", "stream"));
        put("m");
        try (MqConnection handle = factory.getConnection()) {
            MqRefusedException e = assertThrows(MqRefusedException.class, () -> handle.get(stream));
            assertEquals(540, e.replyCode());
            assertTrue(e.getMessage().contains("stream"), e.getMessage());
            handle.publish("", queue, MqMessage.text("over its own connection"));
            Until.holds("it asks again", SOON, () -> isAnswered(handle));
        }
        assertEquals(List.of(), pool.errors(), "publishers are not concerned");
    }

    private boolean isAnswered(MqConnection handle) {
        try {
            handle.get(queue);
            return true;
        } catch (MqConnectionException e) {
            return false; // its link is coming back
        }
    }

    @Test
    void aBrokerThatBlocksPublishersGivesMessages() throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig rough = new Rig(node.port()).with(a -> a.setConnections("1")).start();
                Bare setup = new Bare(node.port());
                MqConnection handle = handle(rough)) {
            String target = setup.queue("blocked");
            handle.publish("", target, MqMessage.text("m"));
            node.blockPublishers();
            try {
                // The next one tells the broker that this connection publishes; it is not read.
                rough.publisher().publishAsync("", target, MqMessage.text("unread"));
                Until.holds(
                        "the connection of the publishers is blocked",
                        SOON,
                        () -> node.ctl("list_connections", "state").contains("blocked"));
                assertEquals("m", text(handle.get(target)));
                assertEquals(Optional.empty(), handle.get(target));
            } finally {
                node.unblockPublishers();
            }
        }
    }

    @Test
    void aQueueThatDoesNotAnswerLosesNothing() throws Exception {
        String classic = bare.queue("hangs", Map.of("x-queue-type", "classic"));
        bare.publish(classic, "m");
        put("elsewhere");
        Until.holds("it is there", SOON, () -> bare.ready(classic) == 1);
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("elsewhere", text(handle.get(queue)));
            Nodes.suspend(classic);
            try {
                long start = System.nanoTime();
                MqConnectionException e =
                        assertThrows(MqConnectionException.class, () -> handle.get(classic));
                assertTrue(millisSince(start) < RPC_MILLIS + GRACE_MILLIS);
                assertTrue(e.getMessage().contains(classic), e.getMessage());
            } finally {
                Nodes.resume(classic);
            }
            Until.holds(
                    "what its late answer brought went back",
                    SOON,
                    () -> bare.ready(classic) == 1 && Nodes.unacknowledged(classic) == 0);
            assertEquals("m", text(handle.get(classic)));
        }
        Until.holds("no channel is left", SOON, () -> Nodes.channels("ask") == 0);
    }

    @Test
    void aFrozenBrokerHoldsNobodyAndLosesNothing() throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig rough = Rig.started(node.port());
                Bare setup = new Bare(node.port())) {
            MqConnectionFactory connect = Rig.connectionFactory(rough.pool());
            MqConnection handle = connect.getConnection();
            String target = setup.queue("frozen");
            setup.publish(target, "m");
            Until.holds("it is there", SOON, () -> setup.ready(target) == 1);
            assertEquals(Optional.empty(), handle.get(setup.queue("empty"))); // opens the link
            node.freeze();
            try {
                Until.holds("it is frozen", SOON, () -> !node.answers(Duration.ofMillis(300)));
                for (int i = 0; i < 2; i++) {
                    long start = System.nanoTime();
                    assertThrows(MqConnectionException.class, () -> handle.get(target));
                    assertTrue(millisSince(start) < RPC_MILLIS + GRACE_MILLIS);
                }
            } finally {
                node.thaw();
            }
            Until.holds(
                    "the message is there again",
                    Duration.ofSeconds(20),
                    () -> setup.ready(target) == 1);
            Until.holds("it can be taken", SOON, () -> "m".equals(taken(connect, target)));
        }
    }

    /** With a handle of its own: a container takes those of a lost connection back. */
    private static String taken(MqConnectionFactory from, String queue) {
        try (MqConnection handle = from.getConnection()) {
            return text(handle.get(queue));
        } catch (MqConnectionException | IllegalStateException e) {
            return null; // its links are coming back
        }
    }

    @Test
    void aLostConnectionIsToldAndTheNextOneServes() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals(Optional.empty(), handle.get(queue));
            proxy.stall(Direction.DOWN, true);
            put("m");
            Future<Optional<MqMessage>> got = other.submit(() -> handle.get(queue));
            Until.holds("it is on the way", SOON, () -> Nodes.unacknowledged(queue) == 1);
            proxy.cut();
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> got.get(5, TimeUnit.SECONDS));
            assertInstanceOf(MqConnectionException.class, e.getCause());
        } finally {
            other.shutdown();
            proxy.stall(Direction.DOWN, false);
        }
        Until.holds("it can be taken", SOON, () -> "m".equals(taken(factory, queue)));
    }

    @Test
    void aClosedHandleTakesNothing() throws Exception {
        put("m");
        MqConnection closed = factory.getConnection();
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.get(queue));
        MqConnection cleaned = factory.getConnection();
        pool.used().get(0).cleanup();
        assertThrows(IllegalStateException.class, () -> cleaned.get(queue));
        assertEquals(List.of("m"), bare.drain(queue));
    }

    @Test
    void aNameThatIsTooLongIsRefusedBeforeAnybodyIsAsked() {
        try (MqConnection handle = factory.getConnection()) {
            assertThrows(IllegalArgumentException.class, () -> handle.get("q".repeat(256)));
        }
    }

    @Test
    void aStoppedAdapterTakesNothing() throws Exception {
        put("m");
        MqConnection handle = factory.getConnection();
        rig.adapter().stop();
        assertThrows(RuntimeException.class, () -> handle.get(queue)); // taken back, or just not
        assertThrows(MqConnectionException.class, factory::getConnection);
        assertEquals(List.of("m"), bare.drain(queue));
    }

    @Test
    void threadsThatShareAHandleTakeEachMessageOnce() throws Exception {
        int threads = 4;
        int each = 50;
        for (int i = 0; i < threads * each; i++) {
            bare.publish(queue, "m" + i);
        }
        Until.holds("all are there", SOON, () -> bare.ready(queue) == threads * each);
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        ExecutorService others = Executors.newFixedThreadPool(threads);
        try (MqConnection handle = factory.getConnection()) {
            List<? extends Future<?>> running =
                    IntStream.range(0, threads)
                            .mapToObj(
                                    t ->
                                            others.submit(
                                                    () -> {
                                                        for (int i = 0; i < each; i++) {
                                                            taken.add(text(handle.get(queue)));
                                                        }
                                                    }))
                            .toList();
            for (Future<?> one : running) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            others.shutdown();
        }
        assertEquals(threads * each, taken.stream().distinct().count());
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void handlesThatAreClosedOrCleanedWhileTheyTakeLeaveNoChannel() throws Exception {
        ExecutorService others = Executors.newCachedThreadPool();
        int taken = 0;
        for (int round = 0; round < 20; round++) {
            put("m");
            MqConnection handle = factory.getConnection();
            Future<Boolean> getter = others.submit(() -> takesUntilClosed(handle));
            if (round % 2 == 0) {
                handle.close();
            } else {
                pool.used().get(0).cleanup();
                pool.used().get(0).destroy();
            }
            taken += getter.get(10, TimeUnit.SECONDS) ? 1 : 0;
        }
        others.shutdown();
        int left = taken;
        Until.holds("the rest is there", SOON, () -> bare.ready(queue) == 20 - left);
        Until.holds("no channel is left", SOON, () -> Nodes.channels("ask") == 0);
        pool.close();
        Until.holds("no connection is left", SOON, () -> proxy.connections() == 0);
    }

    private boolean takesUntilClosed(MqConnection handle) {
        boolean taken = false;
        try {
            while (!taken) {
                taken = handle.get(queue).isPresent();
            }
            while (true) {
                handle.get(Bare.name("missing"));
            }
        } catch (IllegalStateException e) {
            return taken; // closed
        } catch (MqRefusedException e) {
            return taken;
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
