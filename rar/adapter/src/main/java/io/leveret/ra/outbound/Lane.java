package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;

/**
 * Writes publishes one behind the other, in the order of the calls, and returns before they are
 * answered: all over the channel that the adapter itself has on the links. A channel of the pool
 * would not do, because the next lease may be another one.
 *
 * <p>A container is asked for a lease all the same, for each: it knows as whom the caller
 * publishes, and so over which links.
 *
 * <p>Failure cases: those of {@link FactoryPublisher} before the write. An exchange that is not
 * proven costs a round trip: its publish is answered before it is left, so that order holds.
 * Thread-safe.
 */
final class Lane {

    private final Leases leases;

    Lane(Leases leases) {
        this.leases = leases;
    }

    /**
     * One that was written.
     *
     * @param port where
     * @param pending waits for its answer, null when that is known
     * @param result the answer, null when it is not known
     */
    record Written(PublishPort port, PendingPublish pending, Result result) {

        /** Waits for the answer, and learns from it. */
        Result await(Publication p, Deadline deadline) {
            if (result != null) {
                return result;
            }
            Result answer = pending.await(deadline);
            port.learn(p, answer);
            return answer;
        }
    }

    /** Writes one; waits where that is not possible yet. */
    Written write(Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        return leases.until(p, deadline, () -> write(leases.port(p, deadline), p, deadline));
    }

    /** Writes one over links that are known. */
    static Written write(PublishPort port, Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        Leases.awaitReady(port.group(), deadline, null);
        try {
            if (port.isProven(p.exchange())) {
                return new Written(port, port.own(deadline).publish(p, deadline, true), null);
            }
            return new Written(port, null, port.publishQuarantined(p, deadline));
        } catch (LinkUnavailableException e) {
            throw new NotWrittenException(Kind.TEMPORARY, e.getMessage(), e).on(port.group());
        } catch (NotWrittenException e) {
            throw e.on(port.group());
        }
    }
}
