package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import jakarta.transaction.RollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was left after commits of an outage is caught up with while others go on committing. */
@Timeout(120)
class CatchingUpTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration CAUGHT_UP = Duration.ofSeconds(20);
    private static final int THREADS = 16;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private MqConnectionFactory factory;
    private MqPublisher publisher;
    private String queue;
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean stop;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("catching-up");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        factory = Rig.connectionFactory(rig.pool());
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
    }

    @Test
    void theBackgroundCatchesUpWhileThreadsGoOnCommitting() throws Exception {
        publisher.publish("", queue, MqMessage.text("opens the link"));
        ConnectionFactoryMXBean seen =
                new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> running = new ArrayList<>();
        try {
            proxy.stall(FaultProxy.Direction.DOWN, true);
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(this::commitOn));
            }
            Until.holds("something left", SOON, () -> seen.getWaitingInBackground() > 0);
            proxy.stall(FaultProxy.Direction.DOWN, false);
            int before = refused.get();

            Until.holds("nothing left", CAUGHT_UP, () -> seen.getWaitingInBackground() == 0);

            assertEquals(before, refused.get(), "publishes refused for want of room");
        } finally {
            stop = true;
            proxy.stall(FaultProxy.Direction.DOWN, false);
            for (Future<?> thread : running) {
                thread.get(30, TimeUnit.SECONDS);
            }
            threads.shutdown();
        }
    }

    private void commitOn() {
        FakeTransactions transactions = rig.container().transactions();
        while (!stop) {
            transactions.begin();
            try {
                publisher.publish("", queue, MqMessage.text("m"));
            } catch (MqPublishException e) {
                assertEquals(MqOutcome.NOT_SENT, e.outcome());
                refused.incrementAndGet();
            }
            try {
                transactions.commit();
            } catch (RollbackException e) {
                // it was refused, and is counted
            }
        }
    }
}
