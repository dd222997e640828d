package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** What the listeners have in common: each does what a message's {@link Script} says. */
@ApplicationScoped
public class Work {

    @Inject private Journal journal;
    @Inject private Rows rows;
    @Inject private Gates gates;
    @Inject private Judge judge;

    /** Marks the work that a listener is doing for rollback. */
    interface Rollback {
        void mark() throws Exception;
    }

    /** Notes that a listener was called; returns which attempt for this message it is, from 1. */
    int begin(MqMessage message) {
        return journal.begin(message.messageId(), message.possibleDuplicate());
    }

    /** Inserts, publishes, waits and fails, as the message says, in the caller's transaction. */
    void perform(MqMessage message, int attempt, MqPublisher publisher, Rollback rollback)
            throws Exception {
        Script script = Script.of(message);
        String id = message.messageId();
        for (Rows.Source source : script.rows()) {
            rows.insert(source, id, attempt);
        }
        if (script.publishTo() != null) {
            MqMessage copy =
                    MqMessage.builder()
                            .messageId(id)
                            .body(message.body())
                            .header("it-attempt", attempt)
                            .build();
            publisher.publish(script.publishTo(), copy);
        }
        if (script.gate() != null) {
            gates.await(script.gate());
        }
        if (script.failsAt(attempt)) {
            fail(script.failure(), "attempt " + attempt + " of " + id + " was asked to", rollback);
        }
    }

    private void fail(Script.Failure failure, String reason, Rollback rollback) throws Exception {
        switch (failure) {
            case RUNTIME -> throw new IllegalStateException(reason);
            case CHECKED -> throw new RefusedException(reason);
            case ROLLBACK_ONLY -> rollback.mark();
            case HOPELESS -> judge.refuse(reason);
        }
    }
}
