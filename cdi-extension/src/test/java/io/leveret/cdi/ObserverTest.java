package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of the adapter in a real CDI container. */
class ObserverTest {

    private static final String DEFAULT_NAME = "leveret/ConnectionFactory";
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static final BlockingQueue<String> HEARD_ASYNC = new LinkedBlockingQueue<>();

    private final FakeEvents events = new FakeEvents();

    @BeforeEach
    void names() {
        FakeJndi.install();
        FakeJndi.bind(DEFAULT_NAME, new FakeFactory(events));
        System.setProperty(Settings.LOOKUP_TIMEOUT, "100");
        HEARD.clear();
        HEARD_ASYNC.clear();
    }

    @AfterEach
    void properties() {
        System.clearProperty(Settings.LOOKUP_TIMEOUT);
    }

    @ApplicationScoped
    static class Watcher {
        void heard(@Observes MqEvent event) {
            HEARD.add(event.name() + " " + event.text());
        }
    }

    @Dependent
    static class AsyncWatcher {
        void heard(@ObservesAsync MqEvent event) {
            HEARD_ASYNC.add(event.text());
        }
    }

    @ApplicationScoped
    static class StuckWatcher {
        static volatile CountDownLatch gate;

        void heard(@ObservesAsync MqEvent event) throws InterruptedException {
            assertTrue(gate.await(30, TimeUnit.SECONDS));
            HEARD_ASYNC.add(event.text());
        }
    }

    @Dependent
    static class Publishing {
        @Inject MqPublisher plain;

        @Inject
        @MqTarget(routingKey = "q", connectionFactory = "java:/second")
        MqPublisher second;

        @Inject
        @MqTarget(routingKey = "q", connectionFactory = "java:/third")
        MqPublisher third;
    }

    @Test
    void anObserverHearsTheDefaultFactorysEventsUntilTheApplicationEnds() throws Exception {
        try (WeldContainer container = start(Watcher.class)) {
            assertTrue(container.isRunning());
            events.happens("is lost");
            events.happens("is connected");
            assertEquals(List.of("a link is lost", "a link is connected"), HEARD);
            assertEquals(1, events.listeners.size());
        }
        assertEquals(0, events.listeners.size());
        events.happens("too late");
        assertEquals(2, HEARD.size());
    }

    @Test
    void eachEventComesOnceHoweverManyFactoriesShareAnAdapter() throws Exception {
        FakeEvents others = new FakeEvents();
        FakeJndi.bind("java:/second", new FakeFactory(events));
        FakeJndi.bind("java:/third", new FakeFactory(others));
        try (WeldContainer container = start(Watcher.class, Publishing.class)) {
            assertTrue(container.isRunning());
            events.happens("of the first adapter");
            others.happens("of the other adapter");
            assertEquals(
                    List.of("a link of the first adapter", "a link of the other adapter"), HEARD);
        }
        assertEquals(0, events.listeners.size() + others.listeners.size());
    }

    @Test
    void asynchronousObserversHearToo() throws Exception {
        try (WeldContainer container = start(Watcher.class, AsyncWatcher.class)) {
            assertTrue(container.isRunning());
            events.happens("is lost");
            assertEquals("is lost", HEARD_ASYNC.poll(10, TimeUnit.SECONDS));
            assertEquals(List.of("a link is lost"), HEARD);
        }
    }

    @Test
    void anAsynchronousObserverThatIsStuckKeepsABoundedNumberOfEvents() throws Exception {
        StuckWatcher.gate = new CountDownLatch(1);
        List<String> log = new CopyOnWriteArrayList<>();
        Handler handler = new Catcher(log);
        Logger logger = Logger.getLogger("io.leveret.cdi");
        logger.addHandler(handler);
        try (WeldContainer container = start(Watcher.class, StuckWatcher.class)) {
            assertTrue(container.isRunning());
            int room = EventBridge.MOST_UNDER_WAY;
            for (int i = 0; i < room + 7; i++) {
                events.happens("event " + i);
            }
            assertEquals(room + 7, HEARD.size(), "the synchronous observer hears all");
            StuckWatcher.gate.countDown();
            for (int i = 0; i < room; i++) {
                assertNotNull(HEARD_ASYNC.poll(10, TimeUnit.SECONDS), "event " + i);
            }
            String next;
            do { // the last ones may still be on their way out of the observer
                events.happens("next");
                next = HEARD_ASYNC.poll(100, TimeUnit.MILLISECONDS);
            } while (next == null);
            assertEquals("next", next, "one more than there is room for");
            assertEquals(1, log.size(), log::toString);
            int lost = Integer.parseInt(log.get(0).replaceAll("\\D", ""));
            assertTrue(lost >= 7, log::toString);
        } finally {
            logger.removeHandler(handler);
        }
    }

    private static final class Catcher extends Handler {

        private final List<String> lines;

        Catcher(List<String> lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord line) {
            lines.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void anApplicationWithoutObserversIsLeftAlone() throws Exception {
        try (WeldContainer container = start(AsyncWatcher.class)) {
            assertTrue(container.isRunning());
            assertEquals(1, events.listeners.size());
        }
        FakeJndi.bind("java:/second", new FakeFactory(events));
        FakeJndi.bind("java:/third", new FakeFactory(events));
        try (WeldContainer container = start(Publishing.class)) {
            assertTrue(container.isRunning());
            assertEquals(0, events.listeners.size());
        }
    }

    @Test
    void aMissingFactoryFailsTheDeploymentAndNamesTheObserver() {
        FakeJndi.install();
        String message =
                assertThrows(DeploymentException.class, () -> start(Watcher.class).close())
                        .getMessage();
        assertTrue(message.contains("1 problem "), message);
        assertTrue(message.contains(Watcher.class.getName() + ".heard: "), message);
    }

    @Test
    void anAdapterThatIsNotStartedDoesNotFailTheDeployment() {
        FakeJndi.bind(DEFAULT_NAME, new FakeFactory((FakeEvents) null));
        try (WeldContainer container = start(Watcher.class)) {
            assertTrue(container.isRunning());
        }
    }

    private static WeldContainer start(Class<?>... beans) {
        return new Weld()
                .disableDiscovery()
                .addBeanClasses(beans)
                .addExtension(new LeveretExtension())
                .initialize();
    }
}
