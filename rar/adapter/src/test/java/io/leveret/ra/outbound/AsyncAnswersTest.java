package io.leveret.ra.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Answers of what is published without waiting")
@Timeout(60)
final class AsyncAnswersTest {

    private static final int LIMIT_SECONDS = 20;

    private final Threads threads = new Threads("answers");
    private final AsyncAnswers answers = new AsyncAnswers(threads);
    private final List<MqOutcome> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        threads.close(Deadline.in(Duration.ofSeconds(LIMIT_SECONDS)));
    }

    private PendingPublish awaited() {
        PendingPublish pending = new PendingPublish(null, null);
        answers.await(
                pending, Deadline.in(Duration.ofHours(1)), result -> told.add(result.outcome()));
        return pending;
    }

    private static void written(PendingPublish... some) {
        for (PendingPublish each : some) {
            assertTrue(each.beginWriting());
        }
    }

    @Test
    @DisplayName("that come while the adapter stops are waited for and told")
    void answeredAtTheStop() throws Exception {
        PendingPublish first = awaited();
        PendingPublish second = awaited();
        written(first, second);
        Thread self = Thread.currentThread();
        Thread io =
                new Thread(
                        () -> {
                            untilWaiting(self);
                            first.end(MqOutcome.NACKED, "refused", null);
                            untilWaiting(self);
                            second.acknowledged();
                        });
        io.start();

        answers.close(Deadline.in(Duration.ofSeconds(LIMIT_SECONDS)));
        List<MqOutcome> atTheStop = List.copyOf(told);
        io.join(LIMIT_SECONDS * 1_000);

        assertEquals(Set.of(MqOutcome.NACKED, MqOutcome.CONFIRMED), new HashSet<>(atTheStop));
        assertEquals(2, told.size(), "told once");
    }

    private static void untilWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("that never come end UNKNOWN when the adapter stops, or NOT_SENT where unwritten")
    void neverAnswered() {
        written(awaited());
        awaited();

        answers.close(Deadline.in(Duration.ofMillis(50)));

        assertEquals(List.of(MqOutcome.UNKNOWN, MqOutcome.NOT_SENT), told);
    }

    @Test
    @DisplayName(
            "that nobody can bring any more, because the adapter has stopped, are told at once")
    void afterTheStop() {
        answers.close(Deadline.in(Duration.ZERO));
        threads.close(Deadline.in(Duration.ofSeconds(LIMIT_SECONDS)));

        awaited();
        answers.limit(
                Deadline.in(Duration.ofHours(1)),
                new CompletableFuture<Void>(),
                result -> told.add(result.outcome()));
        answers.tell(() -> told.add(MqOutcome.CONFIRMED));

        assertEquals(List.of(MqOutcome.NOT_SENT, MqOutcome.UNKNOWN, MqOutcome.CONFIRMED), told);
    }
}
