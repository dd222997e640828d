package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.it.contract.Publishing.Style;
import io.leveret.it.contract.Publishing.Target;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each way to publish ends in the same outcome for the same reason, and whoever gives up leaves
 * nothing behind: no lease, nothing in flight.
 */
@Timeout(90)
class OutcomeTableTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration IN_TIME = Rig.PUBLISH_TIMEOUT.plusMillis(1_500);

    /** The deadline of those that are to reach it. */
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private static final Duration PATIENT = Duration.ofSeconds(15);
    private static final int SOME = 20;
    private static final int IN_FLIGHT = 500;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private FakePool pool;
    private MqConnectionFactory factory;
    private MqPublisher publisher;
    private boolean stopped;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("table");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        // One, so that none has to be opened while the broker does not answer.
        pool = rig.container().pool(new MqManagedConnectionFactory(), 1);
        factory = Rig.connected(pool);
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
        for (Style each : Style.values()) {
            Until.holds("warm", SOON, () -> isConfirmed(each)); // a busy machine is slow at first
        }
        bare.drain(queue);
    }

    @AfterEach
    void tearDown() throws Exception {
        try {
            if (!stopped) {
                assertNothingLeft();
            }
        } finally {
            rig.close();
            proxy.close();
            bare.close();
        }
        rig.assertContractKept();
    }

    private void assertNothingLeft() throws Exception {
        Until.holds("no lease is left", SOON, () -> pool.used().isEmpty());
        Until.holds("nothing is in flight", SOON, () -> inFlight() == 0);
        Until.holds(
                "the next one is confirmed",
                SOON,
                () ->
                        Rig.outcomeOf(publisher, "", queue, MqMessage.text("next"))
                                == MqOutcome.CONFIRMED);
    }

    private boolean isConfirmed(Style style) throws Exception {
        try (Publishing one = start(style, "", queue, 1)) {
            return one.counts(IN_TIME).containsKey(MqOutcome.CONFIRMED);
        }
    }

    private long inFlight() throws Exception {
        long all = 0;
        for (ObjectName each : new Jmx(factory).names("ConnectionFactory")) {
            all += Jmx.proxy(each, ConnectionFactoryMXBean.class).getInFlight();
        }
        return all;
    }

    private Publishing start(Style style, String exchange, String key, int count) {
        return start(style, publisher, exchange, key, Publishing.messages(count));
    }

    private static Publishing start(
            Style style, MqPublisher by, String exchange, String key, List<MqMessage> messages) {
        return Publishing.start(style, new Target(by, exchange, key), messages);
    }

    /** One whose deadline is not what ends its publishes. */
    private MqPublisher patient() {
        return factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(PATIENT));
    }

    /** One whose deadline is what ends its publishes. */
    private static MqPublisher impatient(MqConnectionFactory factory) {
        return factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(DEADLINE));
    }

    private static void assertAll(MqOutcome expected, int count, Map<MqOutcome, Integer> counts) {
        assertEquals(Map.of(expected, count), counts);
    }

    private void assertAll(MqOutcome expected, Style style, String exchange, String key)
            throws Exception {
        assertAll(expected, style, exchange, key, SOME);
    }

    private void assertAll(MqOutcome expected, Style style, String exchange, String key, int count)
            throws Exception {
        assertAll(expected, start(style, exchange, key, count), count);
    }

    private static void assertAll(MqOutcome expected, Publishing started, int count)
            throws Exception {
        try (Publishing all = started) {
            assertAll(expected, count, all.counts(IN_TIME));
        }
    }

    /** As many as are back within one deadline: a caller of publishAsync waits for each to go. */
    private static int some(Style style) {
        return style == Style.ASYNC ? 1 : SOME;
    }

    // --- what the broker answers ---

    @ParameterizedTest
    @EnumSource
    void whatNoQueueTakesIsReturnedAlthoughItIsAcknowledgedToo(Style style) throws Exception {
        assertAll(MqOutcome.RETURNED, style, "", Bare.name("nowhere"));
    }

    @ParameterizedTest
    @EnumSource
    void whatAFullQueueRefusesIsNacked(Style style) throws Exception {
        String full = bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        publisher.publish("", full, MqMessage.text("the one"));
        assertAll(MqOutcome.NACKED, style, "", full);
        assertEquals(List.of("the one"), bare.drain(full));
    }

    // --- what others do ---

    @ParameterizedTest
    @EnumSource
    void fiveHundredInFlightWhenTheConnectionIsLostAreUnknownAtOnce(Style style) throws Exception {
        MqPublisher patient = patient();
        proxy.stall(Direction.DOWN, true);
        try (Publishing all = start(style, patient, "", queue, Publishing.messages(IN_FLIGHT))) {
            Until.holds("all are written", SOON, () -> bare.ready(queue) == IN_FLIGHT);
            assertEquals(0, all.ended());
            proxy.cut();
            proxy.stall(Direction.DOWN, false);
            assertAll(MqOutcome.UNKNOWN, IN_FLIGHT, all.counts(Duration.ofSeconds(5)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNeighbourWhoseExchangeIsMissingCostsNobodyAnOutcome(Style style) throws Exception {
        String missing = Bare.name("missing");
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService neighbour = Executors.newSingleThreadExecutor();
        Future<Integer> wrong =
                neighbour.submit(
                        () -> {
                            int count = 0;
                            do {
                                Publishing.start(
                                                style,
                                                new Target(publisher, missing, "k"),
                                                Publishing.messages(2))
                                        .counts(IN_TIME);
                                count++;
                            } while (!done.get());
                            return count;
                        });
        try (Publishing all = start(style, "", queue, IN_FLIGHT)) {
            assertAll(MqOutcome.CONFIRMED, IN_FLIGHT, all.counts(SOON));
        } finally {
            done.set(true);
            neighbour.shutdown();
        }
        assertTrue(wrong.get(10, TimeUnit.SECONDS) > 0);
        assertEquals(IN_FLIGHT, bare.drain(queue).size());
    }

    @ParameterizedTest
    @EnumSource
    void anExchangeThatIsDeletedUnderWayCostsNoOutcomeItsTruth(Style style) throws Exception {
        String exchange = bare.exchange("deleted", queue);
        publisher.publish(exchange, queue, MqMessage.text("proves it"));
        bare.drain(queue);
        try (Publishing before = start(style, "", queue, IN_FLIGHT);
                Publishing deleted = start(style, exchange, queue, IN_FLIGHT)) {
            Until.holds("under way", SOON, () -> bare.ready(queue) > 0);
            bare.deleteExchange(exchange);
            try (Publishing late = start(style, exchange, queue, SOME)) {
                Map<String, MqOutcome> all = before.outcomes(SOON);
                all.putAll(deleted.outcomes(SOON));
                Map<String, MqOutcome> ended = late.outcomes(SOON);
                assertTrue(!ended.containsValue(MqOutcome.CONFIRMED), ended::toString);
                all.putAll(ended);
                assertTrue(all.containsValue(MqOutcome.CONFIRMED), all::toString);
                assertTruthful(all);
            }
        }
    }

    /** What is CONFIRMED is there, what was not sent or given back is not. */
    private void assertTruthful(Map<String, MqOutcome> outcomes) throws Exception {
        Set<String> arrived = new HashSet<>(bare.drainIds(queue));
        outcomes.forEach(
                (id, outcome) -> {
                    if (outcome != MqOutcome.UNKNOWN) {
                        assertEquals(
                                outcome == MqOutcome.CONFIRMED,
                                arrived.contains(id),
                                () -> id + " was " + outcome);
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void aBrokerThatBlocksLeavesTheWrittenUnknownAndTheRestNotSent(Style style) throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig rough = new Rig(node.port()).with(a -> a.setConnections("1")).start();
                Bare setup = new Bare(node.port())) {
            String target = setup.queue("blocked");
            MqPublisher publishes = impatient(Rig.connectionFactory(rough.pool()));
            rough.publisher().publish("", target, MqMessage.text("warm"));
            assertEquals(1, setup.drain(target).size());
            node.blockPublishers();
            Map<String, MqOutcome> written;
            try {
                // These tell the broker that the connection publishes; it does not read them.
                try (Publishing all = hasty(style, publishes, target, some(style))) {
                    written = all.outcomes(IN_TIME);
                }
                assertTrue(written.containsValue(MqOutcome.UNKNOWN), written::toString);
                int count = some(style);
                assertAll(MqOutcome.NOT_SENT, hasty(style, publishes, target, count), count);
            } finally {
                node.unblockPublishers();
            }
            Set<String> expected = new HashSet<>();
            written.forEach(
                    (id, outcome) -> {
                        if (outcome == MqOutcome.UNKNOWN) {
                            expected.add(id);
                        }
                    });
            Set<String> arrived = new HashSet<>();
            Until.holds(
                    "what was written arrives",
                    SOON,
                    () -> {
                        arrived.addAll(setup.drainIds(target));
                        return arrived.size() >= expected.size();
                    });
            assertEquals(expected, arrived);
        }
    }

    // --- time ---

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenAndNotAnsweredIsUnknownAtTheDeadline(Style style) throws Exception {
        proxy.stall(Direction.DOWN, true);
        long from = System.nanoTime();
        try {
            assertAll(MqOutcome.UNKNOWN, hasty(style, impatient(factory), queue, SOME), SOME);
        } finally {
            proxy.stall(Direction.DOWN, false);
        }
        assertAtTheDeadline(from);
        assertEquals(SOME, bare.ready(queue));
    }

    @ParameterizedTest
    @EnumSource
    void whatFindsNoConnectionIsNotSentAtTheDeadline(Style style) throws Exception {
        MqPublisher hasty = refused();
        long from = System.nanoTime();
        try {
            int count = some(style);
            assertAll(MqOutcome.NOT_SENT, hasty(style, hasty, queue, count), count);
        } finally {
            proxy.refuse(false);
        }
        assertAtTheDeadline(from);
        assertEquals(0, bare.ready(queue));
    }

    /** Cuts the connections, for good, and gives a publisher that knows of that. */
    private MqPublisher refused() throws Exception {
        MqPublisher hasty = impatient(factory);
        proxy.refuse(true);
        Until.holds(
                "the loss is known",
                SOON,
                () ->
                        Rig.outcomeOf(hasty, "", queue, MqMessage.text("when?"))
                                == MqOutcome.NOT_SENT);
        bare.drain(queue);
        return hasty;
    }

    private static Publishing hasty(Style style, MqPublisher publisher, String key, int count) {
        return start(style, publisher, "", key, Publishing.messages(count));
    }

    private static void assertAtTheDeadline(long from) {
        long millis = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertTrue(millis >= DEADLINE.toMillis() - 100, millis + " ms");
    }

    // --- the message ---

    @ParameterizedTest
    @EnumSource
    void whatIsTooLargeOrHasTooMuchInItsHeadersIsNotSentAndTheOthersAre(Style style)
            throws Exception {
        List<MqMessage> some = new ArrayList<>(Publishing.messages(SOME));
        byte[] large = new byte[17 * 1024 * 1024];
        some.add(3, MqMessage.builder().messageId("big").body(large).build());
        some.add(7, MqMessage.builder().messageId("wide").header("h", "x".repeat(200_000)).build());
        try (Publishing all = start(style, publisher, "", queue, some)) {
            Map<String, MqOutcome> ended = all.outcomes(IN_TIME);
            assertEquals(MqOutcome.NOT_SENT, ended.remove("big"));
            assertEquals(MqOutcome.NOT_SENT, ended.remove("wide"));
            assertEquals(Set.of(MqOutcome.CONFIRMED), new HashSet<>(ended.values()));
        }
        assertEquals(SOME, bare.drain(queue).size());
    }

    // --- the container ---

    @ParameterizedTest
    @EnumSource
    void aPoolThatIsClosedWithPublishesInFlightCostsThemNothing(Style style) throws Exception {
        proxy.stall(Direction.DOWN, true);
        try (Publishing all = start(style, "", queue, SOME)) {
            Until.holds("all are written", SOON, () -> bare.ready(queue) == SOME);
            pool.close();
            proxy.stall(Direction.DOWN, false);
            assertAll(MqOutcome.CONFIRMED, SOME, all.counts(IN_TIME));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPoolThatGivesNoConnectionsAnyMoreIsNotWaitedFor(Style style) throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        ConnectionManager manager =
                (caller, info) -> {
                    if (closed.get()) {
                        throw new ResourceException("the pool is closed");
                    }
                    return pool.allocateConnection(caller, info);
                };
        MqPublisher own =
                ((MqConnectionFactory) pool.factory().createConnectionFactory(manager))
                        .createPublisher(MqPublisherOptions.defaults());
        own.publish("", queue, MqMessage.text("while it is open"));
        bare.drain(queue);
        closed.set(true);
        long from = System.nanoTime();
        try (Publishing all = start(style, own, "", queue, Publishing.messages(SOME))) {
            assertAll(MqOutcome.NOT_SENT, SOME, all.counts(IN_TIME));
        }
        assertTrue(
                Duration.ofNanos(System.nanoTime() - from).compareTo(Rig.PUBLISH_TIMEOUT) < 0,
                "nobody opens it again");
        assertEquals(0, bare.ready(queue));
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatStopsLeavesNobodyWaiting(Style style) throws Exception {
        stopped = true;
        proxy.stall(Direction.DOWN, true);
        try (Publishing all = start(style, patient(), "", queue, Publishing.messages(SOME))) {
            Until.holds("all are written", SOON, () -> bare.ready(queue) == SOME);
            rig.adapter().stop();
            assertAll(MqOutcome.UNKNOWN, SOME, all.counts(Duration.ofSeconds(5)));
        } finally {
            proxy.stall(Direction.DOWN, false);
        }
        assertAll(MqOutcome.NOT_SENT, style, "", queue);
        assertEquals(SOME, bare.ready(queue));
    }

    // --- the caller ---

    @ParameterizedTest
    @EnumSource
    void aCallerThatIsInterruptedWhileItWaitsForTheAnswerIsToldTheTruth(Style style)
            throws Exception {
        proxy.stall(Direction.DOWN, true);
        try (Publishing all = start(style, patient(), "", queue, Publishing.messages(SOME))) {
            Until.holds("all are written", SOON, () -> bare.ready(queue) == SOME);
            all.interrupt();
            boolean waits = style != Style.ASYNC;
            if (waits) {
                assertAll(MqOutcome.UNKNOWN, SOME, all.counts(Duration.ofSeconds(1)));
            }
            proxy.stall(Direction.DOWN, false);
            if (!waits) {
                assertAll(MqOutcome.CONFIRMED, SOME, all.counts(IN_TIME));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallerThatIsInterruptedBeforeAnythingIsWrittenHasSentNothing(Style style)
            throws Exception {
        refused();
        long from = System.nanoTime();
        try (Publishing all = start(style, patient(), "", queue, Publishing.messages(1))) {
            Until.never("an end", Duration.ofMillis(200), () -> all.ended() > 0);
            all.interrupt();
            assertAll(MqOutcome.NOT_SENT, 1, all.counts(IN_TIME));
        }
        assertTrue(Duration.ofNanos(System.nanoTime() - from).compareTo(PATIENT) < 0);
        proxy.refuse(false);
        assertNothingLeft();
        bare.drain(queue);
    }
}
