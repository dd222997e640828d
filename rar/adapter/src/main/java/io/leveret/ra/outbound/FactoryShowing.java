package io.leveret.ra.outbound;

import io.leveret.ra.observe.Mbeans;
import java.time.Duration;

/**
 * Shows one connection factory in JMX while it is in use. A managed connection factory has no end
 * of life that it would hear of: a server that undeploys it destroys its connections, no more.
 *
 * <pre>{@code
 * HIDDEN --used--> SHOWN --no connections and no use for the idle time--> HIDDEN
 *                    |
 *                    +--used with another room (the resource adapter was started anew)--> SHOWN
 * }</pre>
 *
 * <p>JMX is called on worker threads only, because containers hold locks when they ask for
 * connections. The lock serializes these calls; nothing that JMX or a publish calls takes it. At
 * most one timer runs. When the resource adapter stops, its registrar hides everything.
 * Thread-safe.
 */
final class FactoryShowing {

    /** Keeps an idle time of 0 from showing nothing at all. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private final FactoryStatus status;
    private final Duration idleTime;

    private volatile long lastUse;
    private volatile Outbound room;
    private Mbeans.Registration registration;
    private boolean timed;

    FactoryShowing(FactoryStatus status, Duration idleTime) {
        this.status = status;
        this.idleTime = idleTime.compareTo(SHORTEST) < 0 ? SHORTEST : idleTime;
    }

    /** Returns at once; shows it soon. */
    void used(Outbound now) {
        lastUse = System.nanoTime();
        if (room != now || status.isIdle()) {
            now.threads.executeUnlessClosed(() -> show(now));
        }
    }

    private synchronized void show(Outbound now) {
        if (room != now) {
            hide();
            registration = now.mbeans.register(Mbeans.CONNECTION_FACTORY, status.name(), status);
            status.name(registration.name());
            room = now;
            timed = false;
        }
        checkLater(now, idleTime);
    }

    private void hide() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
        room = null;
    }

    /** Returns at once; may be called on any thread. */
    void connectionDestroyed() {
        lastUse = System.nanoTime();
        Outbound now = room;
        if (now != null && status.isIdle()) {
            now.threads.executeUnlessClosed(() -> show(now));
        }
    }

    private void checkLater(Outbound now, Duration delay) {
        if (!timed) {
            timed = true;
            now.threads.after(delay, () -> check(now));
        }
    }

    private synchronized void check(Outbound now) {
        if (room != now) {
            return;
        }
        timed = false;
        if (status.getConnectionsOpen() > 0) {
            return; // the end of the last one starts the timer again
        }
        long left =
                status.isIdle()
                        ? idleTime.toNanos() - (System.nanoTime() - lastUse)
                        : idleTime.toNanos();
        if (left > 0) {
            checkLater(now, Duration.ofNanos(left));
        } else {
            hide();
        }
    }
}
