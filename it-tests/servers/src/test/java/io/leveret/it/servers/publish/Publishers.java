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

    /** The connection factory with transactionMode=AFTER_COMMIT, and a parking queue. */
    private static final String AFTER_COMMIT = "java:/leveret/publish";

    /** The connection factory with transactionMode=LOCAL. */
    private static final String LOCAL = "java:/leveret/local";

    @Resource(lookup = AFTER_COMMIT)
    private MqConnectionFactory factory;

    @Resource(lookup = LOCAL)
    private MqConnectionFactory localFactory;

    @Inject
    @MqTarget(connectionFactory = AFTER_COMMIT)
    private MqPublisher injected;

    @Inject
    @MqTarget(connectionFactory = AFTER_COMMIT, transactionMode = MqTransactionMode.NONE)
    private MqPublisher injectedForNone;

    @Inject
    @MqTarget(connectionFactory = LOCAL)
    private MqPublisher injectedForLocal;

    @Inject private PublishBooks books;

    private MqPublisher created;
    private MqPublisher createdForNone;
    private MqPublisher createdForLocal;

    @PostConstruct
    void create() {
        MqPublisherOptions options = MqPublisherOptions.defaults();
        created = factory.createPublisher(options);
        createdForNone =
                factory.createPublisher(options.withTransactionMode(MqTransactionMode.NONE));
        createdForLocal = localFactory.createPublisher(options);
    }

    /** Publishes; gives what is not decided yet when it returns. */
    List<CompletableFuture<Void>> publish(Work work) {
        books.attempt(work.ids());
        Frame frame = work.frame();
        return switch (work.style()) {
            case PUBLISH -> oneByOne(work, created(frame)::publish);
            case INJECTED -> oneByOne(work, injected(frame)::publish);
            case HANDLE -> onHandle(work, frame.local() ? localFactory : factory);
            case ALL -> all(work, created(frame));
            case ASYNC -> async(work, created(frame));
        };
    }

    private MqPublisher created(Frame frame) {
        return frame.local() ? createdForLocal : frame.ignored() ? createdForNone : created;
    }

    private MqPublisher injected(Frame frame) {
        return frame.local() ? injectedForLocal : frame.ignored() ? injectedForNone : injected;
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
        if (!work.frame().joins()) {
            books.outcome(id, MqOutcome.CONFIRMED);
        }
    }

    private List<CompletableFuture<Void>> onHandle(Work work, MqConnectionFactory from) {
        MqConnection connection;
        try {
            connection = from.getConnection();
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
