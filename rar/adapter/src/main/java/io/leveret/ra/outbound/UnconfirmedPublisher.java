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
 * Publishes for applications without confirms, for those who ask for that: see {@link
 * MqPublisherOptions#withUnconfirmed}. A call is over when the message is written; transactions and
 * retries do not apply.
 *
 * <p>Leases are what they are for {@link Lane}: they tell over which links. Thread-safe.
 */
final class UnconfirmedPublisher extends TargetPublisher {

    private final Leases leases;

    UnconfirmedPublisher(
            MqManagedConnectionFactory factory,
            ConnectionManager manager,
            MqPublisherOptions options) {
        super(factory, options);
        this.leases = new Leases(factory, manager);
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        FactoryStatus status = status(message);
        try {
            Outbound room = settings(message, MqManagedConnectionFactory::startedRoom);
            Deadline deadline = terms(message).begin();
            Publication p = publication(exchange, routingKey, message, status);
            Result result = Sending.result(() -> write(p, room, deadline));
            if (result.outcome() != MqOutcome.CONFIRMED) {
                throw result.exception(p);
            }
            status.writtenUnconfirmed();
        } catch (MqPublishException e) {
            status.ended(e.outcome());
            throw e;
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
    }

    @Override
    void publishAll(List<Batch.Item> all, Batch batch, Terms terms, Deadline deadline) {
        Outbound room =
                settings(
                        all.get(0).publication().message(),
                        MqManagedConnectionFactory::startedRoom);
        batch.publish(all, item -> batch.written(item, write(item.publication(), room, deadline)));
    }

    @Override
    public CompletionStage<Void> publishAsync(
            String exchange, String routingKey, MqMessage message) {
        try {
            publish(exchange, routingKey, message);
            return CompletableFuture.completedStage(null);
        } catch (MqPublishException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private Result write(Publication p, Outbound room, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        return leases.until(
                p,
                deadline,
                () -> PlainPort.of(room, leases.port(p, deadline).group()).write(p, deadline));
    }
}
