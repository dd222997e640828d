package io.leveret.ra.inbound;

import io.leveret.MqDelivery;
import io.leveret.MqFailure;
import io.leveret.MqFailureListener;
import io.leveret.MqMessage;
import io.leveret.ra.tx.CompletionStatus;
import io.leveret.ra.tx.DeliveryContext;
import io.leveret.ra.tx.Transactions;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Method;
import java.time.Duration;

/**
 * Runs one delivery through one endpoint and finds out how it ended.
 *
 * <pre>{@code
 * beforeDelivery --> listener --> afterDelivery --> flush of publishes --> DONE
 *      |                |               |                  |
 *      v                v               v                  v
 *  UNTOUCHED        mark rollback    no commit seen     not confirmed
 *                       |               |                  |
 *                       +---------------+------------------+--> FAILED
 * }</pre>
 *
 * <p>Containers swallow failures of beforeDelivery and of commits, and some interceptors throw
 * without marking rollback, after which afterDelivery would commit. So any Throwable of the
 * listener marks rollback first, and in a transaction only a synchronization that saw the commit
 * makes it DONE, unless afterDelivery says that the outcome is in doubt. afterDelivery always
 * follows beforeDelivery, on the same thread.
 *
 * <p>Used by one thread at a time: the session's.
 */
final class DeliveryRunner {

    /** How a delivery ended. */
    enum Outcome {
        /** Work, transaction and publishes are done: acknowledge. */
        DONE,
        /** It was tried and failed. */
        FAILED,
        /** The endpoint could not take it; nobody has seen it. */
        UNTOUCHED
    }

    private final MessageEndpointFactory endpoints;
    private final ListenerType type;
    private final Transactions transactions;
    private final Duration flushLimit;
    private MessageEndpoint endpoint;
    private Throwable failure;
    private boolean transacted;

    DeliveryRunner(
            MessageEndpointFactory endpoints,
            ListenerType type,
            Transactions transactions,
            Duration flushLimit) {
        this.endpoints = endpoints;
        this.type = type;
        this.transactions = transactions;
        this.flushLimit = flushLimit;
    }

    /** Makes the endpoint unless there is one; containers refuse while an application starts. */
    void prepare() throws UnavailableException {
        if (endpoint == null) {
            endpoint = endpoints.createEndpoint(null);
        }
    }

    /** Why the last delivery was not DONE, may be null. */
    Throwable failure() {
        return failure;
    }

    /** Whether the last delivery ran in a transaction of the container's. */
    boolean wasTransacted() {
        return transacted;
    }

    /**
     * Runs it.
     *
     * @param delivery what the listener gets
     * @param taken run when the endpoint has taken it, before the listener
     */
    Outcome run(MqDelivery delivery, Runnable taken) {
        return run(type.method(), delivery.message(), taken, () -> type.call(endpoint, delivery));
    }

    /** Runs what the bean does about a message that has failed for the last time. */
    Outcome run(MqFailure failed) {
        return run(
                ListenerType.failureMethod(),
                failed.message(),
                () -> {},
                () -> ((MqFailureListener) endpoint).onFailure(failed));
    }

    private interface Call {
        void run() throws Exception;
    }

    private Outcome run(Method method, MqMessage message, Runnable taken, Call call) {
        failure = null;
        transacted = false;
        try {
            prepare();
            endpoint.beforeDelivery(method);
        } catch (Throwable e) {
            // An Error too (a class that cannot be loaded): the message must be settled.
            failure = e;
            release();
            return Outcome.UNTOUCHED;
        }
        taken.run();
        DeliveryContext context = new DeliveryContext(message.possibleDuplicate());
        CompletionStatus status = invoke(call, context);
        transacted = status != null;
        boolean returned = failure == null;
        boolean untouched = ContainerFailures.isUnavailable(failure);
        boolean completed = complete();
        // A flag that the listener left must not fail its publishes or the next delivery.
        Thread.interrupted();
        // A commit that was seen counts, even when afterDelivery complains about something later.
        boolean worked =
                returned
                        && (status == null ? completed : status.committed())
                        && !ContainerFailures.isInDoubt(failure);
        // Also of a failed run: a transaction that the listener has begun by itself may have
        // committed, and then its publishes are owed.
        boolean published = context.flush(flushLimit);
        if (untouched) {
            return Outcome.UNTOUCHED;
        }
        if (!worked) {
            return Outcome.FAILED;
        }
        if (!published) {
            failure = new IllegalStateException("its publishes were not confirmed in time");
            return Outcome.FAILED;
        }
        return Outcome.DONE;
    }

    /** Returns the observer of the transaction, or null when there is none. */
    private CompletionStatus invoke(Call call, DeliveryContext context) {
        CompletionStatus status = null;
        context.enter();
        try {
            if (transactions.exists()) {
                if (!transactions.isActive()) {
                    throw new IllegalStateException("its transaction cannot commit any more");
                }
                status = transactions.watch();
                transactions.join(context);
            }
            call.run();
        } catch (Throwable e) {
            // Whatever it is, an Error too: the message must be settled and the server lives on.
            failure = e;
            markRollback(e);
        } finally {
            context.leave();
        }
        return status;
    }

    private void markRollback(Throwable why) {
        try {
            transactions.markRollback();
        } catch (RuntimeException e) {
            // It has ended already (a reaper): afterDelivery must follow all the same.
            why.addSuppressed(e);
        }
    }

    private boolean complete() {
        try {
            endpoint.afterDelivery();
            return true;
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            }
            // The endpoint's state is unknown: take a new one next time.
            release();
            return false;
        }
    }

    /** Gives the endpoint back, once; between deliveries only. */
    void release() {
        MessageEndpoint old = endpoint;
        endpoint = null;
        if (old == null) {
            return;
        }
        try {
            old.release();
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
    }
}
