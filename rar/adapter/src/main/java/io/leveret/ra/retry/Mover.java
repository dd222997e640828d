package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.Threads;
import io.leveret.ra.outbound.OwnPublisher;
import io.leveret.ra.settings.LinkSettings;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Moves failed messages of one activation into other queues. On one worker thread, which exists
 * only while there is something to move, and pipelined: it waits for no confirm.
 *
 * <pre>{@code
 *               written                confirmed
 * QUEUED ----------------> IN FLIGHT ------------> MOVED: the original is acknowledged
 *  ^  ^                       |   |
 *  |  +--the queue is declared|   +--returned, refused, or too large: once more, then KEPT
 *  |     anew-----------------+   |
 *  |                              |
 *  +--by timer, with back-off-----+--not sent (no link, blocked), nacked, unknown
 *
 * any --its channel is lost--> dropped: the broker delivers the original again
 * QUEUED after a failure --its session stops--> given back
 * }</pre>
 *
 * <p>What may be stored already (nacked, unknown) is moved again: there may be two copies then, and
 * each is marked as a possible duplicate. How many are under way is bounded by what is unsettled:
 * the sessions' prefetch.
 *
 * <p>Failure cases: the channel of the original is lost while the copy is in flight (both exist
 * then, and the original comes marked as delivered again); the link is down or blocked for long
 * (the originals stay unsettled, and no thread waits for each); the queue is deleted meanwhile (the
 * copy is returned, nothing is lost); the queue refuses for good.
 *
 * <p>Thread-safe.
 */
final class Mover {

    /** How long a copy may take to be written, and again to be confirmed. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** What to do with a message that its queue takes in no way. */
    interface Refused {
        void refused(Move move, OwnPublisher.Answer answer);
    }

    /** What is to be moved, and where to. Used by one thread at a time. */
    static final class Move {

        private final FailedMessage message;
        private final String queue;
        private final Refused refused;
        private final boolean parks;
        private AMQP.BasicProperties properties;
        private Backoff backoff;
        private boolean failed;
        private boolean declaredAnew;
        private boolean stripped;

        /**
         * Creates a move.
         *
         * @param properties the copy's
         * @param parks whether it is the end of the message
         * @param refused what to do when the queue takes it in no way
         */
        Move(
                FailedMessage message,
                String queue,
                AMQP.BasicProperties properties,
                boolean parks,
                Refused refused) {
            this.message = message;
            this.queue = queue;
            this.properties = properties;
            this.parks = parks;
            this.refused = refused;
        }

        /**
         * Leaves out what made it too large: first what we have added, then the largest header, and
         * so on; false when nothing is left to leave out.
         */
        boolean strip() {
            AMQP.BasicProperties smaller =
                    stripped ? RetryHeaders.smaller(properties) : RetryHeaders.bare(message);
            stripped = true;
            if (smaller == null) {
                return false;
            }
            properties = smaller;
            return true;
        }
    }

    /** Hears how it goes. */
    interface Listener {

        /** A message could not be moved. */
        void trouble(String queue, boolean lasting, String why, Throwable cause);

        /** A message was moved. */
        void moved(String queue);
    }

    private final OwnPublisher publisher;
    private final RetryQueues queues;
    private final Threads threads;
    private final LinkSettings.Reconnect pauses;
    private final Listener listener;
    private final Queue<Move> moves = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();

    Mover(
            OwnPublisher publisher,
            RetryQueues queues,
            Threads threads,
            LinkSettings.Reconnect pauses,
            Listener listener) {
        this.publisher = publisher;
        this.queues = queues;
        this.threads = threads;
        this.pauses = pauses;
        this.listener = listener;
    }

    /** Moves a message; returns at once. */
    void move(Move move) {
        moves.add(move);
        if (running.compareAndSet(false, true)) {
            threads.executeUnlessClosed(this::run);
        }
    }

    private void run() {
        try {
            for (Move move = moves.poll(); move != null; move = moves.poll()) {
                write(move);
            }
        } finally {
            running.set(false);
        }
        if (!moves.isEmpty() && running.compareAndSet(false, true)) {
            threads.executeUnlessClosed(this::run);
        }
    }

    private void write(Move move) {
        if (!move.message.isWanted()) {
            return;
        }
        if (move.failed && move.message.isStopping()) {
            move.message.giveBack();
            return;
        }
        queues.ensure(move.queue);
        publisher.publish(
                move.queue,
                move.properties,
                move.message.body(),
                LIMIT,
                answer -> ended(move, answer));
    }

    private void ended(Move move, OwnPublisher.Answer answer) {
        if (answer.outcome() == MqOutcome.CONFIRMED) {
            listener.moved(move.queue);
            move.message.moved(move.parks);
            return;
        }
        move.failed = true;
        if (!answer.lasting()) {
            listener.trouble(move.queue, false, answer.reason(), answer.cause());
            later(move);
            return;
        }
        queues.forget(move.queue);
        if (!move.declaredAnew) {
            move.declaredAnew = true;
            move(move);
        } else {
            listener.trouble(move.queue, true, answer.reason(), answer.cause());
            move.refused.refused(move, answer);
        }
    }

    /** Moves it again after a pause that grows. */
    void later(Move move) {
        if (move.backoff == null) {
            move.backoff = Backoff.withoutLimits(pauses);
        }
        move.declaredAnew = false;
        threads.after(move.backoff.next(), () -> move(move));
    }
}
