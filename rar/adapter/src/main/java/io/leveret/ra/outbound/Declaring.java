package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.FactoryTopology;
import io.leveret.ra.topology.FactoryDeclaration;
import io.leveret.ra.topology.GroupChannels;
import io.leveret.ra.topology.TopologyException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what one connection factory needs on the broker declared.
 *
 * <pre>{@code
 *     its first channel, or the link has come up
 * NEW ------------------------------------------> DECLARING --done--> DECLARED
 *  ^      (for each connection anew)               ^  |  |                |
 *  +--link lost, no answer-------------------------|--+  |                |
 *                                                  |     |                |
 *                        by timer, with back-off   |     | refused        |
 *                       REFUSED: told once --------+ <---+                |
 *                                                  |                      |
 *                                                  +--a publish to it is returned or refused,
 *                                                     at most every 5 s---+
 * }</pre>
 *
 * <p>Publishers wait while it is DECLARING for their connection, at most until their deadline, and
 * never while it is REFUSED: what is missing shows in how a publish ends, and others may not need
 * it. Failure cases: the link is lost meanwhile (the next connection begins anew), down while the
 * timer is due (the link coming up does it), the group ends. Nothing here keeps a group alive.
 *
 * <p>Thread-safe.
 */
final class Declaring {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final FactoryTopology wanted;
    private final FactoryDeclaration declaration;
    private final FactoryStatus factory;
    private final GroupChannels channels;
    private final Threads threads;
    private final Events events;
    private final Backoff backoff;
    private final Map<Object, CompletableFuture<Void>> connections =
            Collections.synchronizedMap(new WeakHashMap<>());
    private final AtomicLong suspectedAt = new AtomicLong(System.nanoTime() - PAUSE.toNanos());
    private String refusal;
    private Future<?> timer;
    private boolean closed;

    Declaring(
            FactoryTopology wanted,
            FactoryStatus factory,
            GroupChannels channels,
            Threads threads,
            Events events) {
        this.wanted = wanted;
        this.declaration = new FactoryDeclaration(wanted);
        this.factory = factory;
        this.channels = channels;
        this.threads = threads;
        this.events = events;
        this.backoff = Backoff.withoutLimits(channels.group().key().settings().reconnect());
    }

    /** Waits until it has been declared, or refused, over the channel's connection. */
    void await(LinkChannel channel, Deadline deadline) throws InterruptedException {
        CompletableFuture<Void> fresh = new CompletableFuture<>();
        CompletableFuture<Void> running = connections.putIfAbsent(channel.connection(), fresh);
        if (running == null) {
            running = fresh;
            threads.executeUnlessClosed(() -> declare(channel.connection(), fresh));
        }
        try {
            running.get(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            assert deadline.isOver(); // which the caller will notice by itself
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed exceptionally", e);
        }
    }

    /** A link has come up; on a worker thread. */
    void linkUp() {
        if (!channels.group().isReady()) {
            return;
        }
        LinkChannel channel = null;
        try {
            channel = channels.open();
            CompletableFuture<Void> fresh = new CompletableFuture<>();
            if (connections.putIfAbsent(channel.connection(), fresh) == null) {
                declare(channel.connection(), fresh);
            }
        } catch (LinkUnavailableException e) {
            detail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the adapter stops
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** A publish to there went wrong; returns at once. */
    void suspect(String exchange, String routingKey) {
        long last = suspectedAt.get();
        long now = System.nanoTime();
        if (wanted.isFor(exchange, routingKey)
                && now - last >= PAUSE.toNanos()
                && suspectedAt.compareAndSet(last, now)) {
            threads.executeUnlessClosed(this::again);
        }
    }

    private void again() {
        if (channels.group().isReady()) {
            declare(null, new CompletableFuture<>());
        }
    }

    /**
     * Declares everything.
     *
     * @param connection whose publishers wait for it, or null
     */
    private void declare(Object connection, CompletableFuture<Void> done) {
        try {
            declaration.apply(channels);
            succeeded();
        } catch (TopologyException e) {
            failed(e);
            forgetUnless(e.isRefused(), connection);
        } catch (LinkUnavailableException | RuntimeException e) {
            detail(e);
            forgetUnless(false, connection);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            done.complete(null);
        }
    }

    private void forgetUnless(boolean answered, Object connection) {
        if (!answered && connection != null) {
            connections.remove(connection); // its next channel asks again
        }
    }

    private void succeeded() {
        boolean mended;
        synchronized (this) {
            mended = refusal != null;
            refusal = null;
            backoff.restart();
        }
        if (mended) {
            events.info(
                    MqEvent.Source.CONNECTION_FACTORY,
                    factory.name(),
                    "has all that it needs on the broker now");
        }
    }

    private void failed(TopologyException e) {
        if (!e.isRefused()) {
            detail(e);
            return;
        }
        boolean news;
        synchronized (this) {
            if (closed) {
                return;
            }
            news = !e.getMessage().equals(refusal);
            refusal = e.getMessage();
            if (timer != null) {
                timer.cancel(false); // one chain of attempts, whoever else asked for one
            }
            timer = threads.after(backoff.next(), this::again);
        }
        if (news) {
            events.alarm(
                    MqEvent.Source.CONNECTION_FACTORY,
                    factory.name(),
                    e.getMessage() + "; it publishes without, and tries again with back-off",
                    e.getCause());
        }
    }

    private void detail(Exception e) {
        events.detail(
                MqEvent.Source.CONNECTION_FACTORY,
                factory.name(),
                "could not see to its exchanges and queues",
                e);
    }

    synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
