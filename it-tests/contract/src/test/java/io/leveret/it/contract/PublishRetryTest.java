package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import io.leveret.MqBatchException;
import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A publish that was not confirmed is made again as far as its settings allow, and no further. */
@Timeout(60)
class PublishRetryTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final String MARK = "x-possible-duplicate";
    private static final Map<String, Object> HOLDS_ONE =
            Map.of("x-max-length", 1, "x-overflow", "reject-publish");

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private String full;
    private MqConnectionFactory factory;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("again");
        full = bare.queue("full", HOLDS_ONE);
        bare.publish(full, "the one");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setPublishRetryDelay("20")).start();
        factory = Rig.connectionFactory(rig.pool());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private MqPublisher publisher(int retries, UnaryOperator<MqPublisherOptions> more) {
        return factory.createPublisher(
                more.apply(
                        MqPublisherOptions.defaults()
                                .withPublishRetries(retries)
                                .withPublishTimeout(PATIENT)));
    }

    private MqPublisher publisher(int retries) {
        return publisher(retries, o -> o);
    }

    private MqPublisher publisherOfUnknown(int retries) {
        return publisher(retries, o -> o.withPublishRetryUnknown(true));
    }

    private ConnectionFactoryMXBean seen() throws Exception {
        return new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class);
    }

    /** Runs on a thread of its own; gives the failure, or null. */
    private static CompletableFuture<MqPublishException> begin(Runnable publish) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        publish.run();
                        return null;
                    } catch (MqPublishException e) {
                        return e;
                    }
                },
                task -> new Thread(task, "publisher").start());
    }

    private static MqPublishException end(CompletableFuture<MqPublishException> publish)
            throws Exception {
        return publish.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static MqPublishException refused(Runnable publish) {
        return assertThrows(MqPublishException.class, publish::run);
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().body(id).messageId(id).build();
    }

    private static boolean isMarked(GetResponse got) {
        Map<String, Object> headers = got.getProps().getHeaders();
        return headers != null && Boolean.TRUE.equals(headers.get(MARK));
    }

    /** What lies in a queue: ids, with a star for those that are marked. */
    private List<String> contents(String name) throws Exception {
        List<String> ids = new ArrayList<>();
        for (GetResponse got = bare.take(name); got != null; got = bare.take(name)) {
            ids.add(got.getProps().getMessageId() + (isMarked(got) ? "*" : ""));
        }
        return ids;
    }

    /** After so many of them the pause is sixteen times the first one. */
    private static final int LONG_PAUSE_AFTER = 5;

    private void awaitRepetitions(int least) throws Exception {
        Jmx jmx = new Jmx(factory);
        Until.holds("seen", SOON, () -> jmx.names("ConnectionFactory").size() == 1);
        Until.holds("repetitions", SOON, () -> seen().getRepetitions() >= least);
    }

    // --- nacked ---

    @Test
    void aQueueThatGetsRoomMeanwhileTakesTheMessageAtLast() throws Exception {
        CompletableFuture<MqPublishException> publish =
                begin(() -> publisher(100).publish("", full, message("m")));
        awaitRepetitions(2);
        assertFalse(publish.isDone());

        bare.take(full);

        assertEquals(null, end(publish));
        assertEquals(List.of("m*"), contents(full));
        assertEquals(1, seen().getConfirmed(), "one publish, however often it was made");
        assertEquals(0, seen().getNacked());
        assertEquals(0, seen().getInFlight());
    }

    @Test
    void withoutRetriesARefusalIsTheEnd() throws Exception {
        MqPublisher once = factory.createPublisher(MqPublisherOptions.defaults());
        assertEquals(
                MqOutcome.NACKED, refused(() -> once.publish("", full, message("m"))).outcome());
        assertEquals(0, seen().getRepetitions());
    }

    @Test
    void otherQueuesSeeTheSameIdAndTheMark() throws Exception {
        String fanout = Bare.name("fanout");
        try (Channel channel = bare.channel()) {
            channel.exchangeDeclare(fanout, BuiltinExchangeType.FANOUT, true);
        }
        bare.bind(queue, fanout, "");
        bare.bind(full, fanout, "");

        MqPublishException e = refused(() -> publisher(3).publish(fanout, "", message("m")));

        assertEquals(MqOutcome.NACKED, e.outcome());
        assertTrue(e.mayDuplicate());
        assertEquals(List.of("m", "m*", "m*", "m*"), contents(queue));
        assertEquals(3, seen().getRepetitions());
        assertEquals(1, seen().getNacked());
        assertEquals(0, seen().getConfirmed());
    }

    @Test
    void theDeadlineEndsIt() throws Exception {
        MqPublisher publisher = publisher(100, o -> o.withPublishTimeout(Duration.ofMillis(1_000)));
        long from = System.nanoTime();
        MqPublishException e = refused(() -> publisher.publish("", full, message("m")));
        long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertEquals(MqOutcome.NACKED, e.outcome());
        assertTrue(took < 2_000, took + " ms");
        long repetitions = seen().getRepetitions();
        assertTrue(repetitions >= 2 && repetitions < 50, "with pauses: " + repetitions);
    }

    @Test
    void anInterruptEndsItAndStays() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        CompletableFuture<MqPublishException> publish =
                begin(
                        () -> {
                            thread.set(Thread.currentThread());
                            try {
                                publisher(100).publish("", full, message("m"));
                            } finally {
                                interrupted.set(Thread.currentThread().isInterrupted());
                            }
                        });
        awaitRepetitions(1);
        thread.get().interrupt();
        MqOutcome outcome = end(publish).outcome();
        // Interrupted in a pause it was nacked; while an answer was due, nobody knows.
        assertTrue(outcome == MqOutcome.NACKED || outcome == MqOutcome.UNKNOWN, "" + outcome);
        assertTrue(interrupted.get());
        long made = seen().getRepetitions();
        Until.never("one more", Duration.ofMillis(500), () -> seen().getRepetitions() > made);
    }

    @Test
    void whatIsReturnedIsNeverMadeAgain() throws Exception {
        assertEquals(
                MqOutcome.RETURNED,
                refused(() -> publisherOfUnknown(3).publish("", Bare.name("nowhere"), message("a")))
                        .outcome());
        assertEquals(
                MqOutcome.RETURNED,
                refused(
                                () ->
                                        publisherOfUnknown(3)
                                                .publish(Bare.name("missing"), "k", message("b")))
                        .outcome());
        assertEquals(0, seen().getRepetitions());
    }

    // --- unknown ---

    /** Opens the channels that the tests need, and proves the exchange. */
    private void warmUp(String exchange) throws Exception {
        MqPublisher once = factory.createPublisher(MqPublisherOptions.defaults());
        once.publish(exchange, queue, message("warm"));
        once.publishAll(exchange, queue, List.of(message("warm")));
        assertEquals(List.of("warm", "warm"), contents(queue));
    }

    private CompletableFuture<MqPublishException> inFlight(Runnable publish) throws Exception {
        warmUp("");
        proxy.stall(Direction.DOWN, true);
        CompletableFuture<MqPublishException> publishing = begin(publish);
        Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);
        return publishing;
    }

    private void cut() {
        proxy.cut();
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void aLostAnswerIsTheEndUnlessAskedOtherwise() throws Exception {
        CompletableFuture<MqPublishException> publish =
                inFlight(() -> publisher(3).publish("", queue, message("m")));
        cut();
        assertEquals(MqOutcome.UNKNOWN, end(publish).outcome());
        assertEquals(List.of("m"), contents(queue));
        assertEquals(0, seen().getRepetitions());
    }

    @Test
    void aLostAnswerIsMadeGoodWhenThatIsAskedFor() throws Exception {
        CompletableFuture<MqPublishException> publish =
                inFlight(() -> publisherOfUnknown(3).publish("", queue, message("m")));
        cut();
        assertEquals(null, end(publish));
        assertEquals(List.of("m", "m*"), contents(queue));
        assertEquals(1, seen().getRepetitions());
        assertEquals(0, seen().getUnknown());
    }

    @Test
    void soItIsOnAHandleWhoseConnectionIsLost() throws Exception {
        rig.close();
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setPublishRetries("3"))
                        .with(a -> a.setPublishRetryUnknown("true"))
                        .with(a -> a.setPublishTimeout("10000"))
                        .start();
        factory = Rig.connectionFactory(rig.pool());
        try (MqConnection handle = factory.getConnection()) {
            CompletableFuture<MqPublishException> publish =
                    inFlight(() -> handle.publish("", queue, message("m")));
            cut();
            assertEquals(null, end(publish));
        }
        assertEquals(List.of("m", "m*"), contents(queue));
    }

    @Test
    void aLostAnswerStaysUnknownWhenTheLinkDoesNotComeBack() throws Exception {
        MqPublisher publisher =
                publisher(
                        3,
                        o ->
                                o.withPublishRetryUnknown(true)
                                        .withPublishTimeout(Duration.ofMillis(3_000)));
        CompletableFuture<MqPublishException> publish =
                inFlight(() -> publisher.publish("", queue, message("m")));
        proxy.refuse(true);
        proxy.stall(Direction.DOWN, false);
        MqPublishException e = end(publish);
        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(e.getMessage().contains("NOT_SENT"), e.getMessage());
        assertEquals(List.of("m"), contents(queue));
        assertEquals(1, seen().getUnknown());
        assertEquals(0, seen().getNotSent());
    }

    @Test
    void aLostAnswerStaysUnknownWhenTheExchangeIsGoneMeanwhile() throws Exception {
        String exchange = bare.exchange("ex", queue);
        warmUp(exchange);
        CompletableFuture<MqPublishException> publish =
                inFlight(() -> publisherOfUnknown(3).publish(exchange, queue, message("m")));
        bare.deleteExchange(exchange);
        cut();
        MqPublishException e = end(publish);
        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(e.getMessage().contains("RETURNED"), e.getMessage());
        assertEquals(List.of("m"), contents(queue));
    }

    @Test
    void anAnswerThatIsOnlyLateIsNotMadeAgain() throws Exception {
        MqPublisher publisher =
                publisher(
                        3,
                        o ->
                                o.withPublishRetryUnknown(true)
                                        .withPublishTimeout(Duration.ofMillis(1_000)));
        CompletableFuture<MqPublishException> publish =
                inFlight(() -> publisher.publish("", queue, message("m")));
        assertEquals(MqOutcome.UNKNOWN, end(publish).outcome());
        proxy.stall(Direction.DOWN, false);
        assertEquals(0, seen().getRepetitions());
    }

    // --- batches ---

    private static List<MqMessage> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> message("m" + i)).toList();
    }

    @Test
    void ofABatchOnlyWhatWasRefusedIsMadeAgainInItsOrder() throws Exception {
        String small =
                bare.queue("small", Map.of("x-max-length", 3, "x-overflow", "reject-publish"));
        CompletableFuture<MqPublishException> publish =
                begin(() -> publisher(100).publishAll("", small, messages(6)));
        // Room is to come in a pause: in the middle of a round it would be for the later ones only.
        awaitRepetitions(3 * LONG_PAUSE_AFTER);
        Until.holds("a pause", SOON, () -> seen().getInFlight() == 0);
        List<String> all = new ArrayList<>();
        Until.holds("all six", SOON, () -> all.addAll(contents(small)) && all.size() >= 6);
        end(publish);
        assertEquals(List.of("m0", "m1", "m2", "m3*", "m4*", "m5*"), all);
        assertEquals(6, seen().getConfirmed());
        assertEquals(0, seen().getNacked());
    }

    @Test
    void aBatchTellsEachOfItsOutcomesAfterAllTries() throws Exception {
        String fanout = Bare.name("fanout");
        try (Channel channel = bare.channel()) {
            channel.exchangeDeclare(fanout, BuiltinExchangeType.FANOUT, true);
        }
        bare.bind(queue, fanout, "");
        bare.bind(full, fanout, "");
        MqBatchException e =
                assertThrows(
                        MqBatchException.class,
                        () -> publisher(2).publishAll(fanout, "", messages(2)));
        assertEquals(
                List.of("m0 NACKED", "m1 NACKED"),
                e.failures().stream().map(f -> f.messageId() + " " + f.outcome()).toList());
        assertEquals(List.of("m0", "m1", "m0*", "m1*", "m0*", "m1*"), contents(queue));
        assertEquals(4, seen().getRepetitions());
        assertEquals(2, seen().getNacked());
    }

    @Test
    void aBatchInFlightIsMadeGoodAfterACut() throws Exception {
        warmUp("");
        proxy.stall(Direction.DOWN, true);
        CompletableFuture<MqPublishException> publish =
                begin(() -> publisherOfUnknown(5).publishAll("", queue, messages(200)));
        Until.holds("some or all have arrived", SOON, () -> bare.ready(queue) > 0);
        cut();
        assertEquals(null, end(publish));
        List<String> all = contents(queue);
        for (int i = 0; i < 200; i++) {
            String id = "m" + i;
            assertTrue(all.contains(id) || all.contains(id + "*"), id);
        }
        assertEquals(202, seen().getConfirmed(), "with those before");
    }

    // --- without waiting ---

    private static MqPublishException failure(CompletableFuture<Void> stage) {
        ExecutionException e =
                assertThrows(
                        ExecutionException.class,
                        () -> stage.get(SOON.toMillis(), TimeUnit.MILLISECONDS));
        return assertInstanceOf(MqPublishException.class, e.getCause());
    }

    private CompletableFuture<Void> async(MqPublisher publisher, String key, String id) {
        return publisher.publishAsync("", key, message(id)).toCompletableFuture();
    }

    @Test
    void aStageCompletesWhenTheQueueHasRoomAtLast() throws Exception {
        CompletableFuture<Void> stage = async(publisher(100), full, "m");
        awaitRepetitions(2);
        assertFalse(stage.isDone());
        bare.take(full);
        stage.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        assertEquals(List.of("m*"), contents(full));
        assertEquals(1, seen().getConfirmed());
        assertEquals(0, seen().getNacked());
    }

    @Test
    void aStageFailsWithTheOutcomeOfAllTries() throws Exception {
        assertEquals(MqOutcome.NACKED, failure(async(publisher(3), full, "m")).outcome());
        assertEquals(3, seen().getRepetitions());
        assertEquals(1, seen().getNacked());
    }

    @Test
    void stagesInFlightAreMadeGoodAfterACut() throws Exception {
        MqPublisher publisher = publisherOfUnknown(5);
        String exchange = bare.exchange("ex", queue); // which has to be proven again
        warmUp(exchange);
        proxy.stall(Direction.DOWN, true);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stages.add(
                    publisher
                            .publishAsync(exchange, queue, message("m" + i))
                            .toCompletableFuture());
        }
        Until.holds("some have arrived", SOON, () -> bare.ready(queue) > 0);
        cut();
        for (CompletableFuture<Void> each : stages) {
            each.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        }
        List<String> all = contents(queue);
        for (int i = 0; i < 100; i++) {
            assertTrue(all.contains("m" + i + "*"), "m" + i);
        }
        assertEquals(102, seen().getConfirmed(), "with those before");
        assertEquals(0, seen().getUnknown());
    }

    @Test
    void aStageThatIsMadeAgainEndsAtItsDeadline() throws Exception {
        MqPublisher publisher =
                publisher(
                        100,
                        o ->
                                o.withPublishRetryUnknown(true)
                                        .withPublishTimeout(Duration.ofMillis(2_000)));
        warmUp("");
        proxy.stall(Direction.DOWN, true);
        long from = System.nanoTime();
        CompletableFuture<Void> stage = async(publisher, queue, "m");
        Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);
        proxy.refuse(true);
        MqPublishException e = failure(stage);
        long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(e.getMessage().contains("NOT_SENT"), e.getMessage());
        assertTrue(took >= 1_500 && took < 6_000, took + " ms");
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void aCallerCannotOutrunAQueueThatRefuses() throws Exception {
        MqPublisher publisher = publisher(100, o -> o.withPublishTimeout(Duration.ofMillis(3_000)));
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        long open = 0;
        for (int i = 0; i < 2_000; i++) {
            stages.add(async(publisher, full, "m" + i));
            open = Math.max(open, stages.stream().filter(s -> !s.isDone()).count());
        }
        assertTrue(open <= 600, open + " at once");
        assertTrue(open >= 100, "a pipeline: " + open);
        for (CompletableFuture<Void> each : stages) {
            failure(each);
        }
        // Unknown where the deadline came before the answer.
        assertEquals(2_000, seen().getNacked() + seen().getNotSent() + seen().getUnknown());
    }

    @Test
    void oneWorkerMakesAllOfThemAgain() throws Exception {
        MqPublisher publisher = publisher(100);
        long before = workers();
        for (int i = 0; i < 300; i++) {
            async(publisher, full, "m" + i);
        }
        awaitRepetitions(600);
        long more = workers() - before;
        assertTrue(more <= 5, more + " more threads");
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().contains("-worker-"))
                .count();
    }

    @Test
    void anAdapterThatStopsEndsThemAsTheyEndedLast() throws Exception {
        MqPublisher publisher = publisher(100);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stages.add(async(publisher, full, "m" + i));
        }
        awaitRepetitions(100);
        rig.close();
        for (CompletableFuture<Void> each : stages) {
            assertTrue(each.isDone());
            assertEquals(MqOutcome.NACKED, failure(each).outcome());
        }
    }
}
