package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.ra.observe.Events;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The threads of an adapter")
@Timeout(60)
final class ThreadsTest {

    private static final long SOON_SECONDS = 10;
    private static final int COLLECTIONS = 100;

    private final Threads threads = new Threads("leveret-test");
    private final ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();

    @AfterEach
    void end() {
        threads.close(Deadline.in(Duration.ofSeconds(SOON_SECONDS)));
    }

    /** Code of an application: its class comes from the application's own loader. */
    public static final class Application implements Runnable {

        private final Runnable work;

        /** Is called by reflection, from the other side of a class loader. */
        public Application(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            work.run();
        }
    }

    /** The class loader of a deployment: what it has itself it does not take from its parent. */
    private static final class Deployment extends URLClassLoader {

        Deployment() {
            super(
                    new URL[] {
                        Application.class.getProtectionDomain().getCodeSource().getLocation()
                    },
                    Application.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Application.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> own = findLoadedClass(name);
            return own == null ? findClass(name) : own;
        }
    }

    /** Runs something as the first application that uses the adapter, and undeploys that. */
    private WeakReference<ClassLoader> inApplication(Runnable work) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (Deployment deployment = new Deployment()) {
            Runnable application =
                    (Runnable)
                            deployment
                                    .loadClass(Application.class.getName())
                                    .getConstructor(Runnable.class)
                                    .newInstance(work);
            assertEquals(deployment, application.getClass().getClassLoader());
            thread.setContextClassLoader(deployment);
            application.run();
            return new WeakReference<>(deployment, collected);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private boolean isCollected(WeakReference<ClassLoader> loader) throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            if (collected.remove(100) == loader) {
                return true;
            }
        }
        return false;
    }

    /** Starts both event loops, the timer, and a worker out of the timer. */
    private void startAll() {
        CountDownLatch ran = new CountDownLatch(4);
        threads.io().next().execute(ran::countDown);
        threads.io().next().execute(ran::countDown);
        threads.execute(ran::countDown);
        assertNotNull(threads.after(Duration.ZERO, ran::countDown));
        try {
            assertTrue(ran.await(SOON_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("keep no application alive, whose thread happened to start them")
    void pinNobody() throws Exception {
        WeakReference<ClassLoader> application = inApplication(this::startAll);
        assertTrue(threads.count() >= 3, "loops and timer live on");
        assertTrue(isCollected(application), "the application's class loader is still reachable");
    }

    @Test
    @DisplayName("that have ended let the stream of events forget its listeners")
    void listenersEndWithThem() {
        Events events = new Events("leveret-test", threads);
        events.addListener(event -> {});
        threads.close(Deadline.in(Duration.ofSeconds(SOON_SECONDS)));
        events.info(MqEvent.Source.LINK, "a link", "comes too late");
        assertEquals(0, events.listeners());
        long start = System.nanoTime();
        events.close(Duration.ofSeconds(SOON_SECONDS));
        long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertTrue(took < SOON_SECONDS / 2, "waited for nobody: " + took + " s");
    }
}
