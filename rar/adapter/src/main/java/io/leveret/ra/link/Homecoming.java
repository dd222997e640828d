package io.leveret.ra.link;

import io.leveret.ra.settings.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/**
 * Brings a link back to the address that is its turn, after it had to go to another one: that
 * spreads the links of a group over the nodes again once a lost node is back. The new connection is
 * made before the old one is left, so that nothing is dropped.
 *
 * <pre>{@code
 * HOME --connected elsewhere--> AWAY --probe interval--> PROBING --refused--> AWAY
 *   ^                                                       |
 *   +------------------- connected, link moved -------------+
 * }</pre>
 *
 * <p>Failure cases: the link is lost while the probe runs (the fresh connection is closed again,
 * the ordinary recovery goes on); the home address is found by recovery itself (nothing left to
 * do). Probes are spread evenly over half to one and a half times the interval, so that many links
 * do not call at once. A failed probe is told to nobody: nothing has changed.
 *
 * <p>Thread-safe: each probe belongs to one incarnation, of which there is one at a time.
 */
final class Homecoming {

    private final Link link;
    private final HostPort home;
    private final Duration interval;
    private final Threads threads;

    Homecoming(Link link, HostPort home, Duration interval, Threads threads) {
        this.link = link;
        this.home = home;
        this.interval = interval;
        this.threads = threads;
    }

    /** The link is connected, wherever. */
    void connected(OpenConnection connection) {
        if (!connection.host.equals(home)) {
            double factor = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
            Duration delay = Duration.ofNanos((long) (interval.toNanos() * factor));
            threads.after(delay, () -> probe(connection));
        }
    }

    private void probe(OpenConnection away) {
        if (link.current() != away) {
            return;
        }
        try {
            OpenConnection fresh = link.connect(home);
            if (!link.move(away, fresh)) {
                link.close(fresh);
            }
        } catch (IOException | TimeoutException | RuntimeException e) {
            connected(away); // still away
        }
    }
}
