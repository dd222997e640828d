package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqBatchException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch is written in its order, pipelined, and each of its messages has an outcome. */
@Timeout(60)
class BatchTest {

    private static final int CONNECTIONS = 3;
    private static final int MANY = 2_000;
    private static final int MOST_AT_ONCE = 500;
    private static final Duration SOON = Duration.ofSeconds(20);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private FakeTransactions transactions;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("batch");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        transactions = rig.container().transactions();
        MqConnectionFactory factory =
                Rig.connectionFactory(
                        rig.container().pool(new MqManagedConnectionFactory(), CONNECTIONS));
        publisher =
                factory.createPublisher(
                        MqPublisherOptions.defaults().withExchange("").withRoutingKey(queue));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }

    private static List<MqMessage> messages(int count) {
        return names(count).stream().map(MqMessage::text).toList();
    }

    private MqBatchException fails(String exchange, String key, List<MqMessage> messages) {
        return assertThrows(
                MqBatchException.class, () -> publisher.publishAll(exchange, key, messages));
    }

    private static List<MqOutcome> outcomes(MqBatchException e) {
        return e.failures().stream().map(MqPublishException::outcome).toList();
    }

    @Test
    void allAreConfirmedInTheirOrder() throws Exception {
        publisher.publishAll(messages(MANY));
        assertEquals(names(MANY), bare.drain(queue));
    }

    @Test
    void noneWaitsForTheOneBefore() throws Exception {
        publisher.publish("warm");
        proxy.delay(Direction.DOWN, Duration.ofMillis(100)); // each answer takes so long
        long from = System.nanoTime();
        publisher.publishAll(messages(MOST_AT_ONCE));
        long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertTrue(took < MOST_AT_ONCE * 100 / 20, took + " ms");
        assertEquals(MOST_AT_ONCE + 1, bare.drain(queue).size());
    }

    @Test
    void noMessagesAreNoError() {
        publisher.publishAll(List.of());
    }

    @Test
    void eachHasItsOwnOutcome() throws Exception {
        List<MqMessage> some = new ArrayList<>(messages(10));
        some.add(3, MqMessage.builder().body(new byte[17 * 1024 * 1024]).messageId("big").build());
        some.add(
                7,
                MqMessage.builder()
                        .body("b")
                        .messageId("wide")
                        .header("h", "x".repeat(200_000))
                        .build());
        MqBatchException e = fails("", queue, some);
        assertEquals(List.of(MqOutcome.NOT_SENT, MqOutcome.NOT_SENT), outcomes(e));
        assertEquals(
                List.of("big", "wide"),
                e.failures().stream().map(MqPublishException::messageId).toList());
        assertEquals(names(10), bare.drain(queue));

        assertEquals(
                List.of(MqOutcome.RETURNED, MqOutcome.RETURNED),
                outcomes(fails("", Bare.name("nowhere"), messages(2))));
    }

    @Test
    void failuresAreToldInTheOrderOfTheBatch() throws Exception {
        String full = bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        publisher.publish("", full, MqMessage.text("it is full"));
        List<MqMessage> some = new ArrayList<>(messages(3));
        some.add(2, MqMessage.builder().body(new byte[17 * 1024 * 1024]).messageId("big").build());
        assertEquals(
                List.of(MqOutcome.NACKED, MqOutcome.NACKED, MqOutcome.NOT_SENT, MqOutcome.NACKED),
                outcomes(fails("", full, some)));
    }

    @Test
    void aMissingExchangeCostsNobodyElseAnything() throws Exception {
        publisher.publish("warm");
        MqBatchException e = fails(Bare.name("missing"), "k", messages(3));
        assertEquals(3, e.failures().size());
        assertTrue(
                outcomes(e).stream().allMatch(MqOutcome.RETURNED::equals), outcomes(e)::toString);
        publisher.publishAll(messages(5));
        assertEquals(6, bare.drain(queue).size());
    }

    @Test
    void whatCannotBeWrittenInTimeIsNotSent() throws Exception {
        publisher.publish("warm");
        Nodes.shared().blockPublishers();
        try {
            Until.holds(
                    "blocked",
                    SOON,
                    () -> {
                        try {
                            publisher.publish("block me");
                            return false;
                        } catch (MqPublishException e) {
                            return true;
                        }
                    });
            long from = System.nanoTime();
            MqBatchException e = fails("", queue, messages(100));
            long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
            assertTrue(took < 2 * Rig.PUBLISH_TIMEOUT.toMillis(), took + " ms");
            assertEquals(100, e.failures().size());
            assertTrue(
                    outcomes(e).stream().allMatch(MqOutcome.NOT_SENT::equals),
                    outcomes(e)::toString);
        } finally {
            Nodes.shared().unblockPublishers();
        }
        Until.holds("unblocked", SOON, () -> bare.ready(queue) >= 1);
    }

    @Test
    void inATransactionAllOrNoneArePublished() throws Exception {
        transactions.begin();
        publisher.publishAll(messages(10));
        assertEquals(0, bare.ready(queue));
        transactions.commit();
        assertEquals(names(10), bare.drain(queue));

        transactions.begin();
        publisher.publishAll(messages(10));
        transactions.rollback();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aCallerThatIsInterruptedGetsItsOutcomesAndKeepsNoConnection() throws Exception {
        publisher.publish("warm");
        for (int i = 0; i <= CONNECTIONS; i++) {
            Thread.currentThread().interrupt();
            MqBatchException e = fails("", queue, messages(5));
            assertTrue(Thread.interrupted());
            assertEquals(5, e.failures().size());
        }
        publisher.publishAll(messages(5));
    }
}
