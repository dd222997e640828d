package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Events;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Goes on publishing what committed transactions could not publish in time, batch after batch, on
 * one worker thread that exists only while there is work. What comes in while it is busy goes out
 * together, pipelined, so that it catches up with any number of commits; a batch in which the
 * broker refuses one goes on by itself, one message at a time. It takes over the {@link Room} that
 * was taken when a publish enlisted, so that a commit never produces more than it can hold.
 *
 * <p>Stopping waits for it within the adapter's drain deadline. What is left then is one ERROR with
 * count and message ids. Thread-safe.
 */
final class Retrier {

    private static final Duration SLICE = Duration.ofSeconds(1);

    /** Of how many messages batches are put together. */
    private static final int MOST_TOGETHER = 500;

    /** What is published together over a group of links that is held for it. */
    private record Batch(
            PublishPort port, LinkGroup group, AfterCommit flusher, List<Publication> left) {

        private Batch with(List<Publication> other) {
            return new Batch(port, group, flusher, other);
        }

        private boolean takes(Batch other) {
            return port == other.port
                    && !flusher.isSerial()
                    && !other.flusher.isSerial()
                    && left.size() + other.left.size() <= MOST_TOGETHER;
        }
    }

    private final LinkRegistry links;
    private final Threads threads;
    private final Events events;
    private final Room room;
    private final Deque<Batch> queue = new ArrayDeque<>();

    /** Over which nothing has got through since it was tried last. */
    private final Set<PublishPort> stuck = new HashSet<>();

    /** What the worker publishes now; still the first of the queue. */
    private Batch atWork;

    private boolean running;
    private boolean closed;

    Retrier(LinkRegistry links, Threads threads, Events events, Room room) {
        this.links = links;
        this.threads = threads;
        this.events = events;
        this.room = room;
    }

    /** Whether nothing gets through over these links: a commit need not wait to find that out. */
    synchronized boolean isStuck(PublishPort port) {
        return stuck.contains(port);
    }

    /**
     * Goes on with what is left.
     *
     * @param cause what was last in the way, may be null
     * @param serial whether the broker has refused one of them
     */
    void add(PublishPort port, List<Publication> left, Throwable cause, boolean serial) {
        LinkGroup group;
        try {
            group = links.acquire(port.group().key());
        } catch (LinkUnavailableException e) {
            abandoned(left, e);
            return;
        }
        boolean tooLate;
        synchronized (this) {
            tooLate = closed;
            if (!tooLate) {
                room.takeAll(left);
                left.forEach(p -> p.factory().waits(1));
                AfterCommit flusher = new AfterCommit(port, this, room, events, serial, () -> {});
                enqueue(new Batch(port, group, flusher, left));
                stuck.add(port);
                if (running) {
                    return;
                }
                running = true;
            }
        }
        if (tooLate) {
            group.release();
            abandoned(left, null);
            return;
        }
        events.warning(
                MqEvent.Source.CONNECTION_FACTORY,
                left.get(0).factory().name(),
                "has a committed transaction whose publishes are not confirmed yet; they go on in"
                        + " the background, and so do those of others until all are done",
                cause);
        threads.executeUnlessClosed(this::run);
    }

    /**
     * Puts it behind the others, together with the last one where that can be; not with the first
     * one, which may be at work.
     */
    private void enqueue(Batch fresh) {
        Batch last = queue.size() > 1 ? queue.peekLast() : null;
        if (last == null || !last.takes(fresh)) {
            queue.add(fresh);
            return;
        }
        List<Publication> together = new ArrayList<>(last.left());
        together.addAll(fresh.left());
        queue.removeLast();
        queue.add(last.with(together));
        fresh.group().release();
    }

    private void run() {
        Batch batch;
        Batch last = null;
        while ((batch = head()) != null) {
            last = batch;
            replaceHead(batch, batch.flusher().flush(batch.left(), false, SLICE));
        }
        if (!closed() && last != null) {
            events.info(
                    MqEvent.Source.CONNECTION_FACTORY,
                    last.left().get(0).factory().name(),
                    "was the last one to publish what was left after commits: all is done");
        }
    }

    private synchronized boolean closed() {
        return closed;
    }

    private synchronized Batch head() {
        Batch head = closed ? null : queue.peek();
        running = head != null;
        atWork = head;
        notifyAll();
        return head;
    }

    private void replaceHead(Batch done, List<Publication> left) {
        synchronized (this) {
            if (atWork != done) {
                return; // given up at the stop
            }
            atWork = null;
            notifyAll();
            queue.remove();
            room.free(done.left());
            room.takeAll(left);
            done.left().forEach(p -> p.factory().waits(-1));
            left.forEach(p -> p.factory().waits(1));
            if (left.size() < done.left().size()) {
                stuck.remove(done.port());
            }
            if (!left.isEmpty()) {
                // Back to the end: a batch that cannot be published must not hold up the others.
                queue.add(done.with(left));
                return;
            }
        }
        done.group().release();
        events.info(
                MqEvent.Source.CONNECTION_FACTORY,
                done.left().get(0).factory().name(),
                "has published what was left after a commit");
    }

    /**
     * Waits until all is published, at most until the deadline, and reports what is left then. What
     * is being published at the deadline gets the second that it has begun.
     *
     * @param deadline when to be back
     */
    void close(Deadline deadline) {
        List<Publication> left = new ArrayList<>();
        synchronized (this) {
            try {
                while (!queue.isEmpty() && !deadline.isOver()) {
                    wait(Math.max(1, deadline.millis()));
                }
                closed = true;
                // Only the worker knows what it has written; it ends with its slice.
                Deadline slice = Deadline.in(SLICE.multipliedBy(2));
                while (atWork != null && !slice.isOver()) {
                    wait(Math.max(1, slice.millis()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            closed = true;
            for (Batch each : queue) {
                room.free(each.left());
                each.left().forEach(p -> left.add(each == atWork ? p.marked() : p));
            }
            atWork = null;
            queue.clear();
            stuck.clear();
        }
        left.forEach(p -> p.factory().waits(-1));
        if (!left.isEmpty()) {
            abandoned(left, null);
        }
    }

    /** One line for each factory; what may have arrived is counted as UNKNOWN. */
    private void abandoned(List<Publication> left, Throwable cause) {
        Map<FactoryStatus, List<Publication>> byFactory =
                left.stream().collect(Collectors.groupingBy(Publication::factory));
        byFactory.forEach(
                (factory, theirs) -> {
                    theirs.forEach(
                            p ->
                                    p.ended(
                                            Result.of(
                                                    p.message().possibleDuplicate()
                                                            ? MqOutcome.UNKNOWN
                                                            : MqOutcome.NOT_SENT,
                                                    "the adapter has stopped",
                                                    cause)));
                    events.alarm(
                            MqEvent.Source.CONNECTION_FACTORY,
                            factory.name(),
                            "has never published "
                                    + theirs.size()
                                    + " message(s) of committed transactions: "
                                    + AfterCommit.ids(theirs),
                            cause);
                });
    }
}
