package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.leveret.ra.retry.RetryHeaders;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What quorum queues make of the arguments for delayed retry, and what they count, by a bare
 * client. The adapter's retryMode=NATIVE rests on it.
 */
@Timeout(60)
class DelayedRetryExperimentTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long DELAY = 600;

    private Bare bare;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = Bare.name("delayed");
    }

    @AfterEach
    void tearDown() {
        bare.close();
    }

    private void declare(long min, long max) throws Exception {
        bare.declare(
                queue,
                Map.of(
                        "x-queue-type",
                        "quorum",
                        "x-delayed-retry-type",
                        "failed",
                        "x-delayed-retry-min",
                        min,
                        "x-delayed-retry-max",
                        max));
    }

    private static GetResponse next(Channel channel, String queue) throws Exception {
        AtomicReference<GetResponse> got = new AtomicReference<>();
        Until.holds(
                "the message",
                SOON,
                () -> {
                    got.set(channel.basicGet(queue, false));
                    return got.get() != null;
                });
        return got.get();
    }

    private static Object count(GetResponse got) {
        Map<String, Object> headers = got.getProps().getHeaders();
        return headers == null ? null : headers.get("x-delivery-count");
    }

    private static int seen(GetResponse got) {
        return RetryHeaders.deliveryCount(got.getEnvelope(), got.getProps());
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    @Test
    void olderBrokersTakeTheArgumentsAndDoNotDelay() throws Exception {
        Versions.assumeDoesNotDelay(Nodes.shared());
        declare(60_000, 60_000);
        bare.publish(queue, "m");
        Channel channel = bare.channel();
        channel.basicReject(next(channel, queue).getEnvelope().getDeliveryTag(), true);
        assertTrue(next(channel, queue).getEnvelope().isRedeliver()); // within far less
    }

    @Test
    void theDelayIsTheFirstOneTimesTheFailuresUpToTheGreatest() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        declare(DELAY, 2 * DELAY);
        bare.publish(queue, "m");
        Channel channel = bare.channel();
        GetResponse got = next(channel, queue);
        assertNull(count(got));
        for (int failures = 1; failures <= 3; failures++) {
            long at = System.nanoTime();
            channel.basicReject(got.getEnvelope().getDeliveryTag(), true);
            got = next(channel, queue);
            long millis = millisSince(at);
            assertTrue(millis >= DELAY * Math.min(failures, 2), millis + " ms");
            assertEquals((long) failures, count(got));
            assertEquals(failures, seen(got));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"channel", "connection"})
    void whatIsUnsettledWhenItsChannelIsLostCountsAsFailedAndIsDelayed(String what)
            throws Exception {
        Versions.assumeDelays(Nodes.shared());
        declare(DELAY, DELAY);
        bare.publish(queue, "m");
        Connection connection = Bare.factory(Nodes.shared().port()).newConnection("lost");
        Channel channel = connection.createChannel();
        next(channel, queue);
        long at = System.nanoTime();
        if (what.equals("channel")) {
            channel.close();
        }
        connection.abort();
        GetResponse got = next(bare.channel(), queue);
        assertTrue(millisSince(at) >= DELAY);
        assertEquals(1, seen(got));
    }

    @Test
    void whatIsGivenBackByNackIsNotCountedAndComesAtOnce() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        declare(60_000, 60_000);
        bare.publish(queue, "m");
        Channel channel = bare.channel();
        channel.basicNack(next(channel, queue).getEnvelope().getDeliveryTag(), false, true);
        GetResponse got = next(channel, queue); // within far less
        assertTrue(got.getEnvelope().isRedeliver());
        assertNull(count(got));
        assertEquals(0, seen(got));
    }

    @Test
    void aCountThatAPublisherHasSetStaysUntilTheFirstFailureAndIsSeenThrough() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        declare(1, 1);
        bare.publish(
                queue,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("x-delivery-count", 77L, "x-acquired-count", 88L))
                        .build(),
                new byte[] {'m'});
        Channel channel = bare.channel();
        GetResponse got = next(channel, queue);
        assertEquals(77L, count(got));
        assertEquals(0, seen(got), "it has not been delivered before");
        channel.basicNack(got.getEnvelope().getDeliveryTag(), false, true);
        got = next(channel, queue);
        assertEquals(77L, count(got));
        assertEquals(0, seen(got), "more often than it was delivered");
        channel.basicReject(got.getEnvelope().getDeliveryTag(), true);
        assertEquals(1, seen(next(channel, queue)));
    }

    @Test
    void aPolicyOutdoesTheArguments() throws Exception {
        Versions.assumeDelays(Nodes.shared());
        Nodes.shared()
                .ctl(
                        "set_policy",
                        queue,
                        "^" + queue + "$",
                        "{\"delayed-retry-type\":\"disabled\"}",
                        "--apply-to",
                        "queues");
        declare(60_000, 60_000);
        bare.publish(queue, "m");
        Channel channel = bare.channel();
        channel.basicReject(next(channel, queue).getEnvelope().getDeliveryTag(), true);
        assertEquals(1, seen(next(channel, queue)));
    }
}
