package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.naming.NamingException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FactoryLookupTest {

    private static final List<String> NAMES = List.of("java:/a", "b");

    private final FakeFactory factory = new FakeFactory();

    @BeforeEach
    void names() {
        FakeJndi.install();
    }

    @Test
    void theFirstBoundNameCounts() throws Exception {
        FakeJndi.bind("b", factory);
        assertSame(factory, FactoryLookup.find(NAMES));
        FakeFactory other = new FakeFactory();
        FakeJndi.bind("java:/a", other);
        assertSame(other, FactoryLookup.find(NAMES));
    }

    @Test
    void aMissingFactoryIsReportedWithTheReasonOfEveryName() {
        String message =
                assertThrows(NamingException.class, () -> FactoryLookup.find(NAMES)).getMessage();
        assertTrue(message.contains("java:/a not found"), message);
        assertTrue(message.contains("b not found"), message);
    }

    @Test
    void aFactoryThatAppearsInTimeIsFound() throws Exception {
        CompletableFuture.runAsync(
                () -> FakeJndi.bind("b", factory),
                CompletableFuture.delayedExecutor(150, TimeUnit.MILLISECONDS));
        assertSame(factory, FactoryLookup.await(NAMES, in(10_000)));
    }

    @Test
    void waitingEndsAtTheDeadline() {
        long start = System.nanoTime();
        assertThrows(NamingException.class, () -> FactoryLookup.await(NAMES, in(200)));
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(ms >= 200 && ms < 5_000, ms + " ms");
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        Thread.currentThread().interrupt();
        assertThrows(NamingException.class, () -> FactoryLookup.await(NAMES, in(60_000)));
        assertTrue(Thread.interrupted());
    }

    @Test
    void somethingElseUnderTheNameIsReportedAtOnceWithItsType() {
        FakeJndi.bind("java:/a", "text");
        String message =
                assertThrows(
                                FactoryLookup.NotAFactoryException.class,
                                () -> FactoryLookup.await(NAMES, in(60_000)))
                        .getMessage();
        assertTrue(message.contains("java:/a is a java.lang.String"), message);
    }

    @Test
    void aFactoryOfAnotherClassLoaderIsExplained() throws Exception {
        URL api = MqConnectionFactory.class.getProtectionDomain().getCodeSource().getLocation();
        URL resource =
                jakarta.resource.Referenceable.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {api, resource}, null)) {
            Class<?> foreign = loader.loadClass(MqConnectionFactory.class.getName());
            FakeJndi.bind(
                    "b",
                    Proxy.newProxyInstance(
                            loader, new Class<?>[] {foreign}, (proxy, method, args) -> null));
            String message =
                    assertThrows(
                                    FactoryLookup.NotAFactoryException.class,
                                    () -> FactoryLookup.find(NAMES))
                            .getMessage();
            assertTrue(message.contains("another class loader"), message);
            assertTrue(message.contains("scope provided"), message);
        }
    }

    private static long in(long ms) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
