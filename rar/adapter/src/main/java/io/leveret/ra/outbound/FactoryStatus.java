package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import jakarta.resource.ResourceException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one connection factory has done, and what JMX shows of it. Lives as long as the factory, but
 * does not keep it alive. Thread-safe; counting takes no lock.
 */
final class FactoryStatus implements ConnectionFactoryMXBean {

    private static final String UNUSED = "UNUSED";
    private static final String READY = "READY";
    private static final String NOT_READY = "NOT_READY";

    private final WeakReference<MqManagedConnectionFactory> factory;
    private final Instant since = Instant.now();
    private final Map<MqOutcome, LongAdder> outcomes;
    private final LongAdder created = new LongAdder();
    private final LongAdder destroyed = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder repetitions = new LongAdder();
    private final LongAdder writtenUnconfirmed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final UsualUser usual = new UsualUser();
    private final FactoryShowing showing;
    private volatile String name;

    /**
     * Creates a status that nobody sees yet.
     *
     * @param name the name unless it is taken
     * @param idleTime how long it stays visible without connections
     */
    FactoryStatus(MqManagedConnectionFactory factory, String name, Duration idleTime) {
        this.factory = new WeakReference<>(factory);
        this.name = name;
        Map<MqOutcome, LongAdder> adders = new EnumMap<>(MqOutcome.class);
        for (MqOutcome outcome : MqOutcome.values()) {
            adders.put(outcome, new LongAdder());
        }
        this.outcomes = Collections.unmodifiableMap(adders);
        this.showing = new FactoryShowing(this, idleTime);
    }

    /** Gives the name, as in events and in JMX. */
    String name() {
        return name;
    }

    void name(String value) {
        name = value;
    }

    /** Gives the guess who signs on next. */
    UsualUser usual() {
        return usual;
    }

    /** Whether it has neither connections nor work left. */
    boolean isIdle() {
        return getConnectionsOpen() <= 0 && waiting.sum() <= 0;
    }

    // --- what happens ---

    /** A connection is asked for; from now on JMX shows the factory. */
    void used(Outbound room) {
        showing.used(room);
    }

    void connectionCreated(Outbound room) {
        created.increment();
        showing.used(room);
    }

    void connectionDestroyed() {
        destroyed.increment();
        showing.connectionDestroyed();
    }

    /** A publish was written; its answer, or the end of its channel, is {@link #answered}. */
    void written() {
        inFlight.increment();
    }

    void answered() {
        inFlight.decrement();
    }

    /** A publish has ended for good. */
    void ended(MqOutcome outcome) {
        outcomes.get(outcome).increment();
    }

    /** A publish is made again. */
    void repeated() {
        repetitions.increment();
    }

    /** A publish of an unconfirmed publisher is over. */
    void writtenUnconfirmed() {
        writtenUnconfirmed.increment();
    }

    void rolledBack() {
        rolledBack.increment();
    }

    /** So many more, or fewer, go on in the background. */
    void waits(int count) {
        waiting.add(count);
    }

    // --- what JMX shows ---

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String getState() {
        LinkGroup links = links();
        if (links == null) {
            return UNUSED;
        }
        return links.isReady() ? READY : NOT_READY;
    }

    @Override
    public String getTrouble() {
        LinkGroup links = links();
        return links == null || links.isReady() ? null : links.whyNotReady();
    }

    private LinkGroup links() {
        MqManagedConnectionFactory alive = factory.get();
        try {
            return alive == null ? null : alive.configuredLinks();
        } catch (ResourceException e) {
            return null; // the resource adapter has just stopped: there are no links any more
        }
    }

    @Override
    public Date getSince() {
        return Date.from(since);
    }

    @Override
    public long getConnectionsOpen() {
        // Destroyed first: what is created in between must not look destroyed already.
        long gone = destroyed.sum();
        return created.sum() - gone;
    }

    @Override
    public long getConnectionsCreated() {
        return created.sum();
    }

    @Override
    public long getConnectionsDestroyed() {
        return destroyed.sum();
    }

    @Override
    public long getInFlight() {
        return inFlight.sum();
    }

    @Override
    public long getConfirmed() {
        return outcomes.get(MqOutcome.CONFIRMED).sum();
    }

    @Override
    public long getReturned() {
        return outcomes.get(MqOutcome.RETURNED).sum();
    }

    @Override
    public long getNacked() {
        return outcomes.get(MqOutcome.NACKED).sum();
    }

    @Override
    public long getUnknown() {
        return outcomes.get(MqOutcome.UNKNOWN).sum();
    }

    @Override
    public long getNotSent() {
        return outcomes.get(MqOutcome.NOT_SENT).sum();
    }

    @Override
    public long getRepetitions() {
        return repetitions.sum();
    }

    @Override
    public long getWrittenUnconfirmed() {
        return writtenUnconfirmed.sum();
    }

    @Override
    public long getRolledBack() {
        return rolledBack.sum();
    }

    @Override
    public long getWaitingInBackground() {
        return waiting.sum();
    }
}
