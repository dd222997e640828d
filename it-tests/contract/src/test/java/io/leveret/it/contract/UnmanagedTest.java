package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection factory without any server. */
@Timeout(60)
class UnmanagedTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private String queue;
    private FaultProxy proxy;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("unmanaged");
        proxy = FaultProxy.to(Nodes.shared());
    }

    @AfterEach
    void tearDown() throws Exception {
        proxy.close();
        bare.close();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("leveret-unmanaged"))
                .count();
    }

    private void useAndForget() throws Exception {
        MqManagedConnectionFactory managed = new MqManagedConnectionFactory();
        managed.setAddresses("127.0.0.1:" + proxy.port());
        managed.setUserName("guest");
        managed.setPassword("guest");
        MqConnectionFactory factory = (MqConnectionFactory) managed.createConnectionFactory();
        factory.createPublisher(MqPublisherOptions.defaults())
                .publish("", queue, MqMessage.text("by a publisher"));
        try (MqConnection connection = factory.getConnection()) {
            connection.publish("", queue, MqMessage.text("by a connection"));
            Until.never(
                    "an end while a connection is open",
                    A_WHILE,
                    () -> {
                        System.gc();
                        return threads() == 0;
                    });
            connection.publish("", queue, MqMessage.text("once more"));
        }
        assertTrue(threads() > 0);
        assertTrue(proxy.connections() > 0);
    }

    @Test
    void linksAndThreadsEndWithTheFactory() throws Exception {
        useAndForget();
        assertEquals(List.of("by a publisher", "by a connection", "once more"), bare.drain(queue));
        Until.holds(
                "the end of all threads and links",
                SOON,
                () -> {
                    System.gc();
                    return threads() == 0 && proxy.connections() == 0;
                });
    }
}
