package io.leveret.ra.outbound;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import io.leveret.ra.settings.PublishSettings;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
final class FactoryPublisher implements MqPublisher {

    private final MqManagedConnectionFactory factory;
    private final Leases leases;
    private final Enlister enlister;
    private final Lane lane;
    private final MqPublisherOptions options;
    private final MessageIds ids = new MessageIds();

    FactoryPublisher(
            MqManagedConnectionFactory factory,
            ConnectionManager manager,
            MqPublisherOptions options) {
        this.factory = factory;
        this.leases = new Leases(factory, manager);
        this.enlister = new Enlister(factory, leases);
        this.lane = new Lane(leases);
        this.options = options;
    }

    @Override
    public void publish(MqMessage message) {
        publish(targetKey(), message);
    }

    @Override
    public void publish(String routingKey, MqMessage message) {
        publish(targetExchange(), routingKey, message);
    }

    private String targetKey() {
        if (options.routingKey() == null) {
            throw new IllegalStateException(
                    "the publisher has no target: name exchange and routing key in the call");
        }
        return options.routingKey();
    }

    private String targetExchange() {
        return Objects.requireNonNullElse(options.exchange(), "");
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        publish(exchange, routingKey, message, enlister::enlist, (p, d) -> check(p, send(p, d)));
    }

    // --- batches ---

    @Override
    public void publishAll(List<MqMessage> messages) {
        publishAll(targetKey(), messages);
    }

    @Override
    public void publishAll(String routingKey, List<MqMessage> messages) {
        publishAll(targetExchange(), routingKey, messages);
    }

    @Override
    public void publishAll(String exchange, String routingKey, List<MqMessage> messages) {
        Batch batch = new Batch(messages.size());
        try {
            List<Batch.Item> all = items(exchange, routingKey, messages, batch);
            if (!all.isEmpty()) {
                publishAll(all, batch);
            }
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
        batch.end();
    }

    /** Checks and translates; those that cannot be sent as they are fail at once. */
    private List<Batch.Item> items(
            String exchange, String routingKey, List<MqMessage> messages, Batch batch) {
        List<Batch.Item> all = new ArrayList<>();
        int index = 0;
        for (MqMessage message : messages) {
            FactoryStatus status = settings(message, MqManagedConnectionFactory::status);
            try {
                all.add(new Batch.Item(index, publication(exchange, routingKey, message, status)));
            } catch (MqPublishException e) {
                batch.failed(index, status, e);
            }
            index++;
        }
        return all;
    }

    private void publishAll(List<Batch.Item> all, Batch batch) {
        Publication first = all.get(0).publication();
        PublishSettings settings =
                settings(first.message(), MqManagedConnectionFactory::publishing);
        Deadline deadline = Deadline.in(timeout(settings));
        try {
            if (enlister.isDue(mode(settings), first)) {
                batch.publish(all, item -> enlister.enlist(item.publication(), deadline));
            } else {
                batch.publish(all, lane, deadline);
            }
        } catch (NotWrittenException e) {
            batch.notSent(all, e);
        }
    }

    // --- without waiting ---

    @Override
    public CompletionStage<Void> publishAsync(MqMessage message) {
        return publishAsync(targetKey(), message);
    }

    @Override
    public CompletionStage<Void> publishAsync(String routingKey, MqMessage message) {
        return publishAsync(targetExchange(), routingKey, message);
    }

    @Override
    public CompletionStage<Void> publishAsync(
            String exchange, String routingKey, MqMessage message) {
        FactoryStatus status = settings(message, MqManagedConnectionFactory::status);
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
        Duration timeout =
                timeout(settings(plain.message(), MqManagedConnectionFactory::publishing));
        Ending ending = new Ending(room.answers, timeout);
        go(
                plain.with(ending),
                enlister::enlist,
                (p, d) -> written(p, lane.write(p, d), room.answers, d));
        return ending.stage();
    }

    private static void written(
            Publication p, Lane.Written written, AsyncAnswers answers, Deadline deadline) {
        if (written.result() != null) {
            p.ended(written.result());
            return;
        }
        answers.await(
                written.pending(),
                deadline,
                result -> {
                    written.port().learn(p, result);
                    p.told(result);
                });
    }

    // --- on a connection of the application's ---

    /** Publishes on a handle that the application holds itself, without waiting for a lost link. */
    void publishOn(
            MqConnectionHandle handle,
            LinkGroup group,
            String exchange,
            String routingKey,
            MqMessage message) {
        publish(
                exchange,
                routingKey,
                message,
                (p, d) -> enlister.enlist(p, group),
                (p, d) -> check(p, sendOn(handle, group, p, d)));
    }

    /** One of the ways that a publish can go. */
    private interface Way {
        void go(Publication p, Deadline deadline)
                throws NotWrittenException, LinkUnavailableException, InterruptedException;
    }

    private void publish(
            String exchange, String routingKey, MqMessage message, Way inTransaction, Way outside) {
        FactoryStatus status = settings(message, MqManagedConnectionFactory::status);
        try {
            Publication p = publication(exchange, routingKey, message, status);
            if (!go(p, inTransaction, outside)) {
                status.ended(MqOutcome.CONFIRMED);
            }
        } catch (MqPublishException e) {
            status.ended(e.outcome());
            throw e;
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
    }

    private Publication publication(
            String exchange, String routingKey, MqMessage message, FactoryStatus status) {
        int maxSize = settings(message, MqManagedConnectionFactory::publishing).maxMessageSize();
        return Publication.of(exchange, routingKey, message, ids, maxSize, status);
    }

    /** Publishes, or enlists for after the commit; returns true when it did the latter. */
    private boolean go(Publication p, Way inTransaction, Way outside) {
        PublishSettings settings = settings(p.message(), MqManagedConnectionFactory::publishing);
        Deadline deadline = Deadline.in(timeout(settings));
        try {
            boolean enlist = enlister.isDue(mode(settings), p);
            (enlist ? inTransaction : outside).go(p, deadline);
            return enlist;
        } catch (NotWrittenException | LinkUnavailableException e) {
            throw new MqPublishException(MqOutcome.NOT_SENT, p.messageId(), e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqPublishException(
                    MqOutcome.NOT_SENT, p.messageId(), "the caller was interrupted", e);
        }
    }

    private static Result sendOn(
            MqConnectionHandle handle, LinkGroup group, Publication p, Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        PublishPort port = handle.port();
        if (!port.isProven(p.exchange())) {
            return port.publishQuarantined(p, deadline);
        }
        if (!group.awaitReady(deadline)) {
            throw new NotWrittenException(Kind.DEADLINE, group.whyNotReady(), null);
        }
        return answer(p, port, handle.write(p, deadline), deadline);
    }

    /** Something that depends on the factory's settings, which may be wrong. */
    private interface FromSettings<T> {
        T of(MqManagedConnectionFactory factory) throws ResourceException;
    }

    private <T> T settings(MqMessage message, FromSettings<T> what) {
        try {
            return what.of(factory);
        } catch (ResourceException e) {
            throw new MqPublishException(
                    MqOutcome.NOT_SENT, message.messageId(), Causes.text(e), e);
        }
    }

    private Duration timeout(PublishSettings settings) {
        return Objects.requireNonNullElse(options.publishTimeout(), settings.publishTimeout());
    }

    private MqTransactionMode mode(PublishSettings settings) {
        return Objects.requireNonNullElse(options.transactionMode(), settings.transactionMode());
    }

    private static void check(Publication p, Result result) {
        if (result.outcome() != MqOutcome.CONFIRMED) {
            throw result.exception(p);
        }
    }

    // --- outside a transaction ---

    private Result send(Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        return leases.until(p, deadline, () -> leaseAndSend(p, deadline));
    }

    private Result leaseAndSend(Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        PublishPort port;
        PendingPublish pending = null;
        try (MqConnectionHandle lease = leases.lease(p, deadline)) {
            MqManagedConnection connection = lease.leased();
            port = connection.port();
            if (port.isProven(p.exchange())) {
                pending = write(connection, p, deadline);
            }
        }
        if (pending != null) {
            return answer(p, port, pending, deadline);
        }
        Lane.Written written = Lane.write(port, p, deadline);
        return written.result() != null
                ? written.result()
                : answer(p, port, written.pending(), deadline);
    }

    private static PendingPublish write(
            MqManagedConnection connection, Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        try {
            return connection.channel().publish(p, deadline, false);
        } catch (NotWrittenException e) {
            throw e.on(connection.group());
        }
    }

    private static Result answer(
            Publication p, PublishPort port, PendingPublish pending, Deadline deadline) {
        Result result = pending.await(deadline);
        port.learn(p, result);
        return result;
    }
}
