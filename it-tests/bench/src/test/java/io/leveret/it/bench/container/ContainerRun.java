package io.leveret.it.bench.container;

import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Delivers prepared messages to one bean: as many threads as sessions, each with an endpoint of its
 * own for all its deliveries, each delivery with the calls that Leveret makes. To be used once, by
 * one thread.
 */
public final class ContainerRun {

    private static final Method ON_MESSAGE = onMessage();
    private static final long LIMIT_SECONDS = 50;

    private final MessageEndpointFactory endpoints;
    private final TransactionSynchronizationRegistry registry;
    private final CountDownLatch ready;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch done;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<ContainerMessage> messages = new ArrayList<>();

    ContainerRun(
            MessageEndpointFactory endpoints,
            TransactionSynchronizationRegistry registry,
            int count,
            int sessions) {
        this.endpoints = endpoints;
        this.registry = registry;
        this.ready = new CountDownLatch(sessions);
        this.done = new CountDownLatch(sessions);
        for (int i = 0; i < count; i++) {
            messages.add(new ContainerMessage());
        }
        for (int i = 0; i < sessions; i++) {
            List<ContainerMessage> share =
                    messages.subList(
                            (int) ((long) count * i / sessions),
                            (int) ((long) count * (i + 1) / sessions));
            Thread thread = new Thread(() -> session(share), "container-only-" + (i + 1));
            thread.setDaemon(true);
            thread.setContextClassLoader(ContainerRun.class.getClassLoader());
            thread.start();
        }
    }

    private static Method onMessage() {
        try {
            return ContainerListener.class.getMethod("onMessage", ContainerMessage.class);
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Waits until every thread has its endpoint. */
    public void awaitReady() throws InterruptedException {
        await(ready, "endpoints for all threads");
    }

    /** Lets the threads deliver. */
    public void open() {
        gate.countDown();
    }

    /** Waits until all messages were delivered. */
    public void awaitEnd() throws InterruptedException {
        await(done, "the end of all deliveries");
    }

    /** Insists that every message was taken by the bean once, and every transaction committed. */
    public void verify() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a delivery failed", cause);
        }
        if (!messages.stream().allMatch(ContainerMessage::wasTakenOnce)) {
            throw new IllegalStateException("a message was not taken exactly once");
        }
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not in time: " + what);
        }
    }

    private void session(List<ContainerMessage> share) {
        try {
            MessageEndpoint endpoint = endpoint();
            try {
                await(gate, "the opening of the round");
                for (ContainerMessage message : share) {
                    deliver(endpoint, message);
                }
            } finally {
                endpoint.release();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        } finally {
            done.countDown();
        }
    }

    private MessageEndpoint endpoint() throws UnavailableException {
        try {
            return endpoints.createEndpoint(null);
        } finally {
            ready.countDown();
        }
    }

    private void deliver(MessageEndpoint endpoint, ContainerMessage message) throws Exception {
        End end = null;
        endpoint.beforeDelivery(ON_MESSAGE);
        try {
            if (registry.getTransactionStatus() != Status.STATUS_NO_TRANSACTION) {
                end = new End();
                registry.registerInterposedSynchronization(end);
            }
            ((ContainerListener) endpoint).onMessage(message);
        } finally {
            endpoint.afterDelivery();
        }
        if (end != null && end.status != Status.STATUS_COMMITTED) {
            throw new IllegalStateException("a transaction ended with status " + end.status);
        }
    }

    /** Sees how a transaction ends. */
    private static final class End implements Synchronization {

        private volatile int status = Status.STATUS_UNKNOWN;

        @Override
        public void beforeCompletion() {
            // Only the end matters.
        }

        @Override
        public void afterCompletion(int value) {
            status = value;
        }
    }
}
