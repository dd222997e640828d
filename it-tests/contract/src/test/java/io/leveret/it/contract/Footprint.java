package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds at a moment: threads, sockets, heap, and living objects of the adapter,
 * the client and Netty's channels by class. Objects are counted after a full collection, so that a
 * leak of one object per cut shows, however small it is.
 *
 * @param threads of the whole process, without those of the test's own that linger
 * @param adapterThreads those of resource adapters
 * @param sockets open sockets, listening ones and both ends of local connections
 * @param files all open file descriptors
 * @param heap bytes in use after a full collection
 * @param objects living objects by class name, without events: the last ones are kept, up to a
 *     number
 * @param bytes of all living objects by class name, to tell what the heap holds
 */
record Footprint(
        int threads,
        int adapterThreads,
        int sockets,
        int files,
        long heap,
        Map<String, Integer> objects,
        Map<String, Long> bytes) {

    /** Threads of the test's own that live on for a minute when they have nothing to do. */
    private static final Set<String> LINGERING = Set.of("fake-pool", "process reaper");

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** A line of the JVM's class histogram: number, objects, bytes, class. */
    private static final Pattern LINE =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    private static final Pattern COUNTED =
            Pattern.compile(
                    "(io\\.leveret\\.ra\\.(?!observe)|com\\.rabbitmq\\.|io\\.netty\\.channel\\.).+");

    /** Of the classes whose objects have grown most, so many are told. */
    private static final int TOLD = 15;

    /** Collects garbage and looks. */
    static Footprint now() {
        Map<String, Integer> objects = new TreeMap<>();
        Map<String, Long> bytes = new TreeMap<>();
        histogram()
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .forEach(
                        line -> {
                            String name = line.group(3);
                            bytes.merge(name, Long.valueOf(line.group(2)), Long::sum);
                            if (COUNTED.matcher(name).matches()) {
                                objects.merge(name, Integer.valueOf(line.group(1)), Integer::sum);
                            }
                        });
        return new Footprint(
                threads(""),
                threads("leveret-"),
                descriptors("socket:"),
                descriptors(""),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                objects,
                bytes);
    }

    /**
     * Looks as soon as threads, sockets and objects are down to what they were; fails when that
     * takes too long.
     *
     * @param before what they were
     * @param limit how long it may take
     * @param slack how many more objects of a class may live than before
     * @param more how many more sockets there may be, asked each time
     */
    static Footprint settled(Footprint before, Duration limit, int slack, IntSupplier more)
            throws Exception {
        AtomicReference<Footprint> last = new AtomicReference<>(now());
        try {
            Until.holds(
                    "as few threads, sockets and objects as before",
                    limit,
                    () -> {
                        if (threads("") > before.threads + more.getAsInt()) {
                            return false; // spares a collection
                        }
                        last.set(now());
                        return last.get().isLike(before, slack, more.getAsInt());
                    });
        } catch (AssertionError e) {
            Footprint now = now();
            throw new AssertionError(
                    before + " -> " + now + ": " + threadNames() + now.grown(before, 0), e);
        }
        return last.get();
    }

    /** Each connection through a proxy has two threads there, and three sockets. */
    private boolean isLike(Footprint before, int slack, int more) {
        return adapterThreads <= before.adapterThreads
                && threads <= before.threads + more
                && sockets <= before.sockets + more
                && grown(before, slack).isEmpty();
    }

    private static List<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).sorted().toList();
    }

    /** The JVM collects garbage before it counts. */
    private static String histogram() {
        try {
            return (String)
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {new String[0]},
                                    new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IllegalStateException("this JVM counts no objects", e);
        }
    }

    static int threads(String prefix) {
        return threads(prefix, Set.of());
    }

    /** Without some that were there before: they may end at any time. */
    static int threads(String prefix, Set<Thread> others) {
        return (int)
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !others.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> name.startsWith(prefix) && !lingers(name))
                        .count();
    }

    private static boolean lingers(String name) {
        return LINGERING.stream().anyMatch(name::startsWith);
    }

    private static int descriptors(String kind) {
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return (int) all.filter(path -> target(path).startsWith(kind)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return ""; // closed meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Fails when more heap is in use than before.
     *
     * @param slack how many more bytes may be
     */
    void assertHeapLike(Footprint before, long slack) {
        assertTrue(
                heap - before.heap <= slack,
                () -> "heap: " + before + " -> " + this + ": " + mostGrown(before));
    }

    /** The classes whose objects take most more bytes than before. */
    private Map<String, Long> mostGrown(Footprint before) {
        Map<String, Long> more = new LinkedHashMap<>();
        bytes.entrySet().stream()
                .map(e -> Map.entry(e.getKey(), e.getValue() - before.bytes(e.getKey())))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(TOLD)
                .forEach(e -> more.put(e.getKey(), e.getValue()));
        return more;
    }

    private long bytes(String name) {
        return bytes.getOrDefault(name, 0L);
    }

    private Map<String, String> grown(Footprint before, int slack) {
        Map<String, String> grown = new TreeMap<>();
        objects.forEach(
                (name, count) -> {
                    int known = before.objects.getOrDefault(name, 0);
                    if (count > known + slack) {
                        grown.put(name, known + " -> " + count);
                    }
                });
        return grown;
    }

    /** Without the objects: those are for differences. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d threads (%d of the adapter), %d sockets, %d files, %d KiB heap, %d objects",
                threads,
                adapterThreads,
                sockets,
                files,
                heap / 1_024,
                objects.values().stream().mapToInt(Integer::intValue).sum());
    }
}
