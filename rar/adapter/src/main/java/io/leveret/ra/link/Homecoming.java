package io.leveret.ra.link;

import io.leveret.ra.settings.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/**
 * Brings a link back to the address that is its turn, after it had to go to another one: that
 * spreads the links of a group over the nodes again once a lost node is back. The new connection is
 * made before the old one is left, so that nothing is dropped.
 *
 * <pre>{@code
 * HOME --connected elsewhere--> AWAY --pause over--> PROBING --refused--> AWAY
 *   ^                                                   |
 *   +----------------- connected, link moved -----------+
 * any --link lost or closed--> nothing planned
 * }</pre>
 *
 * <p>The pause is the probe interval, spread evenly over half to one and a half times, so that many
 * links do not call at once. When the home address had been left because it answered no publish,
 * that it accepts a connection proves nothing, and to be wrong costs each publish in flight its
 * confirm: the pause is then 16 times the interval, and doubles up to 64 times when it turns out
 * again that nothing is answered there.
 *
 * <p>Failure cases: the link is lost while the probe runs (the fresh connection is closed again,
 * the ordinary recovery goes on); the home address is found by recovery itself (nothing left to
 * do); the connection left before is still in use by somebody (one is enough: no move until it has
 * gone). A failed probe is told to nobody: nothing has changed.
 *
 * <p>Thread-safe. The monitor guards the fields only.
 */
final class Homecoming {

    private static final int FIRST_DOUBLINGS = 4;
    private static final int MOST_DOUBLINGS = 6;

    private final Link link;
    private final HostPort home;
    private final Duration interval;
    private final Threads threads;
    private int doublings;
    private Future<?> planned;

    Homecoming(Link link, HostPort home, Duration interval, Threads threads) {
        this.link = link;
        this.home = home;
        this.interval = interval;
        this.threads = threads;
    }

    /** The link is connected, wherever. */
    synchronized void connected(OpenConnection connection) {
        left();
        if (!connection.host.equals(home)) {
            double factor = ThreadLocalRandom.current().nextDouble(0.5, 1.5) * (1 << doublings);
            Duration pause = Duration.ofNanos((long) (interval.toNanos() * factor));
            planned = threads.after(pause, () -> probe(connection));
        }
    }

    /** The connection is not used any more. */
    synchronized void left() {
        if (planned != null) {
            planned.cancel(false);
            planned = null;
        }
    }

    /** The connection is about to be given up because it answers no publish. */
    synchronized void stalled(OpenConnection connection) {
        if (connection.host.equals(home)) {
            boolean again = doublings > 0 && !connection.hasAnswered();
            doublings = again ? Math.min(doublings + 1, MOST_DOUBLINGS) : FIRST_DOUBLINGS;
        }
    }

    private void probe(OpenConnection away) {
        if (link.current() != away) {
            return;
        }
        if (link.isLeaving()) {
            connected(away);
            return;
        }
        try {
            OpenConnection fresh = link.connect(home);
            if (!link.move(away, fresh)) {
                link.close(fresh);
            }
        } catch (IOException | TimeoutException | RuntimeException e) {
            if (link.current() == away) {
                connected(away); // still away
            }
        }
    }
}
