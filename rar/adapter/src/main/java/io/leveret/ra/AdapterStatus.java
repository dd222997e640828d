package io.leveret.ra;

import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.observe.ResourceAdapterMXBean;
import java.time.Instant;
import java.util.Date;

/** What JMX shows of a started instance. Thread-safe. */
final class AdapterStatus implements ResourceAdapterMXBean {

    private final String name;
    private final Threads threads;
    private final Events events;
    private final Mbeans mbeans;
    private final Instant since = Instant.now();

    AdapterStatus(String name, Threads threads, Events events, Mbeans mbeans) {
        this.name = name;
        this.threads = threads;
        this.events = events;
        this.mbeans = mbeans;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String getVersion() {
        String version = AdapterStatus.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    @Override
    public Date getSince() {
        return Date.from(since);
    }

    @Override
    public int getLinks() {
        return mbeans.count(Mbeans.LINK);
    }

    @Override
    public int getConnectionFactories() {
        return mbeans.count(Mbeans.CONNECTION_FACTORY);
    }

    @Override
    public int getActivations() {
        return mbeans.count(Mbeans.ACTIVATION);
    }

    @Override
    public int getThreads() {
        return threads.count();
    }

    @Override
    public int getListeners() {
        return events.listeners();
    }

    @Override
    public String[] getLastEvents() {
        return events.latestLines().toArray(String[]::new);
    }
}
