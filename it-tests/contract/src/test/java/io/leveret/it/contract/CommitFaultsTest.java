package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.transaction.RollbackException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong around a commit: before it, after it, and in many transactions at once. */
@Timeout(60)
class CommitFaultsTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakeTransactions transactions;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("commit-faults");
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

    private MqConnectionFactory start() throws ResourceException {
        rig.start();
        transactions = rig.container().transactions();
        return Rig.connectionFactory(rig.pool());
    }

    private static MqPublisher publisher(MqConnectionFactory factory) {
        return factory.createPublisher(MqPublisherOptions.defaults());
    }

    // --- several factories ---

    @Test
    void severalFactoriesTakePartAndNoneOfThemPublishesWhenOneIsAway() throws Exception {
        MqPublisher here = publisher(start());
        try (FaultProxy other = FaultProxy.to(Nodes.shared())) {
            MqManagedConnectionFactory elsewhere = new MqManagedConnectionFactory();
            elsewhere.setAddresses("127.0.0.1:" + other.port());
            elsewhere.setUserName("guest");
            elsewhere.setPassword("guest");
            MqConnectionFactory second = Rig.connectionFactory(rig.container().pool(elsewhere, 10));
            MqPublisher there = publisher(second);

            transactions.begin();
            here.publish("", queue, MqMessage.text("here"));
            there.publish("", queue, MqMessage.text("there"));
            transactions.commit();
            assertEquals(List.of("here", "there"), bare.drain(queue).stream().sorted().toList());

            transactions.begin();
            here.publish("", queue, MqMessage.text("rolled back"));
            there.publish("", queue, MqMessage.text("rolled back too"));
            other.refuse(true);
            awaitLoss(second);
            assertThrows(RollbackException.class, transactions::commit);
            Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
        }
    }

    // --- before the commit ---

    @Test
    void anExchangeThatIsMissingRollsTheTransactionBackBeforeAnythingIsCommitted()
            throws Exception {
        MqPublisher publisher = publisher(start());
        try (LogLines alarms = new LogLines("can never be published")) {
            transactions.begin();
            publisher.publish("", queue, MqMessage.text("rolled back with it"));
            publisher.publish("no-such-exchange", "key", MqMessage.text("nowhere to go"));
            assertThrows(RollbackException.class, transactions::commit);
            Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
            assertEquals(0, alarms.count());
        }
    }

    @Test
    void moreBytesThanThereIsRoomForAreRefusedAndTheRoomComesBack() throws Exception {
        rig.with(a -> a.setAfterCommitBytes("1000"));
        MqPublisher publisher = publisher(start());
        for (int i = 0; i < 3; i++) {
            transactions.begin();
            publisher.publish("", queue, body(600));
            MqPublishException e =
                    assertThrows(
                            MqPublishException.class,
                            () -> publisher.publish("", queue, body(600)));
            assertEquals(MqOutcome.NOT_SENT, e.outcome());
            assertTrue(e.getMessage().contains("afterCommitBytes=1000"), e.getMessage());
            assertThrows(RollbackException.class, transactions::commit);

            transactions.begin();
            publisher.publish("", queue, body(1000));
            transactions.commit();
            assertEquals(1, bare.drain(queue).size());
        }
    }

    private static MqMessage body(int size) {
        return MqMessage.builder().body(new byte[size]).build();
    }

    @Test
    void anOutageHoldsManyTransactionsUpNoLongerThanOne() throws Exception {
        rig.with(a -> a.setPublishTimeout("30000")).with(a -> a.setAfterCommitTimeout("1500"));
        MqConnectionFactory factory = start();
        MqPublisher publisher = publisher(factory);
        publisher.publish("", queue, MqMessage.text("opens the link"));
        proxy.refuse(true);
        awaitLoss(factory);

        int threads = 32;
        int each = 5;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long start = System.nanoTime();
        List<Future<Integer>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            running.add(pool.submit(() -> refusedTransactions(publisher, each)));
        }
        int refused = 0;
        for (Future<Integer> thread : running) {
            refused += thread.get(40, TimeUnit.SECONDS);
        }
        pool.shutdown();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertEquals(threads * each, refused);
        // One after the other each thread would wait for 7,500 ms.
        assertTrue(took >= 1_000, "nobody waited: " + took + " ms");
        assertTrue(took < 5_000, "the transactions were held up for ms: " + took);

        proxy.refuse(false);
        Until.holds("a connection again", SOON, () -> opens(factory));
        transactions.begin();
        publisher.publish("", queue, MqMessage.text("goes on"));
        transactions.commit();
        assertEquals(List.of("opens the link", "goes on"), bare.drain(queue));
    }

    private int refusedTransactions(MqPublisher publisher, int count) {
        int refused = 0;
        for (int i = 0; i < count; i++) {
            transactions.begin();
            try {
                publisher.publish("", queue, MqMessage.text("during the outage"));
            } catch (MqPublishException e) {
                refused += e.outcome() == MqOutcome.NOT_SENT ? 1 : 0;
            } finally {
                transactions.rollback();
            }
        }
        return refused;
    }

    // --- after the commit ---

    @Test
    void theCommittingThreadIsHeldUpForTheTimeThatIsSetAndOnlyTheFirstOne() throws Exception {
        rig.with(a -> a.setAfterCommitTimeout("700"));
        MqPublisher publisher = publisher(start());
        publisher.publish("", queue, MqMessage.text("opens the link"));
        bare.drain(queue);
        proxy.stall(Direction.UP, true);

        long first = commitOf(publisher, "first");
        long second = commitOf(publisher, "second");
        proxy.cut();
        proxy.stall(Direction.UP, false);

        assertTrue(first >= 600, "the first commit waited for ms: " + first);
        assertTrue(first < 2_500, "the first commit waited for ms: " + first);
        assertTrue(second < 500, "the second commit waited for ms: " + second);
        Until.holds("both messages", Duration.ofSeconds(20), () -> bare.ready(queue) >= 2);
    }

    private long commitOf(MqPublisher publisher, String text) throws RollbackException {
        transactions.begin();
        publisher.publish("", queue, MqMessage.text(text));
        long start = System.nanoTime();
        transactions.commit();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void whatCanNeverBePublishedIsParkedWithWhereItWasToGo() throws Exception {
        String parking = bare.queue("parked");
        MqManagedConnectionFactory parks = new MqManagedConnectionFactory();
        parks.setParkingQueue(parking);
        rig.start();
        transactions = rig.container().transactions();
        MqConnectionFactory factory = Rig.connectionFactory(rig.container().pool(parks, 10));
        MqPublisher publisher = publisher(factory);

        transactions.begin();
        publisher.publish("", queue, MqMessage.text("first"));
        MqMessage returned =
                MqMessage.builder()
                        .body("returned")
                        .messageId("m-1")
                        .expiration(Duration.ofMillis(1))
                        .build();
        publisher.publish("", "no-such-queue", returned);
        publisher.publish(
                "", queue, MqMessage.builder().body("refused").userId("somebody").build());
        transactions.commit();

        Until.holds("two parked ones", SOON, () -> bare.ready(parking) == 2);
        GetResponse parked = bare.channel().basicGet(parking, true);
        assertEquals("returned", new String(parked.getBody(), StandardCharsets.UTF_8));
        assertEquals("m-1", parked.getProps().getMessageId());
        assertNull(parked.getProps().getExpiration());
        assertEquals("", header(parked, "x-leveret-exchange"));
        assertEquals("no-such-queue", header(parked, "x-leveret-routing-key"));
        assertTrue(header(parked, "x-leveret-reason").contains("NO_ROUTE"), parked.toString());
        assertTrue(!header(parked, "x-leveret-last-failure").isEmpty());
        GetResponse refused = bare.channel().basicGet(parking, true);
        assertEquals(queue, header(refused, "x-leveret-routing-key"));
        assertTrue(bare.drain(queue).contains("first"));
        assertEquals(
                2,
                new Jmx(factory)
                        .only("ConnectionFactory", ConnectionFactoryMXBean.class)
                        .getReturned());
    }

    private static String header(GetResponse of, String name) {
        return of.getProps().getHeaders().get(name).toString();
    }

    @Test
    void whatCannotEvenBeParkedIsReportedOnce() throws Exception {
        MqManagedConnectionFactory parks = new MqManagedConnectionFactory();
        parks.setParkingQueue("no-such-parking-queue");
        rig.start();
        transactions = rig.container().transactions();
        MqPublisher publisher = publisher(Rig.connectionFactory(rig.container().pool(parks, 10)));
        try (LogLines log = new LogLines("can never be published")) {
            transactions.begin();
            publisher.publish("", "no-such-queue", MqMessage.text("nowhere"));
            transactions.commit();
            Until.holds("both reports", SOON, () -> log.count() == 2);
            Until.never("a third one", A_WHILE, () -> log.count() > 2);
            assertTrue(log.lines().get(0).contains("goes to no-such-parking-queue"));
        }
    }

    @Test
    void aListenerOfEventsGetsTheMessageThatCanNeverBePublished() throws Exception {
        MqConnectionFactory factory = start();
        List<MqEvent> heard = Collections.synchronizedList(new ArrayList<>());
        factory.events()
                .addListener(
                        event -> {
                            if (event.message() != null) {
                                heard.add(event);
                            }
                        });
        transactions.begin();
        publisher(factory).publish("", "no-such-queue", MqMessage.text("undeliverable"));
        transactions.commit();

        Until.holds("the event", SOON, () -> heard.size() == 1);
        MqMessage message = heard.get(0).message();
        assertEquals("undeliverable", message.text());
        assertEquals("no-such-queue", message.routingKey());
        assertEquals("", message.exchange());
        assertEquals(MqEvent.Severity.ALARM, heard.get(0).severity());
        assertTrue(factory.events().latest().stream().allMatch(e -> e.message() == null));
    }

    private static void awaitLoss(MqConnectionFactory factory) throws Exception {
        Until.holds(
                "the loss is known",
                SOON,
                () ->
                        factory.events().latest().stream()
                                .anyMatch(e -> "BACKING_OFF".equals(e.state())));
    }

    private static boolean opens(MqConnectionFactory factory) {
        try (MqConnection connection = factory.getConnection()) {
            return connection != null;
        } catch (MqException e) {
            return false;
        }
    }
}
