package io.leveret.ra.inbound;

import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.ConnectionBean;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Lookup;
import io.leveret.ra.settings.Setting;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ResourceAdapter;
import java.beans.IntrospectionException;
import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * How a message-driven bean is fed. A JavaBean: its properties are in {@link Setting}. Equality is
 * identity, as the Connectors specification asks for.
 */
public final class MqActivationSpec extends ConnectionBean implements ActivationSpec {

    private static final long serialVersionUID = 1L;

    private ResourceAdapter resourceAdapter;

    /** For the server. */
    public MqActivationSpec() {}

    /** What an activation works with: either a broker set, or where to find it. */
    record Effective(
            BrokerSettings broker, Lookup lookup, LinkSettings link, InboundSettings inbound) {}

    Effective effective() throws InvalidPropertyException {
        Values inherited =
                resourceAdapter instanceof ConnectionBean bean ? bean.values() : new Values();
        SettingsReader reader = new SettingsReader(values(), inherited);
        Lookup lookup = reader.connectionFactoryLookup();
        InboundSettings inbound = reader.inbound();
        LinkSettings link = reader.link();
        Effective fresh =
                new Effective(
                        lookup == null ? reader.broker() : null,
                        lookup,
                        // Its next channel must be on the connection that owns the queue.
                        inbound.topology().isTiedToConnection() ? link.single() : link,
                        inbound);
        if (!reader.problems().isEmpty()) {
            InvalidPropertyException e =
                    new InvalidPropertyException(
                            reader.problems().message("The activation configuration"));
            e.setInvalidPropertyDescriptors(descriptors(reader.problems().properties()));
            throw e;
        }
        return fresh;
    }

    private static PropertyDescriptor[] descriptors(List<String> names) {
        List<PropertyDescriptor> found = new ArrayList<>();
        for (String name : names) {
            try {
                found.add(new PropertyDescriptor(name, MqActivationSpec.class));
            } catch (IntrospectionException e) {
                throw new IllegalStateException("a problem names a property that is none", e);
            }
        }
        return found.toArray(PropertyDescriptor[]::new);
    }

    /**
     * Checks all properties.
     *
     * @throws InvalidPropertyException naming every error
     */
    @Override
    public void validate() throws InvalidPropertyException {
        effective();
    }

    @Override
    public ResourceAdapter getResourceAdapter() {
        return resourceAdapter;
    }

    @Override
    public void setResourceAdapter(ResourceAdapter adapter) throws ResourceException {
        if (resourceAdapter != null && resourceAdapter != adapter) {
            throw new jakarta.resource.spi.IllegalStateException(
                    "the activation spec belongs to another resource adapter already");
        }
        resourceAdapter = adapter;
    }

    @Override
    public String toString() {
        return "MqActivationSpec" + values();
    }

    /**
     * Gives {@code inheritCredentials}.
     *
     * @return the value as set, or null
     */
    public String getInheritCredentials() {
        return values().get(Setting.INHERIT_CREDENTIALS);
    }

    /**
     * Sets {@code inheritCredentials}.
     *
     * @param value see {@link Setting#INHERIT_CREDENTIALS}; null or blank means not set
     */
    public void setInheritCredentials(String value) {
        values().set(Setting.INHERIT_CREDENTIALS, value);
    }

    /**
     * Gives {@code connectionFactoryLookup}.
     *
     * @return the value as set, or null
     */
    public String getConnectionFactoryLookup() {
        return values().get(Setting.CONNECTION_FACTORY_LOOKUP);
    }

    /**
     * Sets {@code connectionFactoryLookup}.
     *
     * @param value see {@link Setting#CONNECTION_FACTORY_LOOKUP}; null or blank means not set
     */
    public void setConnectionFactoryLookup(String value) {
        values().set(Setting.CONNECTION_FACTORY_LOOKUP, value);
    }

    /**
     * Gives {@code destination}.
     *
     * @return the value as set, or null
     */
    public String getDestination() {
        return values().get(Setting.DESTINATION);
    }

    /**
     * Sets {@code destination}.
     *
     * @param value see {@link Setting#DESTINATION}; null or blank means not set
     */
    public void setDestination(String value) {
        values().set(Setting.DESTINATION, value);
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
     * Gives {@code retryMode}.
     *
     * @return the value as set, or null
     */
    public String getRetryMode() {
        return values().get(Setting.RETRY_MODE);
    }

    /**
     * Sets {@code retryMode}.
     *
     * @param value see {@link Setting#RETRY_MODE}; null or blank means not set
     */
    public void setRetryMode(String value) {
        values().set(Setting.RETRY_MODE, value);
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
     * Gives {@code abortOn}.
     *
     * @return the value as set, or null
     */
    public String getAbortOn() {
        return values().get(Setting.ABORT_ON);
    }

    /**
     * Sets {@code abortOn}.
     *
     * @param value see {@link Setting#ABORT_ON}; null or blank means not set
     */
    public void setAbortOn(String value) {
        values().set(Setting.ABORT_ON, value);
    }

    /**
     * Gives {@code requeueOn}.
     *
     * @return the value as set, or null
     */
    public String getRequeueOn() {
        return values().get(Setting.REQUEUE_ON);
    }

    /**
     * Sets {@code requeueOn}.
     *
     * @param value see {@link Setting#REQUEUE_ON}; null or blank means not set
     */
    public void setRequeueOn(String value) {
        values().set(Setting.REQUEUE_ON, value);
    }

    /**
     * Gives {@code parkingQueue}.
     *
     * @return the value as set, or null
     */
    public String getParkingQueue() {
        return values().get(Setting.PARKING_QUEUE);
    }

    /**
     * Sets {@code parkingQueue}.
     *
     * @param value see {@link Setting#PARKING_QUEUE}; null or blank means not set
     */
    public void setParkingQueue(String value) {
        values().set(Setting.PARKING_QUEUE, value);
    }

    /**
     * Gives {@code ackMode}.
     *
     * @return the value as set, or null
     */
    public String getAckMode() {
        return values().get(Setting.ACK_MODE);
    }

    /**
     * Sets {@code ackMode}.
     *
     * @param value see {@link Setting#ACK_MODE}; null or blank means not set
     */
    public void setAckMode(String value) {
        values().set(Setting.ACK_MODE, value);
    }

    /**
     * Gives {@code strictOrder}.
     *
     * @return the value as set, or null
     */
    public String getStrictOrder() {
        return values().get(Setting.STRICT_ORDER);
    }

    /**
     * Sets {@code strictOrder}.
     *
     * @param value see {@link Setting#STRICT_ORDER}; null or blank means not set
     */
    public void setStrictOrder(String value) {
        values().set(Setting.STRICT_ORDER, value);
    }

    /**
     * Gives {@code exclusiveConsumer}.
     *
     * @return the value as set, or null
     */
    public String getExclusiveConsumer() {
        return values().get(Setting.EXCLUSIVE_CONSUMER);
    }

    /**
     * Sets {@code exclusiveConsumer}.
     *
     * @param value see {@link Setting#EXCLUSIVE_CONSUMER}; null or blank means not set
     */
    public void setExclusiveConsumer(String value) {
        values().set(Setting.EXCLUSIVE_CONSUMER, value);
    }

    /**
     * Gives {@code consumerPriority}.
     *
     * @return the value as set, or null
     */
    public String getConsumerPriority() {
        return values().get(Setting.CONSUMER_PRIORITY);
    }

    /**
     * Sets {@code consumerPriority}.
     *
     * @param value see {@link Setting#CONSUMER_PRIORITY}; null or blank means not set
     */
    public void setConsumerPriority(String value) {
        values().set(Setting.CONSUMER_PRIORITY, value);
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
     * Gives {@code topologyMode}.
     *
     * @return the value as set, or null
     */
    public String getTopologyMode() {
        return values().get(Setting.TOPOLOGY_MODE);
    }

    /**
     * Sets {@code topologyMode}.
     *
     * @param value see {@link Setting#TOPOLOGY_MODE}; null or blank means not set
     */
    public void setTopologyMode(String value) {
        values().set(Setting.TOPOLOGY_MODE, value);
    }

    /**
     * Gives {@code exchanges}.
     *
     * @return the value as set, or null
     */
    public String getExchanges() {
        return values().get(Setting.EXCHANGES);
    }

    /**
     * Sets {@code exchanges}.
     *
     * @param value see {@link Setting#EXCHANGES}; null or blank means not set
     */
    public void setExchanges(String value) {
        values().set(Setting.EXCHANGES, value);
    }

    /**
     * Gives {@code queueOptions}.
     *
     * @return the value as set, or null
     */
    public String getQueueOptions() {
        return values().get(Setting.QUEUE_OPTIONS);
    }

    /**
     * Sets {@code queueOptions}.
     *
     * @param value see {@link Setting#QUEUE_OPTIONS}; null or blank means not set
     */
    public void setQueueOptions(String value) {
        values().set(Setting.QUEUE_OPTIONS, value);
    }

    /**
     * Gives {@code bindings}.
     *
     * @return the value as set, or null
     */
    public String getBindings() {
        return values().get(Setting.BINDINGS);
    }

    /**
     * Sets {@code bindings}.
     *
     * @param value see {@link Setting#BINDINGS}; null or blank means not set
     */
    public void setBindings(String value) {
        values().set(Setting.BINDINGS, value);
    }

    /**
     * Gives {@code streamOffset}.
     *
     * @return the value as set, or null
     */
    public String getStreamOffset() {
        return values().get(Setting.STREAM_OFFSET);
    }

    /**
     * Sets {@code streamOffset}.
     *
     * @param value see {@link Setting#STREAM_OFFSET}; null or blank means not set
     */
    public void setStreamOffset(String value) {
        values().set(Setting.STREAM_OFFSET, value);
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
