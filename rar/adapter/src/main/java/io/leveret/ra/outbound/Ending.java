package io.leveret.ra.outbound;

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
    private final Stage stage = new Stage();

    /**
     * What the caller gets: it cannot complete it. What depends on it directly gets the failure
     * itself, which a minimal stage of the JDK would wrap.
     */
    private static final class Stage extends CompletableFuture<Void> {

        private void end(MqPublishException failure) {
            if (failure == null) {
                super.complete(null);
            } else {
                super.completeExceptionally(failure);
            }
        }

        @Override
        public CompletableFuture<Void> toCompletableFuture() {
            return copy();
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }

        private static UnsupportedOperationException refused() {
            return new UnsupportedOperationException("the broker completes it");
        }

        @Override
        public boolean complete(Void value) {
            throw refused();
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            throw refused();
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            throw refused();
        }

        @Override
        public void obtrudeValue(Void value) {
            throw refused();
        }

        @Override
        public void obtrudeException(Throwable failure) {
            throw refused();
        }
    }

    /**
     * Creates an open one.
     *
     * @param timeout how long it may take after a commit
     */
    Ending(AsyncAnswers answers, Duration timeout) {
        this.answers = answers;
        this.timeout = timeout;
    }

    CompletionStage<Void> stage() {
        return stage;
    }

    /** Its transaction has committed: from now on its time runs. */
    void committed(Publication p) {
        answers.limit(
                Deadline.in(timeout),
                stage,
                late -> stage.end(Result.of(late.outcome(), LATE, null).exception(p)));
    }

    void confirmed() {
        answers.tell(() -> stage.end(null));
    }

    void failed(MqPublishException why) {
        answers.tell(() -> stage.end(why));
    }
}
