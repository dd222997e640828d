package io.leveret.ra.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.MqEvents;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The stream of events")
@Timeout(30)
final class EventsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final List<Event> logged = new CopyOnWriteArrayList<>();
    private final Events events = new Events("leveret-test", workers, logged::add);
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        workers.shutdownNow();
    }

    private void tell(int number) {
        events.info(MqEvent.Source.LINK, "a link", "event " + number);
    }

    private static List<String> texts(List<? extends MqEvent> of) {
        return of.stream().map(MqEvent::text).toList();
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "event " + i).toList();
    }

    @Test
    @DisplayName("keeps the last 200 events, oldest first, and logs each")
    void keepsTheLast() {
        IntStream.range(0, 250).forEach(this::tell);
        assertEquals(numbered(50, 250), texts(events.latest()));
        assertEquals(numbered(0, 250), texts(logged));
        String line = events.latestLines().get(0);
        assertTrue(line.endsWith("Z INFO a link event 50"), line);
    }

    @Test
    @DisplayName("keeps text and stack trace of a cause, never the exception of an application")
    void keepsNoExceptions() {
        Exception inner = new IOException("a socket broke");
        Exception cause = new IllegalStateException("no luck today", inner);
        MqEvents.Registration registration =
                events.addListener(event -> heard.add(event.cause() == cause ? "itself" : "copy"));
        events.warning(MqEvent.Source.ACTIVATION, "a bean", "fails", cause);
        Throwable kept = events.latest().get(0).cause();
        assertNotSame(cause, kept);
        assertEquals(cause.toString(), kept.toString());
        assertEquals(List.of(cause.getStackTrace()), List.of(kept.getStackTrace()));
        assertEquals(inner.toString(), kept.getCause().toString());
        assertNotSame(inner, kept.getCause());
        assertEquals(Causes.text(cause), Causes.text(kept));
        events.close(SOON);
        registration.close();
        assertEquals(List.of("itself"), heard);
    }

    @Test
    @DisplayName("survives a cause that cannot even be printed")
    void hostileCause() {
        Exception hostile =
                new IllegalStateException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("no");
                    }
                };
        events.warning(MqEvent.Source.ACTIVATION, "a bean", "fails", hostile);
        assertEquals(List.of("fails"), texts(events.latest()));
        assertEquals(hostile.getClass().getName(), events.latest().get(0).cause().toString());
    }

    @Test
    @DisplayName("comes to a listener in order, on another thread, with the caller's class loader")
    void listenersHear() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
            List<ClassLoader> loaders = new CopyOnWriteArrayList<>();
            List<Thread> threads = new CopyOnWriteArrayList<>();
            Thread.currentThread().setContextClassLoader(application);
            events.addListener(
                    event -> {
                        heard.add(event.text());
                        loaders.add(Thread.currentThread().getContextClassLoader());
                        threads.add(Thread.currentThread());
                    });
            Thread.currentThread().setContextClassLoader(before);
            IntStream.range(0, 300).forEach(this::tell);
            events.close(SOON);
            assertEquals(numbered(0, 300), heard);
            assertTrue(loaders.stream().allMatch(l -> l == application), "the class loader");
            assertFalse(threads.contains(Thread.currentThread()), "the publisher's own thread");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    @DisplayName("reaches two listeners in the same order, however many threads publish")
    void sameOrder() throws Exception {
        List<String> others = new CopyOnWriteArrayList<>();
        events.addListener(event -> heard.add(event.text()));
        events.addListener(event -> others.add(event.text()));
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int from = i * 100;
            publishers.add(new Thread(() -> IntStream.range(from, from + 100).forEach(this::tell)));
        }
        publishers.forEach(Thread::start);
        for (Thread publisher : publishers) {
            publisher.join(SOON.toMillis());
        }
        events.close(SOON);
        assertEquals(400, heard.size());
        assertEquals(heard, others);
        assertEquals(heard.subList(200, 400), texts(events.latest()));
    }

    @Test
    @DisplayName("drops the oldest for a listener that blocks, tells it how many, waits for nobody")
    void slowListener() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch gate = new CountDownLatch(1);
        events.addListener(
                event -> {
                    heard.add(event.text());
                    entered.countDown();
                    assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS));
                });
        List<String> quick = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(1 + ListenerQueue.CAPACITY);
        events.addListener(
                event -> {
                    quick.add(event.text());
                    entered.countDown();
                    all.countDown();
                });
        tell(0);
        assertTrue(entered.await(SOON.toSeconds(), TimeUnit.SECONDS));
        // What comes now waits; the first seven have no room in the end.
        IntStream.range(1, ListenerQueue.CAPACITY + 1).forEach(this::tell);
        assertTrue(all.await(SOON.toSeconds(), TimeUnit.SECONDS), "the other listener hears all");
        IntStream.range(501, 508).forEach(this::tell);
        assertEquals(1, heard.size());
        gate.countDown();
        events.close(SOON);
        assertEquals("event 0", heard.get(0));
        assertEquals("has lost 7 event(s): a listener is slow", heard.get(1));
        assertEquals(numbered(8, 508), heard.subList(2, heard.size()));
        assertEquals(numbered(0, 508), quick);
    }

    @Test
    @DisplayName("goes on for a listener that throws, and tells of it once")
    void failingListener() {
        events.addListener(
                event -> {
                    heard.add(event.text());
                    throw new NoClassDefFoundError("io/example/Gone");
                });
        IntStream.range(0, 3).forEach(this::tell);
        events.close(SOON);
        assertTrue(heard.containsAll(numbered(0, 3)), heard.toString());
        List<Event> told = logged.stream().filter(e -> e.cause() != null).toList();
        assertEquals(List.of("has a listener that fails; told only once"), texts(told));
        assertEquals(MqEvent.Severity.WARNING, told.get(0).severity());
    }

    @Test
    @DisplayName("is not heard any more when the registration is closed, from inside too")
    void closing() {
        List<MqEvents.Registration> own = new CopyOnWriteArrayList<>();
        own.add(
                events.addListener(
                        event -> {
                            heard.add(event.text());
                            own.get(0).close();
                        }));
        IntStream.range(0, 50).forEach(this::tell);
        events.close(SOON);
        assertEquals(List.of("event 0"), heard);
        assertEquals(0, events.listeners());
    }

    @Test
    @DisplayName("takes no listeners after its end, and the log still hears")
    void ended() {
        events.addListener(event -> heard.add(event.text()));
        events.close();
        tell(1);
        assertThrows(IllegalStateException.class, () -> events.addListener(event -> {}));
        assertEquals(List.of(), heard);
        assertEquals(numbered(1, 2), texts(logged));
        assertEquals(numbered(1, 2), texts(events.latest()));
    }

    @Test
    @DisplayName("does not wait for a listener that blocks longer than the limit when it ends")
    void endsBounded() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        events.addListener(event -> assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS)));
        tell(0);
        long start = System.nanoTime();
        events.close(Duration.ofMillis(50));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.toMillis() < 5_000, "took " + took);
        gate.countDown();
    }

    @Test
    @DisplayName("throws nothing at whoever publishes: not the log's failure, nor a missing worker")
    void publisherIsSafe() {
        Events broken =
                new Events(
                        "leveret-test",
                        task -> {
                            throw new RejectedExecutionException("no workers");
                        },
                        event -> {
                            throw new IllegalStateException("the disk is full");
                        });
        broken.addListener(event -> heard.add(event.text()));
        broken.info(MqEvent.Source.LINK, "a link", "event 1");
        broken.info(MqEvent.Source.LINK, "a link", "event 2");
        assertEquals(
                List.of(
                        "event 1",
                        "cannot write to the log; further failures are not told",
                        "event 2"),
                texts(broken.latest()));
        assertEquals(0, broken.listeners());
    }

    @Test
    @DisplayName("renders activations and factories with their kind, and the cause once")
    void lines() {
        Event event =
                Event.of(MqEvent.Severity.WARNING, MqEvent.Source.ACTIVATION, "Orders", "waits");
        assertEquals("activation Orders waits", EventLog.line(event));
        assertEquals(
                "activation Orders waits: no such queue",
                EventLog.line(event.because(new IOException("no such queue"))));
        assertSame(null, event.cause());
    }
}
