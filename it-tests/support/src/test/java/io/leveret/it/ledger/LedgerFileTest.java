package io.leveret.it.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written to a ledger file comes back, whatever happens to the writer. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LedgerFileTest {

    @TempDir private Path folder;

    @Test
    void every_kind_of_event_survives_the_file_with_any_characters_in_its_texts()
            throws IOException {
        String id = "a b\n\t!torn % ü\u20ac + 1";
        List<LedgerEvent> written =
                List.of(
                        new LedgerEvent.AttemptBegun(1, id),
                        new LedgerEvent.AttemptEnded(2, id, Outcome.UNKNOWN),
                        new LedgerEvent.TransactionEnded(3, id, true),
                        new LedgerEvent.DeliveryBegun(4, id, "d 1", true, false),
                        new LedgerEvent.DeliveryEnded(5, id, "d 1", false),
                        new LedgerEvent.FaultBegun(6, "cut it"),
                        new LedgerEvent.FaultEnded(7, "cut it"));
        Path file = folder.resolve("deep/ledger");
        try (LedgerLog log = LedgerLog.open(file)) {
            written.forEach(log::append);
        }
        assertEquals(written, events(file));
    }

    @Test
    void a_torn_last_line_is_skipped_and_counted_even_when_it_looks_complete() throws IOException {
        Path file = folder.resolve("ledger");
        try (LedgerLog log = LedgerLog.open(file)) {
            log.attempt("a");
        }
        Files.writeString(file, "attempt 5 message-1", StandardOpenOption.APPEND);
        List<LedgerEvent> events = new ArrayList<>();
        assertEquals(1, LedgerReader.read(file, events::add));
        assertEquals(1, events.size());
        assertEquals(1, Ledger.read(file).reconcile(List.of()).tornLines());
    }

    @Test
    void a_torn_line_does_not_swallow_what_the_next_process_writes() throws IOException {
        Path file = folder.resolve("ledger");
        Files.writeString(file, "attempt 1 a\nattempt 2 message-1");
        try (LedgerLog log = LedgerLog.open(file)) {
            log.attempt("b");
        }
        List<LedgerEvent> events = new ArrayList<>();
        assertEquals(1, LedgerReader.read(file, events::add));
        assertEquals(2, events.size());
        assertEquals("b", ((LedgerEvent.AttemptBegun) events.get(1)).id());
    }

    @Test
    void a_follower_hands_on_each_whole_line_once_and_waits_for_the_end_of_a_torn_one()
            throws IOException {
        Path file = folder.resolve("ledger");
        List<LedgerEvent> events = new ArrayList<>();
        LedgerFollower follower = new LedgerFollower(file);
        follower.read(events::add);
        assertEquals(List.of(), events, "there is no file yet");

        Files.writeString(file, "attempt 1 a\nattempt 2 message-");
        follower.read(events::add);
        assertEquals(List.of(new LedgerEvent.AttemptBegun(1, "a")), events);

        Files.writeString(file, "1\nattempt 3 ", StandardOpenOption.APPEND);
        follower.read(events::add);
        assertEquals(new LedgerEvent.AttemptBegun(2, "message-1"), events.get(1));
        assertEquals(2, events.size());

        // Its writer was killed, and the next one goes on.
        try (LedgerLog log = LedgerLog.open(file)) {
            log.append(new LedgerEvent.AttemptBegun(4, "b"));
        }
        follower.read(events::add);
        assertEquals(new LedgerEvent.AttemptBegun(4, "b"), events.get(2));
        assertEquals(3, events.size());
        assertEquals(events, events(file));
    }

    @Test
    void a_damaged_line_in_the_middle_is_an_error_that_names_it() throws IOException {
        Path file = folder.resolve("ledger");
        Files.writeString(file, "attempt 1 a\noutcome 2 a CONF\nattempt 3 b\n");
        IOException e = assertThrows(IOException.class, () -> events(file));
        assertTrue(e.getMessage().contains(file + ":2"), e.getMessage());
    }

    @Test
    void a_missing_file_is_an_error() {
        assertThrows(NoSuchFileException.class, () -> Ledger.read(folder.resolve("never written")));
    }

    @Test
    void threads_that_write_at_once_and_are_interrupted_lose_nothing() throws Exception {
        Path file = folder.resolve("ledger");
        int threads = 8;
        int each = 500;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (LedgerLog first = LedgerLog.open(file);
                LedgerLog second = LedgerLog.open(file)) {
            for (int t = 0; t < threads; t++) {
                LedgerLog log = t % 2 == 0 ? first : second;
                String name = "t" + t + "-";
                pool.execute(
                        () -> {
                            for (int i = 0; i < each; i++) {
                                Thread.currentThread().interrupt();
                                log.attempt(name + i);
                                log.outcome(name + i, Outcome.CONFIRMED);
                                log.processed(log.delivered(name + i, false, false), true);
                            }
                        });
            }
            pool.shutdown();
            assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        }
        LedgerReport report = Ledger.read(file).reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(threads * each, report.confirmed());
        assertEquals(threads * each, report.received());
    }

    @Test
    void a_killed_process_loses_nothing_that_it_wrote() throws Exception {
        Path file = folder.resolve("ledger");
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                EndlessWriter.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String last = "";
        try (var said = writer.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < 1_000; i++) {
                last = said.readLine();
            }
        } finally {
            writer.destroyForcibly();
            assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
        }
        List<String> ids = Ledger.read(file).published();
        assertTrue(ids.contains(last), "last announced: " + last);
        assertTrue(ids.size() >= 1_000);
    }

    private static List<LedgerEvent> events(Path file) throws IOException {
        List<LedgerEvent> events = new ArrayList<>();
        LedgerReader.read(file, events::add);
        return events;
    }
}
