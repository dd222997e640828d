package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How one publish ends that nobody waits for: completes the stage that its caller has.
 *
 * <pre>{@code
 * OPEN --confirmed--> completed
 *   |--ended otherwise, or not within the publish timeout after the commit--> failed
 * }</pre>
 *
 * <p>The first end counts. Thread-safe.
 */
final class Ending {

    private static final String LATE =
            "it is committed, but was not confirmed in time; publishing it goes on";

    private final AsyncAnswers answers;
    private final Duration timeout;
    private final CompletableFuture<Void> stage = new CompletableFuture<>();

    /**
     * Creates an open one.
     *
     * @param timeout how long it may take after a commit
     */
    Ending(AsyncAnswers answers, Duration timeout) {
        this.answers = answers;
        this.timeout = timeout;
    }

    /** What the caller gets: it cannot complete it. */
    CompletionStage<Void> stage() {
        return stage.minimalCompletionStage();
    }

    /** Its transaction has committed: from now on its time runs. */
    void committed(Publication p) {
        answers.limit(
                Deadline.in(timeout),
                stage,
                late ->
                        stage.completeExceptionally(
                                Result.of(late.outcome(), LATE, null).exception(p)));
    }

    void confirmed() {
        answers.tell(() -> stage.complete(null));
    }

    void failed(MqPublishException why) {
        answers.tell(() -> stage.completeExceptionally(why));
    }

    /** It has ended, and the calling thread is one that may run the application's code. */
    void told(Result result, Publication p) {
        if (result.outcome() == MqOutcome.CONFIRMED) {
            stage.complete(null);
        } else {
            stage.completeExceptionally(result.exception(p));
        }
    }
}
