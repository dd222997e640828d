package io.leveret.ra.link;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.MqEvent.Severity;
import io.leveret.MqEvent.Source;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Recovery;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a link tells of itself: events, and the messages of exceptions. Events are put into words at
 * once, under the link's lock, and told by a worker thread in that order: a change may happen on
 * the I/O thread, where no listener may run. Thread-safe.
 */
final class LinkVoice {

    private final String name;
    private final LinkSettings.Reconnect settings;
    private final Threads threads;
    private final Events events;
    private final Queue<Event> untold = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean telling = new AtomicBoolean();
    private boolean refused; // under the link's lock, as all that it tells

    LinkVoice(String name, LinkSettings.Reconnect settings, Threads threads, Events events) {
        this.name = name;
        this.settings = settings;
        this.threads = threads;
        this.events = events;
    }

    void connected(Object host, int attempts) {
        String after = attempts > 0 ? " after attempt " + attempts : "";
        tell(
                of(Severity.INFO, "is connected to " + host + after)
                        .state(LinkState.UP)
                        .at(host)
                        .attempt(attempts, null));
    }

    void blocked(Object host, String reason) {
        String text = "is blocked by the broker (" + reason + "), publishes wait";
        tell(of(Severity.WARNING, text).state(LinkState.BLOCKED).at(host));
    }

    void unblocked(Object host) {
        tell(of(Severity.INFO, "is unblocked").state(LinkState.UP).at(host));
    }

    /**
     * One line when an outage begins, and one when it turns out that the login is refused, which is
     * for a person to mend; details for whoever looks for them.
     *
     * @param what "is lost" or the like
     */
    void backsOff(Object host, String what, int attempt, Duration delay, Throwable cause) {
        boolean refusal = cause instanceof AuthenticationFailureException;
        boolean news = attempt == 1 || refusal && !refused;
        refused = refusal || refused && attempt > 1;
        tell(
                of(news ? Severity.WARNING : Severity.DETAIL, what + next(delay))
                        .state(LinkState.BACKING_OFF)
                        .at(host)
                        .attempt(attempt, delay)
                        .because(cause));
    }

    /**
     * One line when it is given up.
     *
     * @param again true when it had been given up before and a probe has failed
     * @param delay until the next probe, null when none is planned
     */
    void failed(
            Object host, String what, int attempt, Duration delay, Throwable cause, boolean again) {
        String text = what + " and FAILED" + next(delay);
        tell(
                of(again ? Severity.DETAIL : Severity.ALARM, text)
                        .state(LinkState.FAILED)
                        .at(host)
                        .attempt(attempt, delay)
                        .because(cause));
    }

    private static String next(Duration delay) {
        return delay == null
                ? ", waits for the operator"
                : ", next attempt in " + delay.toMillis() + " ms";
    }

    void moved(Object from, Object to) {
        String text = "is back at " + to + ", from " + from;
        tell(of(Severity.INFO, text).state(LinkState.UP).at(to));
    }

    void closed() {
        tell(of(Severity.INFO, "is closed").state(LinkState.CLOSED));
    }

    private Event of(Severity severity, String text) {
        return Event.of(severity, Source.LINK, name, text);
    }

    private void tell(Event event) {
        untold.add(event);
        if (!telling.compareAndSet(false, true)) {
            return;
        }
        try {
            threads.executeUnlessClosed(this::tellAll);
        } catch (OutOfMemoryError e) {
            // No thread to be had: told with the next event. The link must go on whatever happens.
            telling.set(false);
        }
    }

    /** Tells on this thread what is untold: there may be no worker any more soon. */
    void hurry() {
        tellAll();
    }

    /** The monitor keeps the order, nothing else. */
    private synchronized void tellAll() {
        do {
            Event next;
            while ((next = untold.poll()) != null) {
                events.publish(next);
            }
            telling.set(false);
        } while (!untold.isEmpty() && telling.compareAndSet(false, true));
    }

    /** Says to a caller why the link cannot be used. */
    LinkUnavailableException unavailable(LinkStatus now, LinkGroup group) {
        return new LinkUnavailableException(name + " " + why(now), group, now.cause());
    }

    private String why(LinkStatus now) {
        return switch (now.state()) {
            case BACKING_OFF -> {
                long left = (now.nextAttemptNanos() - System.nanoTime()) / 1_000_000;
                yield "is down ("
                        + Causes.text(now.cause())
                        + "), next attempt in "
                        + Math.max(0, left)
                        + " ms";
            }
            case FAILED ->
                    "has FAILED ("
                            + Causes.text(now.cause())
                            + ") and "
                            + (settings.recovery() == Recovery.AUTOMATIC
                                    ? "is probed every "
                                            + settings.probeInterval().toMillis()
                                            + " ms"
                                    : "waits for the operator to resume it");
            case NEW, CONNECTING ->
                    "did not connect in time"
                            + (now.cause() == null
                                    ? ""
                                    : " (before: " + Causes.text(now.cause()) + ")");
            case CLOSED -> "is closed";
            case UP, BLOCKED -> "could not be used";
        };
    }
}
