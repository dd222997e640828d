package io.leveret.ra;

import io.leveret.MqEvent;
import io.leveret.ra.inbound.Inbound;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.outbound.Outbound;
import io.leveret.ra.settings.AfterCommitBounds;
import io.leveret.ra.settings.PublishBean;
import io.leveret.ra.settings.Setting;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import io.leveret.ra.tx.Transactions;
import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import javax.transaction.xa.XAResource;

/**
 * The resource adapter. A JavaBean: its properties, in {@link Setting}, are the defaults of the
 * other two beans. A server may run several instances side by side.
 *
 * <pre>{@code
 * NEW --start--> STARTED --stop--> STOPPED
 * }</pre>
 *
 * <p>Neither start nor activation does broker I/O. Stopping lets running deliveries and their
 * publishes end within {@code drainTimeout}, and closes the connections within one second more.
 * Equality is that of the configuration. Thread-safe once configured.
 */
public final class MqResourceAdapter extends PublishBean implements ResourceAdapter, Outbound.Host {

    private static final long serialVersionUID = 1L;

    private static final Duration CLOSE_LINKS = Duration.ofSeconds(1);

    private enum State {
        STARTED,
        STOPPING,
        STOPPED
    }

    private transient volatile Running running;

    /** The parts of a started instance. */
    private record Running(
            String name,
            Threads threads,
            Events events,
            Mbeans mbeans,
            LinkRegistry links,
            Outbound outbound,
            Inbound inbound,
            Duration drainTimeout) {}

    /** For the server. */
    public MqResourceAdapter() {}

    @Override
    public void start(BootstrapContext context) throws ResourceAdapterInternalException {
        SettingsReader reader = new SettingsReader(new Values(), values());
        reader.broker();
        reader.link();
        reader.publish();
        reader.inboundDefaults();
        AfterCommitBounds afterCommit = reader.afterCommit();
        int maxConnections = reader.maxConnections();
        Duration drainTimeout = reader.drainTimeout();
        if (!reader.problems().isEmpty()) {
            throw new ResourceAdapterInternalException(
                    reader.problems().message("The configuration of the resource adapter"));
        }
        String name = "leveret-" + Integer.toHexString(System.identityHashCode(this));
        Threads threads = new Threads(name);
        Events events = new Events(name, threads);
        Mbeans mbeans = new Mbeans(name, events);
        LinkRegistry links = new LinkRegistry(name, maxConnections, threads, events, mbeans);
        Transactions transactions =
                new Transactions(context.getTransactionSynchronizationRegistry());
        Outbound outbound = new Outbound(links, threads, events, mbeans, transactions, afterCommit);
        Running fresh =
                new Running(
                        name,
                        threads,
                        events,
                        mbeans,
                        links,
                        outbound,
                        new Inbound(
                                links,
                                outbound,
                                threads,
                                events,
                                mbeans,
                                transactions,
                                drainTimeout),
                        drainTimeout);
        mbeans.register(
                Mbeans.RESOURCE_ADAPTER, name, new AdapterStatus(name, threads, events, mbeans));
        running = fresh;
        tell(fresh, State.STARTED, "has started");
    }

    @Override
    public void stop() {
        Running old = running;
        running = null;
        if (old == null) {
            return;
        }
        tell(old, State.STOPPING, "is stopping");
        Deadline drained = Deadline.in(old.drainTimeout());
        old.inbound().close(drained);
        old.outbound().close(drained);
        old.links().close();
        old.mbeans().close();
        // Before the threads end, because listeners hear it on one of them.
        tell(old, State.STOPPED, "has stopped");
        Deadline closed = Deadline.in(CLOSE_LINKS);
        old.events().close(Duration.ofNanos(closed.nanos()));
        old.threads().close(closed);
    }

    private static void tell(Running which, State state, String what) {
        which.events()
                .publish(
                        Event.of(
                                        MqEvent.Severity.INFO,
                                        MqEvent.Source.RESOURCE_ADAPTER,
                                        which.name(),
                                        what)
                                .state(state));
    }

    @Override
    public Outbound outbound() {
        Running now = running;
        return now == null ? null : now.outbound();
    }

    @Override
    public void endpointActivation(MessageEndpointFactory factory, ActivationSpec spec)
            throws ResourceException {
        if (!(spec instanceof MqActivationSpec ours)) {
            throw new NotSupportedException("not an activation spec of this adapter: " + spec);
        }
        Running now = running;
        if (now == null) {
            throw new ResourceAdapterInternalException("the resource adapter is not started");
        }
        now.inbound().activate(factory, ours);
    }

    @Override
    public void endpointDeactivation(MessageEndpointFactory factory, ActivationSpec spec) {
        Running now = running;
        if (now != null && spec instanceof MqActivationSpec ours) {
            now.inbound().deactivate(factory, ours);
        }
    }

    /**
     * Nothing to recover: deliveries take part in transactions through a synchronization.
     *
     * @return always null
     */
    @Override
    public XAResource[] getXAResources(ActivationSpec[] specs) {
        return null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MqResourceAdapter that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "MqResourceAdapter" + values();
    }

    /**
     * Gives {@code maxConnections}.
     *
     * @return the value as set, or null
     */
    public String getMaxConnections() {
        return values().get(Setting.MAX_CONNECTIONS);
    }

    /**
     * Sets {@code maxConnections}.
     *
     * @param value see {@link Setting#MAX_CONNECTIONS}; null or blank means not set
     */
    public void setMaxConnections(String value) {
        values().set(Setting.MAX_CONNECTIONS, value);
    }

    /**
     * Gives {@code afterCommitMessages}.
     *
     * @return the value as set, or null
     */
    public String getAfterCommitMessages() {
        return values().get(Setting.AFTER_COMMIT_MESSAGES);
    }

    /**
     * Sets {@code afterCommitMessages}.
     *
     * @param value see {@link Setting#AFTER_COMMIT_MESSAGES}; null or blank means not set
     */
    public void setAfterCommitMessages(String value) {
        values().set(Setting.AFTER_COMMIT_MESSAGES, value);
    }

    /**
     * Gives {@code afterCommitBytes}.
     *
     * @return the value as set, or null
     */
    public String getAfterCommitBytes() {
        return values().get(Setting.AFTER_COMMIT_BYTES);
    }

    /**
     * Sets {@code afterCommitBytes}.
     *
     * @param value see {@link Setting#AFTER_COMMIT_BYTES}; null or blank means not set
     */
    public void setAfterCommitBytes(String value) {
        values().set(Setting.AFTER_COMMIT_BYTES, value);
    }

    /**
     * Gives {@code maxSession}.
     *
     * @return the value as set, or null
     */
    public String getMaxSession() {
        return values().get(Setting.MAX_SESSION);
    }

    /**
     * Sets {@code maxSession}.
     *
     * @param value see {@link Setting#MAX_SESSION}; null or blank means not set
     */
    public void setMaxSession(String value) {
        values().set(Setting.MAX_SESSION, value);
    }

    /**
     * Gives {@code prefetch}.
     *
     * @return the value as set, or null
     */
    public String getPrefetch() {
        return values().get(Setting.PREFETCH);
    }

    /**
     * Sets {@code prefetch}.
     *
     * @param value see {@link Setting#PREFETCH}; null or blank means not set
     */
    public void setPrefetch(String value) {
        values().set(Setting.PREFETCH, value);
    }

    /**
     * Gives {@code maxAttempts}.
     *
     * @return the value as set, or null
     */
    public String getMaxAttempts() {
        return values().get(Setting.MAX_ATTEMPTS);
    }

    /**
     * Sets {@code maxAttempts}.
     *
     * @param value see {@link Setting#MAX_ATTEMPTS}; null or blank means not set
     */
    public void setMaxAttempts(String value) {
        values().set(Setting.MAX_ATTEMPTS, value);
    }

    /**
     * Gives {@code retryDelay}.
     *
     * @return the value as set, or null
     */
    public String getRetryDelay() {
        return values().get(Setting.RETRY_DELAY);
    }

    /**
     * Sets {@code retryDelay}.
     *
     * @param value see {@link Setting#RETRY_DELAY}; null or blank means not set
     */
    public void setRetryDelay(String value) {
        values().set(Setting.RETRY_DELAY, value);
    }

    /**
     * Gives {@code retryMultiplier}.
     *
     * @return the value as set, or null
     */
    public String getRetryMultiplier() {
        return values().get(Setting.RETRY_MULTIPLIER);
    }

    /**
     * Sets {@code retryMultiplier}.
     *
     * @param value see {@link Setting#RETRY_MULTIPLIER}; null or blank means not set
     */
    public void setRetryMultiplier(String value) {
        values().set(Setting.RETRY_MULTIPLIER, value);
    }

    /**
     * Gives {@code retryMaxDelay}.
     *
     * @return the value as set, or null
     */
    public String getRetryMaxDelay() {
        return values().get(Setting.RETRY_MAX_DELAY);
    }

    /**
     * Sets {@code retryMaxDelay}.
     *
     * @param value see {@link Setting#RETRY_MAX_DELAY}; null or blank means not set
     */
    public void setRetryMaxDelay(String value) {
        values().set(Setting.RETRY_MAX_DELAY, value);
    }

    /**
     * Gives {@code retryDelays}.
     *
     * @return the value as set, or null
     */
    public String getRetryDelays() {
        return values().get(Setting.RETRY_DELAYS);
    }

    /**
     * Sets {@code retryDelays}.
     *
     * @param value see {@link Setting#RETRY_DELAYS}; null or blank means not set
     */
    public void setRetryDelays(String value) {
        values().set(Setting.RETRY_DELAYS, value);
    }

    /**
     * Gives {@code atEnd}.
     *
     * @return the value as set, or null
     */
    public String getAtEnd() {
        return values().get(Setting.AT_END);
    }

    /**
     * Sets {@code atEnd}.
     *
     * @param value see {@link Setting#AT_END}; null or blank means not set
     */
    public void setAtEnd(String value) {
        values().set(Setting.AT_END, value);
    }

    /**
     * Gives {@code pauseAfterFailures}.
     *
     * @return the value as set, or null
     */
    public String getPauseAfterFailures() {
        return values().get(Setting.PAUSE_AFTER_FAILURES);
    }

    /**
     * Sets {@code pauseAfterFailures}.
     *
     * @param value see {@link Setting#PAUSE_AFTER_FAILURES}; null or blank means not set
     */
    public void setPauseAfterFailures(String value) {
        values().set(Setting.PAUSE_AFTER_FAILURES, value);
    }

    /**
     * Gives {@code drainTimeout}.
     *
     * @return the value as set, or null
     */
    public String getDrainTimeout() {
        return values().get(Setting.DRAIN_TIMEOUT);
    }

    /**
     * Sets {@code drainTimeout}.
     *
     * @param value see {@link Setting#DRAIN_TIMEOUT}; null or blank means not set
     */
    public void setDrainTimeout(String value) {
        values().set(Setting.DRAIN_TIMEOUT, value);
    }

    /**
     * Gives {@code stuckThreshold}.
     *
     * @return the value as set, or null
     */
    public String getStuckThreshold() {
        return values().get(Setting.STUCK_THRESHOLD);
    }

    /**
     * Sets {@code stuckThreshold}.
     *
     * @param value see {@link Setting#STUCK_THRESHOLD}; null or blank means not set
     */
    public void setStuckThreshold(String value) {
        values().set(Setting.STUCK_THRESHOLD, value);
    }

    /**
     * Gives {@code verification}.
     *
     * @return the value as set, or null
     */
    public String getVerification() {
        return values().get(Setting.VERIFICATION);
    }

    /**
     * Sets {@code verification}.
     *
     * @param value see {@link Setting#VERIFICATION}; null or blank means not set
     */
    public void setVerification(String value) {
        values().set(Setting.VERIFICATION, value);
    }

    /**
     * Gives {@code managementUrl}.
     *
     * @return the value as set, or null
     */
    public String getManagementUrl() {
        return values().get(Setting.MANAGEMENT_URL);
    }

    /**
     * Sets {@code managementUrl}.
     *
     * @param value see {@link Setting#MANAGEMENT_URL}; null or blank means not set
     */
    public void setManagementUrl(String value) {
        values().set(Setting.MANAGEMENT_URL, value);
    }
}
