package io.leveret.ra.outbound;

import io.leveret.MqBatchException;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of one batch, and how each of them ends. Failure cases: one cannot be sent as it is
 * (the others can), time is over or the caller is interrupted (those behind are NOT_SENT, those
 * written before keep their own outcome). Used by one thread.
 */
final class Batch {

    private final Map<Integer, MqPublishException> failures = new TreeMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final int size;

    Batch(int size) {
        this.size = size;
    }

    /** One of them, and the how many-th it is. */
    record Item(int index, Publication publication) {}

    private record Sent(Item item, Lane.Written written) {}

    /** What is done with each, one after the other. */
    interface Step {
        void run(Item item) throws NotWrittenException, InterruptedException;
    }

    /** Writes one after the other, then waits for their answers. */
    void publish(List<Item> all, Lane lane, Deadline deadline) {
        publish(all, item -> sent.add(new Sent(item, lane.write(item.publication(), deadline))));
        sent.forEach(each -> answered(each.item(), each.written(), deadline));
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
        for (Item item : some) {
            Publication p = item.publication();
            failed(
                    item.index(),
                    p.factory(),
                    new MqPublishException(
                            MqOutcome.NOT_SENT, p.messageId(), why.getMessage(), why));
        }
    }

    private void answered(Item item, Lane.Written one, Deadline deadline) {
        Publication p = item.publication();
        Result result = one.await(p, deadline);
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
