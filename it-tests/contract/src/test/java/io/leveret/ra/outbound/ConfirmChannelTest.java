package io.leveret.ra.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.MqOutcome;
import io.leveret.it.broker.BrokerNode;
import io.leveret.ra.link.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel whose publishes are pipelined, on a real connection. */
@Timeout(60)
class ConfirmChannelTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static BrokerNode broker;

    private Connection connection;
    private Channel bare;
    private String queue;
    private MqManagedConnectionFactory factory;

    @BeforeAll
    static void start() {
        broker = BrokerNode.start();
    }

    @AfterAll
    static void end() {
        broker.close();
    }

    @BeforeEach
    void setUp() throws Exception {
        ConnectionFactory client = new ConnectionFactory();
        client.setHost(broker.host());
        client.setPort(broker.port());
        connection = client.newConnection("test");
        bare = connection.createChannel();
        queue = bare.queueDeclare().getQueue();
        factory = new MqManagedConnectionFactory();
        factory.setAddresses(broker.uri().toString());
    }

    @AfterEach
    void tearDown() throws Exception {
        connection.close();
    }

    private MqManagedConnection open() throws Exception {
        return (MqManagedConnection) factory.createManagedConnection(null, null);
    }

    /** A message; the client asks for its body when it writes it. */
    private class Message implements Outgoing {

        byte[] bytes() {
            return new byte[1];
        }

        @Override
        public final byte[] body() {
            return bytes();
        }

        @Override
        public final String exchange() {
            return "";
        }

        @Override
        public final String routingKey() {
            return queue;
        }

        @Override
        public final AMQP.BasicProperties properties() {
            return MessageProperties.PERSISTENT_BASIC;
        }

        @Override
        public final void written() {}

        @Override
        public final void answered() {}
    }

    /** The client throws at it, but not before it is let go. */
    private final class Unwritable extends Message {

        private final CountDownLatch letGo = new CountDownLatch(1);

        @Override
        byte[] bytes() {
            try {
                if (!letGo.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody lets it go");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("cannot be written");
        }
    }

    @Test
    void behindAMessageThatCouldNotBeWrittenNothingIsWritten() throws Exception {
        Deadline deadline = Deadline.in(LIMIT);
        MqManagedConnection managed = open();
        ConfirmChannel channel = managed.channel();
        PendingPublish before = channel.publish(new Message(), deadline, false);
        Unwritable unwritable = new Unwritable();
        PendingPublish failed = channel.publish(unwritable, deadline, false);
        PendingPublish behind = channel.publish(new Message(), deadline, false);
        PendingPublish last = channel.publish(new Message(), deadline, false);
        unwritable.letGo.countDown();

        assertEquals(MqOutcome.CONFIRMED, before.await(deadline).outcome());
        assertEquals(MqOutcome.UNKNOWN, failed.await(deadline).outcome());
        assertEquals(MqOutcome.NOT_SENT, behind.await(deadline).outcome());
        assertEquals(MqOutcome.NOT_SENT, last.await(deadline).outcome());
        assertFalse(channel.isUsable());
        assertThrows(
                NotWrittenException.class, () -> channel.publish(new Message(), deadline, false));
        managed.destroy();
        MqManagedConnection fresh = open();
        PendingPublish after = fresh.channel().publish(new Message(), deadline, false);
        assertEquals(MqOutcome.CONFIRMED, after.await(deadline).outcome());
        fresh.destroy();
        assertEquals(2, bare.queueDeclarePassive(queue).getMessageCount());
    }

    /** What the adapter relies on in the client: see {@link ConfirmChannel#select}. */
    @Test
    void theClientCountsNothingItselfAndTellsConfirmsAllTheSame() throws Exception {
        int messages = 100;
        CountDownLatch all = new CountDownLatch(1);
        AtomicLong highest = new AtomicLong();
        ConfirmChannel.select(bare);
        bare.addConfirmListener(
                (sequence, multiple) -> {
                    if (highest.accumulateAndGet(sequence, Math::max) == messages) {
                        all.countDown();
                    }
                },
                (sequence, multiple) -> highest.set(-1));
        for (int i = 0; i < messages; i++) {
            bare.basicPublish("", queue, MessageProperties.BASIC, new byte[1]);
        }
        assertTrue(all.await(LIMIT.toSeconds(), TimeUnit.SECONDS), () -> "up to " + highest);
        assertEquals(0, bare.getNextPublishSeqNo());
    }
}
