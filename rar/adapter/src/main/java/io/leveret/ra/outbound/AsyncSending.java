package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Publishes for one publisher without waiting for the answers, and has made again what is due to
 * be: see {@link Tries} and {@link Repeats}.
 *
 * <p>What waits to be made again has left the confirm window of its channel. So that a caller
 * cannot outrun the broker all the same, a publish that may be made again keeps a place of its own
 * until it has ended for good.
 *
 * <p>Thread-safe.
 */
final class AsyncSending {

    private static final int PLACES = 500;

    private final Lane lane;
    private final Semaphore places = new Semaphore(PLACES, true);

    AsyncSending(Lane lane) {
        this.lane = lane;
    }

    /** Writes one on the caller's thread; {@link Publication#ended} tells the rest. */
    void send(Publication p, Terms terms, Deadline deadline, Outbound room)
            throws NotWrittenException, InterruptedException {
        boolean place = terms.retry().retries() > 0;
        if (place && !places.tryAcquire(deadline.nanos(), TimeUnit.NANOSECONDS)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "too many publishes were not answered until the deadline", null);
        }
        One one = new One(p, new Tries(terms.retry(), deadline), deadline, room, place);
        boolean written = false;
        try {
            one.written(lane.write(p, deadline));
            written = true;
        } finally {
            if (!written) {
                one.leave();
            }
        }
    }

    /**
     * One publish, from its first try to its end.
     *
     * <pre>{@code
     * WRITTEN --answer that is final-----------------> ENDED
     *  ^   \--answer that asks for another try--> WAITING in Repeats
     *  |                                            |  |
     *  +-----written--------------------------------+  +--deadline over, adapter stops--> ENDED
     * }</pre>
     */
    private final class One implements Repeats.Repeat {

        private final Publication p;
        private final Tries tries;
        private final Deadline deadline;
        private final Outbound room;
        private final boolean place;
        private LinkGroup held;
        private Result last;

        private One(Publication p, Tries tries, Deadline deadline, Outbound room, boolean place) {
            this.p = p;
            this.tries = tries;
            this.deadline = deadline;
            this.room = room;
            this.place = place;
        }

        private void written(Lane.Written written) {
            if (written.result() != null) {
                answered(written.port(), written.result());
                return;
            }
            room.answers.await(
                    written.pending(),
                    deadline,
                    result -> {
                        written.port().learn(p, result);
                        answered(written.port(), result);
                    });
        }

        private void answered(PublishPort port, Result result) {
            Duration pause = tries.next(result);
            last = result;
            if (pause == null) {
                end(result);
                return;
            }
            try {
                if (held == null) {
                    held = room.links.acquire(port.group().key());
                }
                room.repeats.after(pause, this);
            } catch (LinkUnavailableException e) {
                end(Result.of(MqOutcome.NOT_SENT, e.getMessage(), e));
            }
        }

        @Override
        public Object links() {
            return held;
        }

        @Override
        public boolean run(Duration slice) throws InterruptedException {
            if (!held.isReady()) {
                return late(held.whyNotReady(), null);
            }
            PublishPort port = MqManagedConnectionFactory.port(room, held);
            Publication again = tries.again(p);
            // What proves an exchange is waited for: cut short it would be unknown.
            Deadline limit = port.isProven(p.exchange()) ? deadline.atMost(slice) : deadline;
            Lane.Written written;
            try {
                written = Lane.write(port, again, limit);
            } catch (NotWrittenException e) {
                return late(e.getMessage(), e);
            }
            tries.written(p.factory());
            written(written);
            return true;
        }

        /** It could not be written: ends it when there is no time left. */
        private boolean late(String why, NotWrittenException e) {
            boolean over = deadline.isOver() || e != null && e.permanent();
            if (over) {
                end(Result.of(MqOutcome.NOT_SENT, why, e));
            }
            return over;
        }

        @Override
        public void giveUp() {
            end(last);
        }

        private void end(Result result) {
            leave();
            p.ended(tries.whole(result));
        }

        private void leave() {
            if (held != null) {
                held.release();
            }
            if (place) {
                places.release();
            }
        }
    }
}
