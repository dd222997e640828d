package io.leveret.ra.outbound;

import io.leveret.MqBatchException;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of one batch, and how each of them ends. Failure cases: one cannot be sent as it is
 * (the others can), time is over or the caller is interrupted (those behind are NOT_SENT, those
 * written before keep their own outcome), some are to be made again (see {@link Tries}: when the
 * answers of all are there, pipelined and in their order). Used by one thread.
 */
final class Batch {

    private final Map<Integer, MqPublishException> failures = new TreeMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final int size;
    private final Terms terms;
    private final Deadline deadline;

    Batch(int size, Terms terms, Deadline deadline) {
        this.size = size;
        this.terms = terms;
        this.deadline = deadline;
    }

    /** One of them, and the how many-th it is. */
    record Item(int index, Publication publication, Tries tries) {

        private Item again() {
            return new Item(index, tries.again(publication), tries);
        }
    }

    Item item(int index, Publication publication) {
        return new Item(index, publication, new Tries(terms.retry(), deadline));
    }

    private record Sent(Item item, Lane.Written written) {}

    private record Refused(Item item, Result result) {}

    /** What is done with each, one after the other. */
    interface Step {
        void run(Item item) throws NotWrittenException, InterruptedException;
    }

    /** Writes one after the other, then waits for their answers; again what is due to be. */
    void publish(List<Item> all, Lane lane) {
        List<Item> todo = all;
        while (!todo.isEmpty()) {
            sent.clear();
            publish(todo, item -> write(item, lane));
            todo = again();
        }
    }

    private void write(Item item, Lane lane) throws NotWrittenException, InterruptedException {
        sent.add(new Sent(item, lane.write(item.publication(), deadline)));
        item.tries().written(item.publication().factory());
    }

    /** Waits for the answers, and after that as long as those that are made again have to. */
    private List<Item> again() {
        List<Refused> again = new ArrayList<>();
        Duration longest = Duration.ZERO;
        for (Sent each : sent) {
            Result result = each.written().await(each.item().publication(), deadline);
            Duration pause = each.item().tries().next(result);
            if (pause == null) {
                ended(each.item(), result);
            } else {
                again.add(new Refused(each.item(), result));
                longest = pause.compareTo(longest) > 0 ? pause : longest;
            }
        }
        if (!again.isEmpty() && !Sending.paused(longest, deadline)) {
            again.forEach(each -> ended(each.item(), each.result()));
            return List.of();
        }
        return again.stream().map(each -> each.item().again()).toList();
    }

    /** Notes that one was written without a confirm, or could not be. */
    void written(Item item, Result result) {
        if (result.outcome() == MqOutcome.CONFIRMED) {
            item.publication().factory().writtenUnconfirmed();
        } else {
            ended(item, result);
        }
    }

    /** Does something with each, until that makes no sense any more. */
    void publish(List<Item> all, Step step) {
        for (int i = 0; i < all.size(); i++) {
            Item item = all.get(i);
            try {
                step.run(item);
            } catch (NotWrittenException e) {
                if (!e.permanent()) {
                    notSent(all.subList(i, all.size()), e);
                    return;
                }
                notSent(List.of(item), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                notSent(
                        all.subList(i, all.size()),
                        new NotWrittenException(Kind.DEADLINE, "the caller was interrupted", e));
                return;
            }
        }
    }

    /** Notes that some were not written. */
    void notSent(List<Item> some, NotWrittenException why) {
        Result result = Result.of(MqOutcome.NOT_SENT, why.getMessage(), why);
        some.forEach(item -> ended(item, result));
    }

    private void ended(Item item, Result last) {
        Publication p = item.publication();
        Result result = item.tries().whole(last);
        if (result.outcome() == MqOutcome.CONFIRMED) {
            p.factory().ended(MqOutcome.CONFIRMED);
        } else {
            failed(item.index(), p.factory(), result.exception(p));
        }
    }

    /** Notes that one has failed. */
    void failed(int index, FactoryStatus factory, MqPublishException why) {
        factory.ended(why.outcome());
        failures.put(index, why);
    }

    /** Throws when one has failed. */
    void end() {
        if (!failures.isEmpty()) {
            throw new MqBatchException(size, List.copyOf(failures.values()));
        }
    }
}
