package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.outbound.OwnPublisher;
import io.leveret.ra.settings.AtEnd;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.RetryMode;
import io.leveret.ra.settings.RetrySettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides what becomes of the failed messages of one activation, and sees to it.
 *
 * <pre>{@code
 * FAILED --tries are left, LADDER------> its copy waits in the wait queue of its delay
 *   |      tries are left, IN_PLACE----> stays with its session
 *   |      tries are left, NATIVE------> rejected: its queue brings it back after the delay
 *   |
 *   +--none is left, PARK--------------> its copy is in the parking queue
 *          none is left, DEAD_LETTER---> rejected
 *
 * wait queue missing, and not to be had, or rejected and back too soon: stays with its session for the delay, and is tried there
 * parking queue missing, and not to be had: stays unsettled, until there is one
 * }</pre>
 *
 * <p>Nothing that fails here loses a message: the original is acknowledged when its copy is
 * confirmed, and comes again otherwise. A trouble is told once for each queue, until one was moved.
 *
 * <p>Thread-safe.
 */
public final class Retries implements AutoCloseable {

    private final String destination;
    private final RetrySettings settings;
    private final FailureKinds kinds;
    private final Threads threads;
    private final OwnPublisher publisher;
    private final RetryQueues queues;
    private final Mover mover;
    private final ParkedMessages parked;
    private final Voice voice;
    private final DelayWatch delays = new DelayWatch();
    private final Set<String> troubled = ConcurrentHashMap.newKeySet();

    /** What an activation gives and hears. */
    public interface Voice {

        /**
         * Opens a channel that the broker may close without harm to others.
         *
         * @param deadline when to be back
         * @return the channel, to be closed by the caller
         * @throws LinkUnavailableException when there is none in time
         * @throws InterruptedException when the caller is interrupted
         */
        LinkChannel channel(Deadline deadline)
                throws LinkUnavailableException, InterruptedException;

        /**
         * Something is wrong that waiting alone does not mend.
         *
         * @param what what is wrong
         * @param cause why, may be null
         */
        void alarm(String what, Throwable cause);

        /**
         * Something is wrong that may mend itself.
         *
         * @param what what is wrong
         * @param cause why, may be null
         */
        void warning(String what, Throwable cause);

        /**
         * Something is well again.
         *
         * @param what what is
         */
        void info(String what);
    }

    /**
     * Creates them; does no I/O.
     *
     * @param destination the queue that is consumed
     * @param settings what is to become of failed messages
     * @param kinds which failures are of what kind
     * @param pauses how long to wait when one cannot be moved
     * @param publisher publishes the copies; closed with this
     * @param threads runs what takes time
     * @param voice hears of troubles
     */
    public Retries(
            String destination,
            RetrySettings settings,
            FailureKinds kinds,
            LinkSettings.Reconnect pauses,
            OwnPublisher publisher,
            Threads threads,
            Voice voice) {
        this.destination = destination;
        this.settings = settings;
        this.kinds = kinds;
        this.threads = threads;
        this.publisher = publisher;
        this.voice = voice;
        this.queues = new RetryQueues(destination, settings, voice::channel, this::queueTrouble);
        this.parked =
                new ParkedMessages(destination, settings.parkingQueue(), voice::channel, publisher);
        this.mover = new Mover(publisher, queues, threads, pauses, new Moves());
    }

    /** Declares the queues that are not known to exist, on a worker thread. */
    public void prepare() {
        threads.executeUnlessClosed(queues::ensureAll);
    }

    /**
     * Decides about a message that has failed.
     *
     * @param attempts how often it has failed, this time included
     * @param why what its listener has thrown, or null when that has rejected it
     * @param wish after what time it should come again, or null to go by the settings
     * @return the verdict, for {@link #carryOut} or for a session that keeps the message in place
     */
    public Verdict verdict(int attempts, Throwable why, Duration wish) {
        FailureKinds.Kind kind = kinds.of(why);
        if (kind == FailureKinds.Kind.ABORT) {
            return end("abortOn names its exception", attempts);
        }
        if (kind == FailureKinds.Kind.REQUEUE) {
            Duration delay = settings.delay(1);
            return new Verdict(
                    Verdict.Next.UNCOUNTED,
                    delay,
                    "(not counted: requeueOn names its exception), it is tried again in "
                            + delay.toMillis()
                            + " ms",
                    null);
        }
        if (settings.isLast(attempts)) {
            return end("maxAttempts=" + settings.maxAttempts() + " reached", attempts);
        }
        Duration delay = delay(attempts, wish);
        return new Verdict(
                Verdict.Next.AGAIN,
                delay,
                "(attempt "
                        + attempts
                        + (settings.maxAttempts() == 0 ? "" : " of " + settings.maxAttempts())
                        + "), it comes again in "
                        + delay.toMillis()
                        + " ms",
                null);
    }

    /**
     * Decides that a message is at its end.
     *
     * @param reason why
     * @param attempts how often it has failed, this time included
     * @return the verdict
     */
    public Verdict end(String reason, int attempts) {
        String end =
                settings.atEnd() == AtEnd.PARK
                        ? "it is parked in queue '" + queues.parkingQueue() + "'"
                        : "it goes to the dead-letter exchange of its queue";
        return new Verdict(
                Verdict.Next.END,
                Duration.ZERO,
                "for the last time (attempt " + attempts + ", " + reason + "): " + end,
                reason);
    }

    /**
     * Takes care of a message that has failed; returns at once.
     *
     * @param message the message
     * @param verdict what is to become of it
     * @param why what its listener has thrown, may be null
     */
    public void carryOut(FailedMessage message, Verdict verdict, Throwable why) {
        switch (verdict.next()) {
            case AGAIN -> again(message, verdict.delay());
            case UNCOUNTED -> message.keep(verdict.delay());
            case END -> end(message, verdict.reason(), why);
        }
    }

    private void again(FailedMessage message, Duration delay) {
        if (settings.mode() == RetryMode.IN_PLACE) {
            message.keep(delay);
            return;
        }
        if (settings.mode() == RetryMode.NATIVE) {
            reject(message, delay);
            return;
        }
        String queue = queues.waitQueue(delay);
        AMQP.BasicProperties copy = RetryHeaders.forRetry(message, destination);
        mover.move(new Mover.Move(message, queue, copy, false, (m, a) -> message.keep(delay)));
    }

    private void reject(FailedMessage message, Duration delay) {
        if (delays.mayReject(message, delay, System.nanoTime())) {
            if (delays.isWell() && troubled.remove(destination)) {
                voice.info("has a queue that delays what is rejected again");
            }
            message.reject();
            return;
        }
        if (troubled.add(destination)) {
            voice.alarm(
                    "has a queue that does not delay what is rejected, so a policy outdoes what it"
                            + " was declared with: remove delayed-retry-* from that. Until then"
                            + " such messages stay with their session for their delay, and take"
                            + " room of its prefetch",
                    null);
        }
        message.keep(delay);
    }

    /** In place any delay can be had, on the ladder only what it has, of the queue only its own. */
    private Duration delay(int attempts, Duration wish) {
        if (wish == null || settings.mode() == RetryMode.NATIVE) {
            return settings.delay(attempts);
        }
        return settings.mode() == RetryMode.IN_PLACE ? wish : settings.nearest(wish);
    }

    private void end(FailedMessage message, String reason, Throwable why) {
        if (settings.atEnd() == AtEnd.DEAD_LETTER) {
            message.deadLetter();
            return;
        }
        AMQP.BasicProperties copy =
                RetryHeaders.forParking(message, destination, Instant.now(), reason, why);
        mover.move(new Mover.Move(message, queues.parkingQueue(), copy, true, this::cannotPark));
    }

    /** What cannot be parked stays unsettled: there is no other place where it would be safe. */
    private void cannotPark(Mover.Move move, OwnPublisher.Answer answer) {
        if (answer.outcome() == MqOutcome.NOT_SENT && move.strip()) {
            mover.move(move); // its own headers leave no room for a description
        } else {
            mover.later(move);
        }
    }

    // --- what an operator does ---

    /**
     * Describes the oldest parked messages. Blocks for a few round trips.
     *
     * @param most at most so many, 1 to 1,000
     * @return one line each
     * @throws IllegalStateException when the queue cannot be worked on
     */
    public List<String> showParked(int most) {
        return parked.show(most);
    }

    /**
     * Puts the oldest parked messages back into their queue. Blocks until the copies are confirmed.
     *
     * @param most at most so many, 1 to 1,000
     * @return how many
     * @throws IllegalStateException when the queue cannot be worked on
     */
    public int returnParked(int most) {
        return parked.putBack(most);
    }

    // --- troubles ---

    private void queueTrouble(String queue, String what, Throwable cause) {
        voice.warning("has a queue for failed messages, '" + queue + "', that " + what, cause);
    }

    private final class Moves implements Mover.Listener {

        @Override
        public void trouble(String queue, boolean lasting, String why, Throwable cause) {
            if (!troubled.add(queue)) {
                return;
            }
            String what = "cannot move a failed message to queue '" + queue + "': " + why;
            if (!lasting) {
                voice.warning(what + "; tries again, and it stays unsettled meanwhile", cause);
            } else if (queue.equals(queues.parkingQueue())) {
                voice.alarm(what + "; such messages stay unsettled until the queue exists", cause);
            } else {
                voice.alarm(
                        what
                                + "; until the queue exists, such messages stay with their session"
                                + " for their delay, and take room of its prefetch",
                        cause);
            }
        }

        @Override
        public void moved(String queue) {
            if (troubled.remove(queue)) {
                voice.info("moves failed messages to queue '" + queue + "' again");
            }
        }
    }

    /** Lets go of the links. What is under way ends with the channels of its originals. */
    @Override
    public void close() {
        publisher.close();
    }
}
