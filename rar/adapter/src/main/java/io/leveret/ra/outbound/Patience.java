package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import java.time.Duration;

/**
 * How long transactions wait for links that are away: all of one outage together as long as a
 * single one may. Each holds database connections meanwhile; if each waited by itself, a few dozen
 * would take all that a DataSource has, for as long as the broker is away.
 *
 * <pre>{@code
 * READY --found away--> WAITING --limit over--> OUT OF PATIENCE (nobody waits any more)
 *   ^                     |                        |
 *   +--------- found ready, or nobody asked for as long as the limit is --------+
 * }</pre>
 *
 * <p>Links that have never been ready are no outage: a first connect takes its time. Thread-safe.
 */
final class Patience {

    private final LinkGroup links;
    private boolean wasReady;
    private boolean away;
    private long awaySince;
    private long asked;

    Patience(LinkGroup links) {
        this.links = links;
        links.listen(this::up);
    }

    private synchronized void up() {
        wasReady = true;
        away = false;
    }

    /**
     * Gives until when a transaction may wait.
     *
     * @param most the caller's own deadline
     * @param limit how long an outage may hold transactions up
     */
    Deadline until(Deadline most, Duration limit) {
        return links.isReady() ? ready(most) : left(most, limit, System.nanoTime());
    }

    private Deadline ready(Deadline most) {
        up();
        return most;
    }

    private synchronized Deadline left(Deadline most, Duration limit, long now) {
        if (!wasReady) {
            return most;
        }
        if (!away || now - asked > limit.toNanos()) {
            away = true;
            awaySince = now;
        }
        asked = now;
        return most.atMost(limit.minusNanos(now - awaySince));
    }
}
