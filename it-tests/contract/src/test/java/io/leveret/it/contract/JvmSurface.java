package io.leveret.it.contract;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Writes down what this JVM shows of the adapter beside its log: the names and text attributes of
 * its MBeans and the names of all threads, to {@code target/jvm-surface}. The module {@code
 * it-tests/secrets} searches it for secrets. It looks several times a second while tests run,
 * because most adapters are gone when they have ended, and once more at the end.
 */
public final class JvmSurface implements LauncherSessionListener {

    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long END_MILLIS = 5_000;

    /** Lines remembered, so that few stand there twice and this JVM's heap does not grow. */
    private static final int REMEMBERED = 1_000;

    private final Set<String> seen =
            Collections.newSetFromMap(
                    new LinkedHashMap<>() {
                        private static final long serialVersionUID = 1;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                            return size() > REMEMBERED;
                        }
                    });
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private volatile boolean ended;
    private Thread thread;
    private Writer out;

    /** For the JUnit platform. */
    public JvmSurface() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "jvm-surface"));
            discardOld(folder);
            Path file = folder.resolve(ProcessHandle.current().pid() + ".txt");
            // Of the lenient kind: half a character in a text is no reason to stop watching.
            out = new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::watch, "jvm-surface");
        thread.setDaemon(true);
        thread.start();
    }

    /** What an earlier run showed is no finding of this one. */
    private static void discardOld(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            String pid = file.getFileName().toString().replace(".txt", "");
            if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        ended = true;
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try (Writer writer = out) {
            boolean last;
            do {
                last = ended;
                look(writer);
                if (!last) {
                    LockSupport.parkNanos(INTERVAL_NANOS);
                }
            } while (!last);
        } catch (IOException | JMException e) {
            throw new IllegalStateException("cannot write down what this JVM shows", e);
        }
    }

    private void look(Writer writer) throws IOException, JMException {
        for (ObjectName name : server.queryNames(new ObjectName("io.leveret*:*"), null)) {
            note(writer, name.toString());
            attributes(writer, name);
        }
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[2 * root.activeCount() + 16];
        int count = root.enumerate(threads);
        for (int i = 0; i < count; i++) {
            note(writer, threads[i].getName());
        }
    }

    private void attributes(Writer writer, ObjectName name) throws IOException {
        MBeanAttributeInfo[] attributes;
        try {
            attributes = server.getMBeanInfo(name).getAttributes();
        } catch (JMException e) {
            return; // gone meanwhile
        }
        for (MBeanAttributeInfo attribute : attributes) {
            Object value;
            try {
                value = server.getAttribute(name, attribute.getName());
            } catch (JMException | RuntimeException e) {
                value = e.toString();
            }
            // Lists part by part: most parts of the last events are known from the look before.
            Object[] parts = value instanceof Object[] array ? array : new Object[] {value};
            for (Object part : parts) {
                if (part != null && !(part instanceof Number) && !(part instanceof Boolean)) {
                    note(writer, attribute.getName() + "=" + part);
                }
            }
        }
    }

    private void note(Writer writer, String line) throws IOException {
        if (seen.add(line)) {
            writer.write(line + System.lineSeparator());
            writer.flush();
        }
    }
}
