package io.leveret.ra.outbound;

import io.leveret.MqBatchException;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages of one batch, and how each of them ends. Failure cases: one cannot be sent as it is
 * (the others can), time is over or the caller is interrupted (those behind are NOT_SENT, those
 * written before keep their own outcome). Used by one thread.
 */
final class Batch {

    private final List<MqPublishException> failures = new ArrayList<>();
    private final List<Publication> publications = new ArrayList<>();
    private final List<Lane.Written> written = new ArrayList<>();
    private final int size;

    Batch(int size) {
        this.size = size;
    }

    /** What is done with each, one after the other. */
    interface Step {
        void run(Publication p) throws NotWrittenException, InterruptedException;
    }

    /** Writes one after the other, then waits for their answers. */
    void publish(List<Publication> all, Lane lane, Deadline deadline) {
        publish(
                all,
                p -> {
                    Lane.Written one = lane.write(p, deadline);
                    publications.add(p);
                    written.add(one);
                });
        for (int i = 0; i < written.size(); i++) {
            answered(publications.get(i), written.get(i), deadline);
        }
    }

    /** Does something with each, until that makes no sense any more. */
    void publish(List<Publication> all, Step step) {
        for (int i = 0; i < all.size(); i++) {
            Publication p = all.get(i);
            try {
                step.run(p);
            } catch (NotWrittenException e) {
                if (!e.permanent()) {
                    notSent(all.subList(i, all.size()), e);
                    return;
                }
                notSent(List.of(p), e);
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
    void notSent(List<Publication> some, NotWrittenException why) {
        for (Publication p : some) {
            failed(
                    p.factory(),
                    new MqPublishException(
                            MqOutcome.NOT_SENT, p.messageId(), why.getMessage(), why));
        }
    }

    private void answered(Publication p, Lane.Written one, Deadline deadline) {
        Result result = one.result();
        if (result == null) {
            result = one.pending().await(deadline);
            one.port().learn(p, result);
        }
        if (result.outcome() == MqOutcome.CONFIRMED) {
            p.factory().ended(MqOutcome.CONFIRMED);
        } else {
            failed(p.factory(), result.exception(p));
        }
    }

    /** Notes that one has failed. */
    void failed(FactoryStatus factory, MqPublishException why) {
        factory.ended(why.outcome());
        failures.add(why);
    }

    /** Throws when one has failed. */
    void end() {
        if (!failures.isEmpty()) {
            throw new MqBatchException(size, failures);
        }
    }
}
