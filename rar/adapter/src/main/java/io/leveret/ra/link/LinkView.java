package io.leveret.ra.link;

import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.LinkMXBean;
import io.leveret.ra.settings.HostPort;
import java.util.Date;

/** What JMX shows of a link, and lets an operator do with it. Thread-safe. */
final class LinkView implements LinkMXBean {

    private final Link link;

    LinkView(Link link) {
        this.link = link;
    }

    @Override
    public String getName() {
        return link.name();
    }

    @Override
    public String getState() {
        return link.state().name();
    }

    @Override
    public Date getSince() {
        return Date.from(link.status().since());
    }

    @Override
    public String getAddress() {
        HostPort host = link.status().host();
        return host == null ? null : host.toString();
    }

    @Override
    public int getAttempts() {
        LinkStatus now = link.status();
        return now.connection() == null ? now.attempt() : 0;
    }

    @Override
    public long getNextAttemptMillis() {
        LinkStatus now = link.status();
        return now.nextAttemptNanos() == null
                ? -1
                : Math.max(0, (now.nextAttemptNanos() - System.nanoTime()) / 1_000_000);
    }

    @Override
    public String getLastCause() {
        Throwable cause = link.status().cause();
        return cause == null ? null : Causes.text(cause);
    }

    @Override
    public int getChannels() {
        OpenConnection connection = link.current();
        return connection == null ? 0 : connection.channels();
    }

    @Override
    public int getInFlight() {
        OpenConnection connection = link.current();
        return connection == null ? 0 : connection.inFlight();
    }

    @Override
    public long getReconnects() {
        return Math.max(0, link.status().reconnects());
    }

    @Override
    public boolean isBlocked() {
        return link.state() == LinkState.BLOCKED;
    }

    @Override
    public void stop() {
        link.close();
    }

    @Override
    public void start() {
        link.reopen();
    }

    @Override
    public void resume() {
        link.resume();
    }
}
