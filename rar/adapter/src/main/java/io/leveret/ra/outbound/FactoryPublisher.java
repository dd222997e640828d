package io.leveret.ra.outbound;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisherOptions;
import io.leveret.ra.link.Deadline;
import jakarta.resource.spi.ConnectionManager;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Publishes for applications.
 *
 * <pre>{@code
 * publish --in a transaction, AFTER_COMMIT--> ENLISTED (returns; see Enlister)
 *    |
 *    v
 * WAITING for link and gate, no lease held --deadline--> NOT_SENT
 *    |        ^
 *    v        | links down, gate shut or channel closed: nothing written
 * LEASED from the pool, writing
 *    |
 *    v
 * WRITTEN, lease given back, waiting for the answer --> one of the other outcomes
 * }</pre>
 *
 * <p>Thread-safe.
 */
final class FactoryPublisher extends TargetPublisher {

    private final Enlister enlister;
    private final Sending sending;
    private final Lane lane;
    private final AsyncSending async;

    FactoryPublisher(
            MqManagedConnectionFactory factory,
            ConnectionManager manager,
            MqPublisherOptions options) {
        super(factory, options);
        Leases leases = new Leases(factory, manager);
        this.enlister = new Enlister(factory, leases);
        this.sending = new Sending(factory, leases);
        this.lane = new Lane(leases);
        this.async = new AsyncSending(lane);
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        publish(
                exchange,
                routingKey,
                message,
                enlister::enlist,
                (p, terms, d) -> check(p, sending.send(p, terms.retry(), d)));
    }

    // --- batches ---

    @Override
    void publishAll(List<Batch.Item> all, Batch batch, Terms terms, Deadline deadline) {
        try {
            if (enlister.isDue(terms.mode(), all.get(0).publication())) {
                batch.publish(all, item -> enlister.enlist(item.publication(), deadline));
            } else {
                batch.publish(all, lane);
            }
        } catch (NotWrittenException e) {
            batch.notSent(all, e);
        }
    }

    // --- without waiting ---

    @Override
    public CompletionStage<Void> publishAsync(
            String exchange, String routingKey, MqMessage message) {
        FactoryStatus status = status(message);
        try {
            Publication p = publication(exchange, routingKey, message, status);
            return publishAsync(p);
        } catch (MqPublishException e) {
            status.ended(e.outcome());
            return CompletableFuture.failedStage(e);
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
    }

    private CompletionStage<Void> publishAsync(Publication plain) {
        Outbound room = settings(plain.message(), MqManagedConnectionFactory::startedRoom);
        Ending ending = new Ending(room.answers, terms(plain.message()).timeout());
        go(plain.with(ending), enlister::enlist, (p, terms, d) -> async.send(p, terms, d, room));
        return ending.stage();
    }

    // --- on a connection of the application's ---

    /** Publishes on a handle that the application holds itself, without waiting for a lost link. */
    void publishOn(
            MqConnectionHandle handle, String exchange, String routingKey, MqMessage message) {
        publish(
                exchange,
                routingKey,
                message,
                (p, d) -> enlister.enlist(p, handle.held()),
                (p, terms, d) ->
                        check(
                                p,
                                sending.sendOn(
                                        handle, handle.held().group(), p, terms.retry(), d)));
    }

    /** How a publish joins the transaction. */
    private interface Inside {
        void go(Publication p, Deadline deadline) throws NotWrittenException, InterruptedException;
    }

    /** How a publish goes without one. */
    private interface Outside {
        void go(Publication p, Terms terms, Deadline deadline)
                throws NotWrittenException, InterruptedException;
    }

    private void publish(
            String exchange, String routingKey, MqMessage message, Inside inside, Outside outside) {
        FactoryStatus status = status(message);
        try {
            Publication p = publication(exchange, routingKey, message, status);
            if (!go(p, inside, outside)) {
                status.ended(MqOutcome.CONFIRMED);
            }
        } catch (MqPublishException e) {
            status.ended(e.outcome());
            throw e;
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
    }

    /** Publishes, or enlists for after the commit; returns true when it did the latter. */
    private boolean go(Publication p, Inside inside, Outside outside) {
        Terms terms = terms(p.message());
        Deadline deadline = terms.begin();
        try {
            if (enlister.isDue(terms.mode(), p)) {
                inside.go(p, deadline);
                return true;
            }
            outside.go(p, terms, deadline);
            return false;
        } catch (NotWrittenException e) {
            throw new MqPublishException(MqOutcome.NOT_SENT, p.messageId(), e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqPublishException(
                    MqOutcome.NOT_SENT, p.messageId(), "the caller was interrupted", e);
        }
    }

    private static void check(Publication p, Result result) {
        if (result.outcome() != MqOutcome.CONFIRMED) {
            throw result.exception(p);
        }
    }
}
