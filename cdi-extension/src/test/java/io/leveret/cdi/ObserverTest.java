package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
