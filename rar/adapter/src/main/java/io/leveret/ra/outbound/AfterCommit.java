package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Events;
import io.leveret.ra.tx.AfterCommitFlusher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes what one transaction committed: all of it pipelined on the adapter's own channel, then
 * what was not confirmed again, with the same ids, until the time is over. What was nacked or is
 * unknown carries the possible-duplicate mark from then on. What the broker gives back can never be
 * published: it is reported and dropped, because the work behind it is committed.
 */
final class AfterCommit implements AfterCommitFlusher<Publication> {

    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(2);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final int NAMED = 20;

    private final PublishPort port;
    private final Retrier retrier;
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
            PublishPort port, Retrier retrier, Events events, boolean serial, Runnable release) {
        this.serial = serial;
        this.port = port;
        this.retrier = retrier;
        this.events = events;
        this.release = release;
    }

    @Override
    public void check(List<Publication> publishes) throws InterruptedException {
        if (!port.group().awaitReady(Deadline.in(COMMIT_LIMIT))) {
            throw new MqPublishException(
                    MqOutcome.NOT_SENT,
                    publishes.get(0).messageId(),
                    "the transaction is rolled back because its "
                            + publishes.size()
                            + " message(s) could not be published after the commit: "
                            + port.group().whyNotReady(),
                    null);
        }
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
        while (true) {
            todo = round(todo, deadline);
            if (todo.isEmpty() || deadline.isOver() || Thread.currentThread().isInterrupted()) {
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
    }

    /** Publishes each once, in order; returns what has to be repeated, in order. */
    private List<Publication> round(List<Publication> todo, Deadline deadline) {
        Map<Publication, PendingPublish> pending = new LinkedHashMap<>();
        Map<Publication, Result> results = new LinkedHashMap<>();
        boolean pipelined = !serial && todo.stream().allMatch(p -> port.isProven(p.exchange()));
        List<Publication> dropped = new ArrayList<>();
        for (Publication p : todo) {
            try {
                if (pipelined) {
                    pending.put(p, port.own(deadline).publish(p, deadline, true));
                } else {
                    results.put(p, port.publishQuarantined(p, deadline));
                }
            } catch (NotWrittenException e) {
                if (!e.permanent()) {
                    lastCause = e;
                    break; // those behind it wait for it: order holds inside a transaction
                }
                dropped.add(p);
                p.ended(Result.of(MqOutcome.NOT_SENT, e.getMessage(), e));
                undeliverable(p, e.getMessage());
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
                if (!dropped.contains(p)) {
                    again.add(p);
                }
                continue;
            }
            port.learn(p, result);
            switch (result.outcome()) {
                case CONFIRMED -> p.ended(result);
                case RETURNED -> {
                    p.ended(result);
                    undeliverable(p, result.reason());
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

    private void undeliverable(Publication p, String reason) {
        events.alarm(
                MqEvent.Source.CONNECTION_FACTORY,
                p.factory().name(),
                "has a committed transaction, but its " + p + " can never be published: " + reason,
                null);
    }

    @Override
    public void handOver(List<Publication> left, boolean marked) {
        retrier.add(
                port, marked ? left.stream().map(Publication::marked).toList() : left, lastCause);
    }

    @Override
    public void rolledBack(List<Publication> publishes) {
        publishes.forEach(Publication::rolledBack);
    }

    @Override
    public Duration commitLimit() {
        return COMMIT_LIMIT;
    }

    @Override
    public void end(int enlisted) {
        retrier.free(enlisted);
        release.run();
    }

    static String ids(List<Publication> publishes) {
        List<String> ids = publishes.stream().limit(NAMED).map(Publication::messageId).toList();
        return ids + (publishes.size() > NAMED ? " and more" : "");
    }
}
