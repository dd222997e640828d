package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Why the adapter does not let callers write: against a frozen broker with full TCP buffers a
 * caller of the bare client hangs, over blocking sockets until the connection is given up, over
 * Netty until the enqueuing timeout of each frame. Leveret's callers are back by their deadline.
 */
@Timeout(120)
class WritePathExperimentTest {

    private static final int CALLERS = 4;
    private static final int BODY = 2 * 1024 * 1024;
    private static final Duration DEADLINE = Rig.PUBLISH_TIMEOUT;
    private static final Duration LIMIT = DEADLINE.plusSeconds(1);
    private static final Duration NETTY_ENQUEUING = Duration.ofSeconds(10); // the client's default
    private static final Duration WINDOW = NETTY_ENQUEUING.plusSeconds(3);

    @Test
    void callersOfABareClientHangWhereLeveretsComeBack() throws Exception {
        BrokerNode node = Nodes.rough();
        ConnectionFactory overNetty = Bare.factory(node.port());
        overNetty.netty();
        byte[] body = new byte[BODY];
        try (Rig rig = Rig.started(node.port());
                Bare setup = new Bare(node.port())) {
            String queue = setup.queue("write-path");
            Connection blocking = Bare.factory(node.port()).newConnection("blocking");
            Connection netty = overNetty.newConnection("netty");
            MqPublisher publisher = rig.publisher();
            publisher.publish("", queue, MqMessage.text("opens the link"));
            FrozenCallers overSockets =
                    bare("bare client, blocking sockets", blocking, queue, body);
            FrozenCallers overEventLoop =
                    bare("bare client, Netty, default settings", netty, queue, body);
            MqMessage message = MqMessage.builder().body(body).persistent(false).build();
            FrozenCallers leveret =
                    new FrozenCallers(
                            "Leveret, publishTimeout " + DEADLINE.toMillis() + " ms",
                            CALLERS,
                            caller -> publisher.publish("", queue, message));
            node.freeze();
            try {
                measure(overSockets, overEventLoop, leveret);
            } finally {
                overSockets.stop();
                overEventLoop.stop();
                leveret.stop();
                node.thaw();
                blocking.abort(1_000);
                netty.abort(1_000);
            }
            rig.assertContractKept();
        }
    }

    private static void measure(
            FrozenCallers overSockets, FrozenCallers overEventLoop, FrozenCallers leveret)
            throws Exception {
        overSockets.start();
        overEventLoop.start();
        leveret.start();
        long start = System.nanoTime();
        await(start, LIMIT.plus(DEADLINE));
        int socketsStuck = overSockets.stuckLongerThan(LIMIT);
        int nettyStuck = overEventLoop.stuckLongerThan(LIMIT);
        int leveretStuck = leveret.stuckLongerThan(LIMIT);
        await(start, WINDOW);
        System.out.printf(
                Locale.ROOT,
                "%nFrozen broker, full TCP buffers, %d callers each, %d kB bodies, watched for %d s"
                        + "%n| %-44s | %-8s | %9s | how the calls ended%n%s%n%s%n%s%n",
                CALLERS,
                BODY / 1024,
                WINDOW.toSeconds(),
                "write path",
                "> " + LIMIT.toMillis() / 1000 + " s",
                "longest",
                overSockets.row(socketsStuck),
                overEventLoop.row(nettyStuck),
                leveret.row(leveretStuck));

        assertTrue(socketsStuck > 0, "blocking sockets: no caller hangs");
        assertTrue(
                overSockets.longestMillis() > NETTY_ENQUEUING.toMillis(),
                "blocking sockets: callers came back by themselves");
        assertTrue(nettyStuck > 0, "Netty: no caller waits beyond the limit");
        assertEquals(0, leveretStuck, "Leveret: callers hang");
        assertTrue(
                leveret.longestMillis() <= LIMIT.toMillis(),
                () -> "Leveret: a call took " + leveret.longestMillis() + " ms");
    }

    private static void await(long start, Duration time) throws Exception {
        Until.holds(
                "the end of the window",
                time.plusSeconds(5),
                () -> System.nanoTime() - start > time.toNanos());
    }

    /** Callers with a channel each on one connection, in confirm mode, as applications have it. */
    private static FrozenCallers bare(String path, Connection connection, String queue, byte[] body)
            throws IOException {
        Channel[] channels = new Channel[CALLERS];
        for (int i = 0; i < CALLERS; i++) {
            channels[i] = connection.createChannel();
            channels[i].confirmSelect();
        }
        return new FrozenCallers(
                path,
                CALLERS,
                caller ->
                        channels[caller].basicPublish(
                                "", queue, true, MessageProperties.MINIMAL_BASIC, body));
    }
}
