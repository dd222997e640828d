package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqEvent;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.tx.AfterCommitFlusher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Publishes what one transaction committed: all of it pipelined on the adapter's own channel, then
 * what was not confirmed again, with the same ids, until the time is over. What was nacked or is
 * unknown carries the possible-duplicate mark from then on. What the broker gives back can never be
 * published: it goes to the factory's parking queue, and where there is none it is reported and
 * dropped, because the work behind it is committed.
 */
final class AfterCommit implements AfterCommitFlusher<Publication> {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final int NAMED = 20;

    private final PublishPort port;
    private final Retrier retrier;
    private final Room room;
    private final Events events;
    private final Runnable release;
    private boolean serial;
    private Throwable lastCause;

    /**
     * Creates a flusher.
     *
     * @param serial true to publish one at a time where a refusal hurts nobody else
     */
    AfterCommit(
            PublishPort port,
            Retrier retrier,
            Room room,
            Events events,
            boolean serial,
            Runnable release) {
        this.serial = serial;
        this.port = port;
        this.retrier = retrier;
        this.room = room;
        this.events = events;
        this.release = release;
    }

    /** Whether it publishes one at a time, because the broker has refused one of them. */
    boolean isSerial() {
        return serial;
    }

    @Override
    public void check(List<Publication> publishes) throws InterruptedException {
        Duration limit = limit(publishes);
        Deadline deadline = port.patience().until(Deadline.in(limit), limit);
        if (!port.group().awaitReady(deadline)) {
            throw refused(publishes, port.group().whyNotReady(), null);
        }
        Set<String> exchanges = new HashSet<>();
        for (Publication p : publishes) {
            if (exchanges.add(p.exchange())) {
                find(p.exchange(), publishes, Deadline.in(limit));
            }
        }
        if (port.group().isClosed()) { // last: it may have been closed meanwhile
            throw refused(publishes, port.group().whyNotReady(), null);
        }
    }

    private void find(String exchange, List<Publication> publishes, Deadline deadline)
            throws InterruptedException {
        try {
            port.find(exchange, deadline);
        } catch (LinkUnavailableException e) {
            String why =
                    CloseReason.of(e).channelCode() == AMQP.NOT_FOUND
                            ? "there is no exchange '" + exchange + "'"
                            : "it is not known whether there is an exchange '"
                                    + exchange
                                    + "': "
                                    + e.getMessage();
            throw refused(publishes, why, e);
        }
    }

    private static MqPublishException refused(
            List<Publication> publishes, String why, Exception cause) {
        return new MqPublishException(
                MqOutcome.NOT_SENT,
                publishes.get(0).messageId(),
                "the transaction is rolled back because its "
                        + publishes.size()
                        + " message(s) could not be published after the commit: "
                        + why,
                cause);
    }

    private static Duration limit(List<Publication> publishes) {
        return publishes.stream()
                .map(p -> p.settings().transactions().afterCommitTimeout())
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    @Override
    public void committed(List<Publication> publishes) {
        publishes.forEach(Publication::committed);
    }

    @Override
    public List<Publication> flush(List<Publication> publishes, boolean marked, Duration limit) {
        List<Publication> todo = publishes;
        if (marked) {
            todo = publishes.stream().map(Publication::marked).toList();
        }
        Deadline deadline = Deadline.in(limit);
        Duration pause = FIRST_PAUSE;
        while (!deadline.isOver()) {
            todo = round(todo, deadline);
            if (todo.isEmpty() || Thread.currentThread().isInterrupted()) {
                return todo;
            }
            try {
                deadline.pause(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return todo;
            }
            pause = pause.multipliedBy(2);
        }
        return todo;
    }

    /** Publishes each once, in order; returns what has to be repeated, in order. */
    private List<Publication> round(List<Publication> todo, Deadline deadline) {
        Map<Publication, PendingPublish> pending = new LinkedHashMap<>();
        Map<Publication, Result> results = new LinkedHashMap<>();
        boolean pipelined = !serial && todo.stream().allMatch(p -> port.isProven(p.exchange()));
        Map<Publication, Optional<Publication>> ended = new HashMap<>();
        ConfirmChannel channel = null;
        for (Publication p : todo) {
            try {
                if (pipelined) {
                    // One for all: what the first leaves unwritten must not come behind the next.
                    channel = channel == null ? port.own(deadline) : channel;
                    pending.put(p, channel.publish(p, deadline, true));
                } else {
                    results.put(p, port.publishQuarantined(p, deadline));
                }
            } catch (NotWrittenException e) {
                if (!e.permanent()) {
                    lastCause = e;
                    break; // those behind it wait for it: order holds inside a transaction
                }
                p.ended(Result.of(MqOutcome.NOT_SENT, e.getMessage(), e));
                ended.put(p, undeliverable(p, e.getMessage()));
            } catch (LinkUnavailableException e) {
                lastCause = e;
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        pending.forEach((p, answer) -> results.put(p, answer.await(deadline)));
        List<Publication> again = new ArrayList<>();
        for (Publication p : todo) {
            Result result = results.get(p);
            if (result == null) {
                ended.getOrDefault(p, Optional.of(p)).ifPresent(again::add);
                continue;
            }
            port.learn(p, result);
            switch (result.outcome()) {
                case CONFIRMED -> p.ended(result);
                case RETURNED -> {
                    p.ended(result);
                    undeliverable(p, result.reason()).ifPresent(again::add);
                }
                case NOT_SENT -> {
                    lastCause = result.cause();
                    again.add(p);
                }
                default -> {
                    lastCause = result.cause();
                    // One of several was refused and nobody knows which: from now on one by one.
                    serial |= ConfirmChannel.isPublishRefused(result.cause());
                    again.add(p.marked());
                }
            }
        }
        return again;
    }

    /** Tells of one that can never be published; gives what is to be published instead. */
    private Optional<Publication> undeliverable(Publication p, String reason) {
        Publication parked = p.parked(reason);
        String what =
                "has a committed transaction, but its "
                        + p
                        + " can never be published"
                        + (parked == null ? "" : " and goes to " + parked.routingKey())
                        + ": "
                        + reason;
        events.publish(
                Event.of(
                                parked == null ? MqEvent.Severity.ALARM : MqEvent.Severity.WARNING,
                                MqEvent.Source.CONNECTION_FACTORY,
                                p.factory().name(),
                                what)
                        .about(p.destined()));
        return Optional.ofNullable(parked);
    }

    @Override
    public void handOver(List<Publication> left, boolean marked) {
        retrier.add(
                port,
                marked ? left.stream().map(Publication::marked).toList() : left,
                lastCause,
                serial);
    }

    @Override
    public void rolledBack(List<Publication> publishes) {
        publishes.forEach(Publication::rolledBack);
    }

    @Override
    public Duration commitLimit(List<Publication> publishes) {
        // The thread may still hold a database connection. Where nothing can be hoped for it does
        // not wait.
        return port.group().isReady() && !retrier.isStuck(port) ? limit(publishes) : Duration.ZERO;
    }

    @Override
    public void end(List<Publication> enlisted) {
        room.free(enlisted);
        release.run();
    }

    static String ids(List<Publication> publishes) {
        List<String> ids = publishes.stream().limit(NAMED).map(Publication::messageId).toList();
        return ids + (publishes.size() > NAMED ? " and more" : "");
    }
}
