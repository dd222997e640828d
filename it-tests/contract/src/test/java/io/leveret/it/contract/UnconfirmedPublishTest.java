package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import io.leveret.MqBatchException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is published without a confirm is written in order, or not sent; nothing else is told. */
@Timeout(60)
class UnconfirmedPublishTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int MANY = 2_000;
    private static final Pattern LOSS = Pattern.compile(".*up to (\\d+) message.*");

    private final Queue<MqEvent> heard = new ConcurrentLinkedQueue<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqConnectionFactory factory;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        begin(Nodes.shared());
    }

    private void begin(BrokerNode node) throws Exception {
        bare = new Bare(node.port());
        queue = bare.queue("unconfirmed");
        proxy = FaultProxy.to(node);
        rig = Rig.started(proxy.port());
        publisher = publisher();
    }

    private MqPublisher publisher() throws Exception {
        factory = Rig.connectionFactory(rig.pool());
        factory.events().addListener(heard::add);
        return factory.createPublisher(
                MqPublisherOptions.defaults()
                        .withExchange("")
                        .withRoutingKey(queue)
                        .withUnconfirmed(true));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private ConnectionFactoryMXBean seen() throws Exception {
        return new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class);
    }

    private static MqPublishException refused(Runnable publish) {
        return assertThrows(MqPublishException.class, publish::run);
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().body(id).messageId(id).build();
    }

    /** How many messages the warnings say may be lost. */
    private List<Integer> losses() {
        return heard.stream()
                .filter(e -> e.severity() == MqEvent.Severity.WARNING)
                .map(e -> LOSS.matcher(e.text()))
                .filter(Matcher::matches)
                .map(m -> Integer.valueOf(m.group(1)))
                .toList();
    }

    // --- what arrives ---

    @Test
    void allArriveInTheOrderOfTheCalls() throws Exception {
        for (String name : names(0, MANY)) {
            publisher.publish(name);
        }
        Until.holds("all are there", SOON, () -> bare.ready(queue) == MANY);
        assertEquals(names(0, MANY), bare.drain(queue));
        assertEquals(MANY, seen().getWrittenUnconfirmed());
        assertEquals(0, seen().getConfirmed());
        assertEquals(0, seen().getInFlight());
    }

    @Test
    void noneWaitsForTheBroker() throws Exception {
        publisher.publish("m0");
        proxy.stall(Direction.DOWN, true);
        publisher.publish("m1");
        publisher.publishAll(List.of(MqMessage.text("m2"), MqMessage.text("m3")));
        assertTrue(
                publisher.publishAsync(MqMessage.text("m4")).toCompletableFuture().isDone(),
                "it is written");
        Until.holds("all are there", SOON, () -> bare.ready(queue) == 5);
        proxy.stall(Direction.DOWN, false);
        assertEquals(names(0, 5), bare.drain(queue));
    }

    @Test
    void anAdapterThatStopsLosesNone() throws Exception {
        for (String name : names(0, MANY)) {
            publisher.publish(name);
        }
        rig.close();
        Until.holds("all are there", SOON, () -> bare.ready(queue) == MANY);
        assertEquals(List.of(), losses());
    }

    @Test
    void whatNobodyTakesIsLostWithoutAWord() throws Exception {
        publisher.publish("", Bare.name("nowhere"), message("a"));
        String unbound = Bare.name("unbound");
        try (Channel channel = bare.channel()) {
            channel.exchangeDeclare(unbound, BuiltinExchangeType.FANOUT, true);
        }
        publisher.publish(unbound, "k", message("b"));
        publisher.publish(unbound, "k", message("c"));
        publisher.publish("m0");
        Until.holds("the other one", SOON, () -> bare.ready(queue) == 1);
        assertEquals(4, seen().getWrittenUnconfirmed());
        assertEquals(0, seen().getReturned());
        assertEquals(List.of(), losses());
    }

    @Test
    void aTransactionIsNoneOfItsBusiness() throws Exception {
        FakeTransactions transactions = rig.container().transactions();
        transactions.begin();
        publisher.publish("m0");
        publisher.publishAll(List.of(MqMessage.text("m1")));
        publisher.publishAsync(MqMessage.text("m2"));
        Until.holds("all are there", SOON, () -> bare.ready(queue) == 3);
        transactions.rollback();
        assertEquals(names(0, 3), bare.drain(queue));
    }

    // --- what is not written ---

    @Test
    void aMessageThatCannotBeSentAsItIsIsNotSentAndDisturbsNobody() throws Exception {
        publisher.publish("m0");
        MqMessage wide =
                MqMessage.builder()
                        .body("b")
                        .messageId("wide")
                        .header("h", "x".repeat(200_000))
                        .build();
        MqMessage large =
                MqMessage.builder().body(new byte[17 * 1024 * 1024]).messageId("large").build();
        assertEquals(MqOutcome.NOT_SENT, refused(() -> publisher.publish(wide)).outcome());
        assertEquals(MqOutcome.NOT_SENT, refused(() -> publisher.publish(large)).outcome());
        MqBatchException e =
                assertThrows(
                        MqBatchException.class,
                        () -> publisher.publishAll(List.of(large, MqMessage.text("m1"), wide)));
        assertEquals(
                List.of("large", "wide"),
                e.failures().stream().map(MqPublishException::messageId).toList());
        CompletableFuture<Void> stage = publisher.publishAsync(wide).toCompletableFuture();
        assertTrue(stage.isCompletedExceptionally());
        publisher.publish("m2");
        Until.holds("all others", SOON, () -> bare.ready(queue) == 3);
        assertEquals(names(0, 3), bare.drain(queue));
        assertEquals(5, seen().getNotSent());
        assertEquals(3, seen().getWrittenUnconfirmed());
        assertEquals(List.of(), losses());
    }

    @Test
    void aLinkThatStaysDownIsNotSentAtTheDeadline() throws Exception {
        publisher.publish("m0");
        Until.holds("it is there", SOON, () -> bare.ready(queue) == 1);
        proxy.refuse(true);
        Until.holds(
                "known to be down", SOON, () -> outcome(message("probe")) == MqOutcome.NOT_SENT);
        long from = System.nanoTime();
        assertEquals(MqOutcome.NOT_SENT, outcome(message("late")));
        long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertTrue(took >= Rig.PUBLISH_TIMEOUT.toMillis() - 100, took + " ms");
        assertTrue(took <= Rig.PUBLISH_TIMEOUT.toMillis() + 1_000, took + " ms");
        assertEquals(1, bare.ready(queue));
    }

    private MqOutcome outcome(MqMessage message) {
        return Rig.outcomeOf(publisher, "", queue, message);
    }

    @Test
    void aBlockedBrokerGetsNothingAndTheCallerIsTold() throws Exception {
        tearDown();
        BrokerNode node = Nodes.rough();
        begin(node);
        publisher.publish(message("before"));
        node.blockPublishers();
        Set<String> written = new HashSet<>(Set.of("before"));
        try {
            // The broker says so when the first one comes, which stays in its buffers.
            MqOutcome outcome = MqOutcome.CONFIRMED;
            for (int i = 0; i < MANY && outcome == MqOutcome.CONFIRMED; i++) {
                outcome = outcome(message("m" + i));
                if (outcome == MqOutcome.CONFIRMED) {
                    written.add("m" + i);
                }
            }
            MqPublishException e = refused(() -> publisher.publish(message("blocked")));
            assertEquals(MqOutcome.NOT_SENT, e.outcome());
            assertTrue(e.getMessage().contains("blocks publishers"), e.getMessage());
        } finally {
            node.unblockPublishers();
        }
        Until.holds("all that was written", SOON, () -> bare.ready(queue) == written.size());
        publisher.publish(message("after"));
        written.add("after");
        Until.holds("all that was written", SOON, () -> bare.ready(queue) == written.size());
        assertEquals(written, new HashSet<>(bare.drainIds(queue)));
    }

    // --- what the broker refuses ---

    @Test
    void anExchangeThatIsMissingFromTheBeginningIsTold() throws Exception {
        publisher.publish("m0");
        String missing = Bare.name("missing");
        MqPublishException e = refused(() -> publisher.publish(missing, "k", message("a")));
        assertEquals(MqOutcome.RETURNED, e.outcome());
        assertTrue(e.getMessage().contains(missing), e.getMessage());
        publisher.publish("m1");
        Until.holds("the others", SOON, () -> bare.ready(queue) == 2);
        assertEquals(List.of(), losses());
    }

    @Test
    void anExchangeThatMayNotBeWrittenToIsTold() throws Exception {
        String exchange = bare.exchange("closed", queue);
        try (BrokerUser user = BrokerUser.on(Nodes.shared())) {
            user.permit("^$", "^$", ".*");
            rig.close();
            rig = new Rig(proxy.port()).as(user).start();
            publisher = publisher();
            assertEquals(
                    MqOutcome.RETURNED,
                    refused(() -> publisher.publish(exchange, queue, message("a"))).outcome());
            assertEquals(0, bare.ready(queue));
            rig.close();
        }
    }

    @Test
    void anExchangeThatGoesAwayCostsMessagesAndOneWarningSaysHowMany() throws Exception {
        String exchange = bare.exchange("ex", queue);
        int warm = 100;
        for (int i = 0; i < warm; i++) {
            publisher.publish(exchange, queue, message("m" + i));
        }
        Until.holds("all are there", SOON, () -> bare.ready(queue) == warm);
        proxy.stall(Direction.DOWN, true); // so that nobody hears of the refusal yet
        bare.deleteExchange(exchange);
        publisher.publish(exchange, queue, message("refused"));
        publisher.publish("", queue, message("dragged along"));
        proxy.stall(Direction.DOWN, false);

        Until.holds("a warning", SOON, () -> !losses().isEmpty());
        assertEquals(1, losses().size());
        int most = losses().get(0);
        assertTrue(most >= 2 && most <= warm + 2, "up to " + most);
        assertEquals(warm, bare.ready(queue));
        assertEquals(
                MqOutcome.RETURNED,
                refused(() -> publisher.publish(exchange, queue, message("told"))).outcome());
        publisher.publish("", queue, message("a fresh channel"));
        Until.holds("it is there", SOON, () -> bare.ready(queue) == warm + 1);
        assertEquals(1, losses().size());
    }

    @Test
    void whatHasLongArrivedIsNotCountedAsALoss() throws Exception {
        String exchange = bare.exchange("ex", queue);
        for (int i = 0; i < MANY; i++) {
            publisher.publish(exchange, queue, message("m" + i));
        }
        Until.holds("all are there", SOON, () -> bare.ready(queue) == MANY);
        bare.deleteExchange(exchange);
        publisher.publish(exchange, queue, message("refused"));
        Until.holds("a warning", SOON, () -> !losses().isEmpty());
        int most = losses().get(0);
        assertTrue(most >= 1 && most <= 1_001, "up to " + most);
    }

    @Test
    void aConnectionCutInMidStreamCostsNoMoreThanTheWarningsSay() throws Exception {
        publisher.publish(message("m0"));
        Set<String> written = new HashSet<>(Set.of("m0"));
        Set<String> unsent = new HashSet<>();
        for (int i = 1; i < 3 * MANY; i++) {
            if (i % MANY == 0) {
                proxy.cut();
            }
            String id = "m" + i;
            MqOutcome outcome = outcome(message(id));
            if (outcome == MqOutcome.CONFIRMED) {
                written.add(id);
            } else if (outcome == MqOutcome.NOT_SENT) {
                unsent.add(id);
            }
        }
        List<String> arrived = new ArrayList<>();
        Until.holds(
                "one that is sent last",
                SOON,
                () -> {
                    outcome(message("last"));
                    arrived.addAll(bare.drainIds(queue));
                    return arrived.contains("last");
                });

        for (int from = 0; from < 3 * MANY; from += MANY) {
            List<String> some = names(from, from + MANY);
            Set<String> these = new HashSet<>(some);
            List<String> seen = arrived.stream().filter(these::contains).toList();
            List<String> expected = some.stream().filter(new HashSet<>(seen)::contains).toList();
            assertEquals(expected, seen, "in order between the cuts");
        }
        assertTrue(unsent.stream().noneMatch(arrived::contains), "not sent and there");
        written.removeAll(arrived);
        int told = losses().stream().mapToInt(Integer::intValue).sum();
        System.out.println("cut: lost " + written.size() + ", told of " + losses());
        assertTrue(written.size() <= told, written.size() + " lost, told of " + told);
    }

    // --- what contradicts itself ---

    @Test
    void contradictionsAreRefusedWhereTheyAreMade() {
        MqPublisherOptions plain = MqPublisherOptions.defaults().withUnconfirmed(true);
        MqPublisherOptions enlisting =
                MqPublisherOptions.defaults().withTransactionMode(MqTransactionMode.AFTER_COMMIT);
        MqPublisherOptions retrying = MqPublisherOptions.defaults().withPublishRetries(1);
        assertEquals(
                MqTransactionMode.NONE,
                plain.withTransactionMode(MqTransactionMode.NONE).transactionMode());
        assertContradiction(() -> plain.withTransactionMode(MqTransactionMode.AFTER_COMMIT));
        assertContradiction(() -> enlisting.withUnconfirmed(true));
        assertContradiction(() -> plain.withPublishRetries(1));
        assertContradiction(() -> plain.withPublishRetryUnknown(true));
        assertContradiction(() -> retrying.withUnconfirmed(true));
    }

    @Test
    void aFactoryWhosePublishesAreResourcesHasNoneWithoutConfirms() throws Exception {
        MqManagedConnectionFactory local = new MqManagedConnectionFactory();
        local.setTransactionMode("LOCAL");
        MqConnectionFactory strict = Rig.connectionFactory(rig.container().pool(local, 1));
        MqPublisherOptions plain = MqPublisherOptions.defaults().withUnconfirmed(true);
        String message =
                assertThrows(IllegalArgumentException.class, () -> strict.createPublisher(plain))
                        .getMessage();
        assertTrue(message.contains("LOCAL"), message);
    }

    private static void assertContradiction(Runnable options) {
        String message = assertThrows(IllegalArgumentException.class, options::run).getMessage();
        assertTrue(message.startsWith("unconfirmed contradicts"), message);
    }
}
