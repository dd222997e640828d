package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What brokers do with streams over AMQP 0-9-1, as far as the adapter relies on it; no adapter. */
@Timeout(120)
class StreamFactsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofMillis(400);

    private final BrokerNode node = Nodes.shared();
    private final String stream = Bare.name("facts");
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void setUp() throws Exception {
        connection = Bare.factory(node.port()).newConnection("stream facts");
        channel = connection.createChannel();
    }

    @AfterEach
    void tearDown() {
        connection.abort(2_000);
    }

    private boolean isOld() {
        return node.version().startsWith("3.");
    }

    private void declare(Map<String, Object> more) throws IOException {
        Map<String, Object> arguments = new HashMap<>(more);
        arguments.put("x-queue-type", "stream");
        channel.queueDeclare(stream, true, false, false, arguments);
    }

    /** Publishes m5, m6 and so on; confirmed, so one after the other in the stream. */
    private void publish(int from, int to, int size) throws Exception {
        try (Channel publisher = connection.createChannel()) {
            publisher.confirmSelect();
            for (int i = from; i < to; i++) {
                byte[] body =
                        String.format(Locale.ROOT, "m%-" + size + "d", i)
                                .getBytes(StandardCharsets.UTF_8);
                publisher.basicPublish("", stream, MessageProperties.PERSISTENT_TEXT_PLAIN, body);
                if (size > 100 && i % 5 == 0) {
                    publisher.waitForConfirmsOrDie(20_000); // many chunks, so many segments
                }
            }
            publisher.waitForConfirmsOrDie(20_000);
        }
    }

    private void publish(int from, int to) throws Exception {
        publish(from, to, 1);
    }

    /** A consumer that settles only when it is told. */
    private final class Reader extends DefaultConsumer {

        private final List<Long> offsets = new CopyOnWriteArrayList<>();
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private final AtomicBoolean redelivered = new AtomicBoolean();
        private final boolean acks;

        Reader(Object offset, int prefetch, boolean acks) throws IOException {
            super(connection.createChannel());
            this.acks = acks;
            if (prefetch > 0) {
                getChannel().basicQos(prefetch);
            }
            getChannel()
                    .basicConsume(
                            stream,
                            false,
                            "",
                            false,
                            false,
                            offset == null ? Map.of() : Map.of("x-stream-offset", offset),
                            this);
        }

        @Override
        public void handleDelivery(
                String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                throws IOException {
            offsets.add((Long) properties.getHeaders().get("x-stream-offset"));
            texts.add(new String(body, StandardCharsets.UTF_8).trim());
            if (envelope.isRedeliver()) {
                redelivered.set(true);
            }
            if (acks) {
                getChannel().basicAck(envelope.getDeliveryTag(), false);
            }
        }

        @Override
        public void handleCancel(String tag) {
            cancelled.set(true);
        }

        void await(int count) throws Exception {
            Until.holds(
                    "the deliveries, of which there are " + texts,
                    SOON,
                    () -> texts.size() >= count);
            Until.never("more than " + count, A_WHILE, () -> texts.size() > count);
        }
    }

    private static List<Long> offsets(int from, int to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static int refusal(Exception e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof ShutdownSignalException signal) {
                return signal.getReason() instanceof AMQP.Channel.Close close
                        ? close.getReplyCode()
                        : -((AMQP.Connection.Close) signal.getReason()).getReplyCode();
            }
        }
        throw new AssertionError("no refusal", e);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-max-length",
                "x-message-ttl",
                "x-expires",
                "x-max-priority",
                "x-delivery-limit",
                "x-overflow",
                "x-single-active-consumer",
                "x-dead-letter-exchange",
                "x-queue-mode",
            })
    void argumentsOfQueuesAreRefused(String argument) {
        Object value =
                switch (argument) {
                    case "x-overflow" -> "reject-publish";
                    case "x-single-active-consumer" -> true;
                    case "x-dead-letter-exchange" -> "";
                    case "x-queue-mode" -> "lazy";
                    default -> 5;
                };
        assertEquals(
                406,
                refusal(assertThrows(IOException.class, () -> declare(Map.of(argument, value)))));
    }

    @ParameterizedTest
    @CsvSource({"false, false, false", "true, true, false", "true, false, true"})
    void whatDoesNotStayIsRefused(boolean durable, boolean exclusive, boolean autoDelete) {
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                channel.queueDeclare(
                                        stream,
                                        durable,
                                        exclusive,
                                        autoDelete,
                                        Map.of("x-queue-type", "stream")));
        assertEquals(406, refusal(e));
    }

    @Test
    void argumentsOfStreamsAreTaken() throws Exception {
        declare(
                Map.of(
                        "x-max-length-bytes",
                        1_000_000L,
                        "x-max-age",
                        "5M",
                        "x-stream-max-segment-size-bytes",
                        3_000_000_000L,
                        "x-stream-filter-size-bytes",
                        255,
                        "x-initial-cluster-size",
                        1));
    }

    @ParameterizedTest
    @CsvSource({
        "x-max-age, 1x",
        "x-max-age, 0s",
        "x-stream-max-segment-size-bytes, 3000000001",
    })
    void argumentsThatAreOutOfRangeAreRefused(String argument, String value) {
        Object typed = value.matches("\\d+") ? Long.valueOf(value) : value;
        assertEquals(
                406,
                refusal(assertThrows(IOException.class, () -> declare(Map.of(argument, typed)))));
    }

    @Test
    void eachOffsetIsWhereItBegins() throws Exception {
        declare(Map.of());
        publish(0, 10);
        Until.passed(Duration.ofMillis(1_100));
        Date between = new Date();
        Until.passed(Duration.ofMillis(1_100));
        publish(10, 20);

        Reader first = new Reader("first", 100, true);
        Reader last = new Reader("last", 100, true);
        Reader none = new Reader(null, 100, true);
        Reader next = new Reader("next", 100, true);
        Reader number = new Reader(7L, 100, true);
        Reader beyond = new Reader(22L, 100, true);
        Reader time = new Reader(between, 100, true);
        Reader future = new Reader(new Date(System.currentTimeMillis() + 100_000), 100, true);
        Reader hour = new Reader("3600s", 100, true);
        Reader ages = new Reader("31535999968464000s", 100, true);
        first.await(20);
        assertEquals(offsets(0, 20), first.offsets);
        last.await(last.texts.size());
        assertTrue(last.offsets.get(0) >= 10, "the last chunk: " + last.offsets);
        hour.await(20);
        ages.await(20);
        number.await(13); // not the chunk from its beginning
        assertEquals(7, number.offsets.get(0));
        time.await(10);
        assertEquals(10, time.offsets.get(0));
        publish(20, 25);
        none.await(5);
        next.await(5);
        future.await(5);
        beyond.await(3); // waits for its number
        assertEquals(22, beyond.offsets.get(0));
    }

    @Test
    void anIntervalFindsWhatCameSince() throws Exception {
        declare(Map.of());
        publish(0, 5);
        Until.passed(Duration.ofMillis(3_100));
        publish(5, 10);
        Reader since = new Reader("2s", 100, true);
        since.await(5);
        assertEquals("m5", since.texts.get(0));
    }

    @Test
    void whatCannotBeConsumedIsRefused() throws Exception {
        declare(Map.of());
        assertEquals(
                406, refusal(assertThrows(IOException.class, () -> new Reader("first", 0, true))));
        assertEquals(
                406, refusal(assertThrows(IOException.class, () -> new Reader("1x", 10, true))));
        for (String type : List.of("quorum", "classic")) {
            String queue = Bare.name("no-stream");
            channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", type));
            Channel other = connection.createChannel();
            Map<String, Object> offset = Map.of("x-stream-offset", "first");
            assertEquals(
                    406,
                    refusal(
                            assertThrows(
                                    IOException.class,
                                    () ->
                                            other.basicConsume(
                                                    queue,
                                                    false,
                                                    offset,
                                                    new DefaultConsumer(other)))));
        }
        IOException get = assertThrows(IOException.class, () -> channel.basicGet(stream, true));
        assertEquals(-540, refusal(get), "the connection");
    }

    @Test
    void nothingIsTakenBackAndOldBrokersCloseTheConnectionThen() throws Exception {
        declare(Map.of());
        publish(0, 30);
        Reader reader = new Reader("first", 5, false);
        Until.holds("deliveries", SOON, () -> reader.texts.size() >= 5);
        reader.getChannel().basicReject(1, true);
        if (isOld()) {
            Until.holds("the end of the connection", SOON, () -> !connection.isOpen());
            ShutdownSignalException why = connection.getCloseReason();
            assertEquals(540, ((AMQP.Connection.Close) why.getReason()).getReplyCode());
            return;
        }
        reader.getChannel().basicNack(3, true, true);
        reader.getChannel().basicReject(4, false);
        reader.await(9); // room for four more, and the four do not come again
        assertEquals(offsets(0, 9), reader.offsets);
        assertTrue(!reader.redelivered.get());
    }

    @Test
    void acknowledgementsOutOfOrderMakeRoom() throws Exception {
        declare(Map.of());
        for (int i = 0; i < 30; i++) {
            publish(i, i + 1); // a chunk each: old brokers deliver whole chunks
        }
        Reader reader = new Reader("first", 5, false);
        reader.await(5);
        reader.getChannel().basicAck(3, false);
        reader.getChannel().basicAck(5, false);
        reader.await(7);
        reader.getChannel().basicAck(7, true);
        reader.await(12);
    }

    /** So the waiting deliveries of a subscription have no bound but this. */
    @Test
    void oldBrokersDeliverAWholeChunkBeyondThePrefetch() throws Exception {
        declare(Map.of());
        publish(0, 3_000);
        Reader reader = new Reader("first", 5, false);
        Until.holds("deliveries", SOON, () -> reader.texts.size() >= 5);
        if (isOld()) {
            Until.holds("more than the prefetch", SOON, () -> reader.texts.size() > 5);
        } else {
            reader.await(5);
        }
    }

    @Test
    void whoIsNewGetsWhatOthersHaveSettledAndNothingIsMarked() throws Exception {
        declare(Map.of());
        publish(0, 10);
        Reader one = new Reader("first", 100, true);
        one.await(10);
        one.getChannel().close();
        Reader other = new Reader(4L, 100, true);
        other.await(6);
        assertTrue(!other.redelivered.get());
    }

    @Test
    void anOffsetThatSomebodyHasForgedIsReplaced() throws Exception {
        declare(Map.of());
        channel.confirmSelect();
        channel.basicPublish(
                "",
                stream,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("x-stream-offset", "junk"))
                        .build(),
                new byte[0]);
        channel.waitForConfirmsOrDie(10_000);
        Reader reader = new Reader("first", 10, true);
        reader.await(1);
        assertEquals(List.of(0L), reader.offsets);
    }

    @Test
    void aDeletedStreamCancelsAndAnotherOneOfItsNameSkipsUpToTheOffset() throws Exception {
        declare(Map.of());
        publish(0, 10);
        Reader reader = new Reader("first", 100, true);
        reader.await(10);
        channel.queueDelete(stream);
        Until.holds("the cancel", SOON, reader.cancelled::get);
        assertNull(reader.getChannel().getCloseReason());
        declare(Map.of());
        publish(0, 5);
        Reader behind = new Reader(10L, 100, true);
        behind.await(0);
        publish(5, 12);
        behind.await(2);
        assertEquals(List.of(10L, 11L), behind.offsets);
    }

    @Test
    void retentionTakesTheOldestSegmentsAndSomeNumbersBelongToNoMessage() throws Exception {
        declare(Map.of("x-max-length-bytes", 20_000, "x-stream-max-segment-size-bytes", 5_000));
        publish(0, 1_000, 200); // on one channel: the broker keeps a record of each in each segment
        Until.holds(
                "the oldest to be gone",
                SOON,
                () -> {
                    Reader look = new Reader(3L, 1_000, false);
                    Until.holds("a message", SOON, () -> !look.offsets.isEmpty());
                    look.getChannel().close();
                    return look.offsets.get(0) > 500;
                });
        Reader all = new Reader("first", 1_000, true);
        Until.holds("the last", SOON, () -> all.texts.contains("m999"));
        List<Long> seen = List.copyOf(all.offsets);
        assertTrue(seen.get(seen.size() - 1) > 999, "numbers without a message: " + seen);
        assertEquals(
                IntStream.range(1_000 - seen.size(), 1_000).mapToObj(i -> "m" + i).toList(),
                all.texts);
    }
}
