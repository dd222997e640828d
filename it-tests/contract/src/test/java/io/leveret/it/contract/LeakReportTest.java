package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.PoolQuirk;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection handle that the application forgets to close is reported with its place. */
@Timeout(60)
class LeakReportTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofMillis(600);
    private static final long THRESHOLD_MILLIS = 200;
    private static final int MOST_FRAMES = 10;

    private Bare bare;
    private String queue;
    private FaultProxy proxy;
    private Rig rig;
    private LogLines lines;
    private LogLines late;
    private LogLines returned;
    private LogLines never;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("leaks");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port());
        lines = new LogLines("connection handle ");
        late = new LogLines(" and was not closed");
        returned = new LogLines(" was returned after ");
        never = new LogLines(" was never closed");
    }

    @AfterEach
    void tearDown() throws Exception {
        for (LogLines log : List.of(lines, late, returned, never)) {
            log.close();
        }
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private FakePool pool(int size, PoolQuirk... quirks) throws Exception {
        return rig.container().pool(new MqManagedConnectionFactory(), size, quirks);
    }

    private void threshold(long millis) throws Exception {
        rig.with(a -> a.setLeakDetectionThreshold(String.valueOf(millis))).start();
    }

    /** Somewhere in an application. */
    private static MqConnection forgetfulOrderDesk(MqConnectionFactory factory) {
        return factory.getConnection();
    }

    @Test
    void aHandleThatStaysOpenIsReportedOnceAndAgainWhenItIsClosedAfterAll() throws Exception {
        threshold(THRESHOLD_MILLIS);
        MqConnection handle = forgetfulOrderDesk(Rig.connectionFactory(rig.pool()));

        Until.holds("the report", SOON, () -> late.count() == 1);
        String report = late.lines().get(0);
        assertTrue(report.contains("LeakReportTest.forgetfulOrderDesk(LeakReport"), report);
        assertEquals(Level.WARNING, late.records().get(0).getLevel());
        Until.never("another report", A_WHILE, () -> lines.count() > 1);

        handle.close();
        assertEquals(1, returned.count(), "told when it is closed after all");
        String end = returned.lines().get(0);
        assertTrue(end.contains("forgetfulOrderDesk"), end);
        assertEquals(Level.INFO, returned.records().get(0).getLevel());
        String which = report.substring(0, report.indexOf(" is open"));
        assertTrue(end.startsWith(which + " "), which + " ended as " + end);
        handle.close();
        assertEquals(2, lines.count(), "closing twice is told once");
    }

    @Test
    void theWholePlaceIsThereForThoseWhoAskForDetails() throws Exception {
        threshold(THRESHOLD_MILLIS);
        Logger logger = Logger.getLogger("io.leveret");
        Level before = logger.getLevel();
        logger.setLevel(Level.FINE);
        try {
            MqConnection handle = forgetfulOrderDesk(Rig.connectionFactory(rig.pool()));
            Until.holds("report and details", SOON, () -> late.count() == 2);
            handle.close();
        } finally {
            logger.setLevel(before);
        }
        Throwable place =
                late.records().stream()
                        .filter(r -> r.getLevel().equals(Level.FINE))
                        .map(LogRecord::getThrown)
                        .findFirst()
                        .orElse(null);
        assertNotNull(place, "no stack at DEBUG");
        List<StackTraceElement> stack = Arrays.asList(place.getStackTrace());
        assertEquals("forgetfulOrderDesk", stack.get(0).getMethodName());
        assertEquals("theWholePlaceIsThereForThoseWhoAskForDetails", stack.get(1).getMethodName());
        assertTrue(stack.size() <= MOST_FRAMES, () -> "" + stack);
        assertTrue(
                stack.stream()
                        .map(StackTraceElement::getClassName)
                        .noneMatch(c -> c.startsWith("io.leveret.ra.") || c.startsWith("java.")),
                () -> "frames of the adapter or the JDK: " + stack);
    }

    @Test
    void handlesThatAreClosedInTimeAreNotReported() throws Exception {
        threshold(2_000);
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool(PoolQuirk.SHARES_CONNECTIONS));
        Until.never(
                "a report",
                Duration.ofSeconds(3),
                () -> {
                    try (MqConnection one = factory.getConnection();
                            MqConnection two = factory.getConnection()) {
                        one.publish("", queue, MqMessage.text("m"));
                        two.publish("", queue, MqMessage.text("m"));
                    }
                    return lines.count() > 0;
                });
    }

    @Test
    void publishersAreNeverReportedHoweverLongTheyTake() throws Exception {
        rig.with(a -> a.setTransactionMode("NONE"));
        threshold(1);
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        String exchange = bare.exchange("leaks", queue);

        for (int i = 0; i < 200; i++) {
            publisher.publish("", queue, MqMessage.text("m" + i));
            publisher.publish(exchange, queue, MqMessage.text("e" + i));
        }

        Until.never("a report", A_WHILE, () -> lines.count() > 0);
        assertEquals(400, bare.ready(queue));
    }

    @Test
    void aHandleThatIsOpenWhenItsConnectionIsDestroyedIsReported() throws Exception {
        threshold(60_000);
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        factory.getConnection().close();
        MqConnection handle = forgetfulOrderDesk(factory);

        pool.close();

        assertEquals(1, never.count(), () -> "" + lines.lines());
        assertTrue(never.lines().get(0).contains("forgetfulOrderDesk"));
        assertEquals(Level.WARNING, never.records().get(0).getLevel());
        handle.close();
        assertEquals(1, lines.count(), "it was taken away: nobody returns it any more");
    }

    @Test
    void aHandleThatIsOpenWhenTheAdapterStopsIsReported() throws Exception {
        threshold(60_000);
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        forgetfulOrderDesk(factory);
        factory.getConnection().close();

        rig.container().stopAdapter();

        assertEquals(1, never.count(), () -> "" + lines.lines());
        assertTrue(never.lines().get(0).contains("forgetfulOrderDesk"));
    }

    @Test
    void aHandleOfALostConnectionIsNobodysLeak() throws Exception {
        threshold(60_000);
        FakePool pool = rig.pool(PoolQuirk.DESTROYS_IN_ERROR);
        MqConnection handle = Rig.connectionFactory(pool).getConnection();

        proxy.cut();
        Until.holds("the connection is destroyed", SOON, () -> pool.size() == 0);
        handle.close();
        rig.container().stopAdapter();

        assertEquals(List.of(), lines.lines());
    }

    @Test
    void nothingIsReportedUnlessItIsAskedFor() throws Exception {
        rig.start();
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        forgetfulOrderDesk(factory);
        Until.never("a report", A_WHILE, () -> lines.count() > 0);
        pool.close();
        rig.container().stopAdapter();
        assertEquals(List.of(), lines.lines());
    }

    @Test
    void aFactoryWithAShorterThresholdIsNotHeldUpByAnother() throws Exception {
        threshold(30_000);
        MqConnectionFactory patient = Rig.connectionFactory(rig.pool());
        MqManagedConnectionFactory own = new MqManagedConnectionFactory();
        own.setLeakDetectionThreshold(String.valueOf(THRESHOLD_MILLIS));
        MqConnectionFactory strict = Rig.connectionFactory(rig.container().pool(own, 10));

        MqConnection first = patient.getConnection();
        MqConnection second = forgetfulOrderDesk(strict);

        Until.holds("the report", SOON, () -> late.count() == 1);
        assertTrue(late.lines().get(0).contains("forgetfulOrderDesk"));
        first.close();
        second.close();
    }

    /** Closing and the report race; each report has its end, and no other handle has one. */
    @Test
    void whatIsReportedAndWhatIsReturnedBelongTogether() throws Exception {
        long threshold = 25;
        threshold(threshold);
        MqConnectionFactory factory = Rig.connectionFactory(pool(2, PoolQuirk.SHARES_CONNECTIONS));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int shift = i;
            running.add(threads.submit(() -> holdAboutAsLong(factory, threshold, shift)));
        }
        for (Future<?> thread : running) {
            thread.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();

        Until.holds("the last report", SOON, () -> late.count() == returned.count());
        assertTrue(late.count() > 0, "none was late: the race was not there");
        assertTrue(late.count() < 400, "all were late: the race was not there");
        assertEquals(0, never.count());
    }

    private static void holdAboutAsLong(MqConnectionFactory factory, long millis, int shift) {
        for (int round = 0; round < 100; round++) {
            try (MqConnection handle = factory.getConnection()) {
                assertNotNull(handle);
                long aboutAsLong = (round + shift) % 9 * 500_000L - 2_000_000L;
                long nanos = TimeUnit.MILLISECONDS.toNanos(millis) + aboutAsLong;
                long end = System.nanoTime() + nanos;
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
            }
        }
    }
}
