package io.leveret.it.servers.publish;

import io.leveret.MqBatchException;
import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTarget;
import io.leveret.MqTransactionMode;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * Publishes, by every part of the API, and writes down what it is told. What only joins a
 * transaction has no outcome yet, unless it may not join.
 */
@ApplicationScoped
public class Publishers {

    @Resource(lookup = "java:/leveret/ConnectionFactory")
    private MqConnectionFactory factory;

    @Inject @MqTarget private MqPublisher injected;

    @Inject
    @MqTarget(transactionMode = MqTransactionMode.NONE)
    private MqPublisher injectedForNone;

    @Inject private PublishBooks books;

    private MqPublisher created;
    private MqPublisher createdForNone;

    @PostConstruct
    void create() {
        MqPublisherOptions options = MqPublisherOptions.defaults();
        created = factory.createPublisher(options);
        createdForNone =
                factory.createPublisher(options.withTransactionMode(MqTransactionMode.NONE));
    }

    /** Publishes; gives what is not decided yet when it returns. */
    List<CompletableFuture<Void>> publish(Work work) {
        books.attempt(work.ids());
        boolean none = work.frame().ignored();
        MqPublisher own = none ? createdForNone : created;
        MqPublisher given = none ? injectedForNone : injected;
        return switch (work.style()) {
            case PUBLISH -> oneByOne(work, own::publish);
            case INJECTED -> oneByOne(work, given::publish);
            case HANDLE -> onHandle(work);
            case ALL -> all(work, own);
            case ASYNC -> async(work, own);
        };
    }

    private interface Publish {
        void publish(String exchange, String routingKey, MqMessage message);
    }

    private List<CompletableFuture<Void>> oneByOne(Work work, Publish way) {
        Destination to = work.destination();
        for (MqMessage message : work.messages()) {
            try {
                way.publish(to.exchange(), to.queue(), message);
                accepted(work, message.messageId());
            } catch (MqPublishException e) {
                books.outcome(message.messageId(), e.outcome());
            }
        }
        return List.of();
    }

    private void accepted(Work work, String id) {
        if (!work.frame().afterCommit()) {
            books.outcome(id, MqOutcome.CONFIRMED);
        }
    }

    private List<CompletableFuture<Void>> onHandle(Work work) {
        MqConnection connection;
        try {
            connection = factory.getConnection();
        } catch (MqConnectionException e) {
            work.ids().forEach(id -> books.outcome(id, MqOutcome.NOT_SENT));
            return List.of();
        }
        try (connection) {
            return oneByOne(work, connection::publish);
        }
    }

    private List<CompletableFuture<Void>> all(Work work, MqPublisher publisher) {
        Set<String> good = new HashSet<>(work.ids());
        try {
            Destination to = work.destination();
            publisher.publishAll(to.exchange(), to.queue(), work.messages());
        } catch (MqBatchException e) {
            for (MqPublishException failure : e.failures()) {
                good.remove(failure.messageId());
                books.outcome(failure.messageId(), failure.outcome());
            }
        }
        good.forEach(id -> accepted(work, id));
        return List.of();
    }

    private List<CompletableFuture<Void>> async(Work work, MqPublisher publisher) {
        Destination to = work.destination();
        return work.messages().stream()
                .map(
                        message ->
                                publisher
                                        .publishAsync(to.exchange(), to.queue(), message)
                                        .handle((none, e) -> completed(message.messageId(), e))
                                        .toCompletableFuture())
                .collect(Collectors.toList());
    }

    private Void completed(String id, Throwable e) {
        Throwable cause = e instanceof CompletionException ? e.getCause() : e;
        if (cause == null) {
            books.outcome(id, MqOutcome.CONFIRMED);
        } else if (cause instanceof MqPublishException failure) {
            books.outcome(id, failure.outcome());
        } else {
            books.strange(id, cause);
        }
        return null;
    }

    /** Publishes one message that is in no book, and tells how that ended. */
    MqOutcome publishBeside(String exchange, String key) {
        try {
            created.publish(exchange, key, MqMessage.text("beside"));
            return MqOutcome.CONFIRMED;
        } catch (MqPublishException e) {
            return e.outcome();
        }
    }
}
