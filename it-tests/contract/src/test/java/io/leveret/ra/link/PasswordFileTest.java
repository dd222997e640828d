package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.MqEvent;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.settings.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A password in a file")
class PasswordFileTest {

    private static final String USER = "rotated";
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static BrokerNode broker;
    private static Path file;

    private final Events events = new Events("leveret-test", Runnable::run);
    private final List<Event> told = new CopyOnWriteArrayList<>();
    private final Threads threads = new Threads("leveret-password-test");
    private final LinkRegistry registry =
            new LinkRegistry(
                    "leveret-password-test",
                    10,
                    threads,
                    events,
                    new Mbeans("leveret-password-test", events));
    private LinkGroup group;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerNode.start();
        Security.addUser(broker, USER, Secrets.fresh("unused first password"));
        file = Files.createTempFile(Path.of("target").toAbsolutePath(), "password-", ".txt");
    }

    @AfterAll
    static void stopBroker() throws Exception {
        if (broker != null) {
            broker.close();
        }
        Files.deleteIfExists(file);
    }

    @BeforeEach
    void start() throws Exception {
        events.addListener(event -> told.add((Event) event));
        Credentials login = new Credentials.PasswordFile(USER, file.toString());
        group = registry.acquire(Security.key("127.0.0.1", broker.port(), login, null));
    }

    @AfterEach
    void stop() {
        registry.close();
        threads.close(Deadline.in(Duration.ofSeconds(5)));
    }

    /** Opens a channel, waiting for the link when it is down. */
    private LinkChannel open() throws Exception {
        return group.open(Deadline.in(LIMIT), true, false, channel -> {});
    }

    private static void until(String what, BooleanSupplier check) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!check.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("not in time: " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private long refusals(MqEvent.Severity severity) {
        return told.stream()
                .filter(e -> e.cause() instanceof AuthenticationFailureException)
                .filter(e -> e.severity() == severity)
                .count();
    }

    private void assertShowsNone(String... secrets) {
        for (Event event : told) {
            for (String secret : secrets) {
                String line = event.text() + Causes.text(event.cause());
                assertFalse(line.contains(secret), () -> "a secret is shown by: " + event);
            }
        }
    }

    @Test
    @DisplayName("that changes while links are up is used when they come back")
    void followsTheFile() throws Exception {
        String first = Secrets.fresh("first password in the file");
        String second = Secrets.fresh("second password in the file");
        broker.ctl("change_password", USER, first);
        Files.writeString(file, first + "\n");
        LinkChannel before = open();

        broker.ctl("change_password", USER, second);
        Files.writeString(file, second + "\r\n");
        assertTrue(before.client().isOpen());
        broker.closeConnections("password rotated");
        until("the loss", () -> !before.client().isOpen());

        assertTrue(open().client().isOpen());
        assertEquals(0, told.stream().filter(e -> refused(e)).count());
        assertShowsNone(first, second);
    }

    private static boolean refused(Event event) {
        return event.cause() instanceof AuthenticationFailureException;
    }

    @Test
    @DisplayName("that is stale is tried again until it is corrected, and told once")
    void outlivesAStaleFile() throws Exception {
        String right = Secrets.fresh("right password");
        String stale = Secrets.fresh("stale password");
        broker.ctl("change_password", USER, stale);
        Files.writeString(file, stale);
        LinkChannel before = open();

        broker.ctl("change_password", USER, right);
        broker.closeConnections("password rotated");
        until("the loss", () -> !before.client().isOpen());
        until("several refusals", () -> refusals(MqEvent.Severity.DETAIL) > 3);
        assertEquals(1, refusals(MqEvent.Severity.WARNING));
        Files.writeString(file, right);

        assertTrue(open().client().isOpen());
        assertEquals(1, refusals(MqEvent.Severity.WARNING));
        assertShowsNone(right, stale);
    }

    @Test
    @DisplayName("that is missing is named, and found when it comes")
    void waitsForTheFile() throws Exception {
        String password = Secrets.fresh("late password");
        broker.ctl("change_password", USER, password);
        Files.deleteIfExists(file);
        try {
            group.open(Deadline.in(LIMIT), false, false, channel -> {});
            fail("there is no password");
        } catch (LinkUnavailableException e) {
            String text = Causes.text(e);
            assertTrue(text.contains("passwordFile " + file + ": there is no such file"), text);
        }

        Files.writeString(file, password);

        assertTrue(open().client().isOpen());
    }
}
