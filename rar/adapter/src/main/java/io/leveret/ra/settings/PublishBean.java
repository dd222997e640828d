package io.leveret.ra.settings;

/**
 * The properties of publishing, shared by the resource adapter (as defaults) and the managed
 * connection factory. See {@link Setting} for meaning, unit and default.
 */
public abstract class PublishBean extends ConnectionBean {

    private static final long serialVersionUID = 1L;

    /** For the beans. */
    protected PublishBean() {}

    /**
     * Gives {@code publishTimeout}.
     *
     * @return the value as set, or null
     */
    public String getPublishTimeout() {
        return values().get(Setting.PUBLISH_TIMEOUT);
    }

    /**
     * Sets {@code publishTimeout}.
     *
     * @param value see {@link Setting#PUBLISH_TIMEOUT}; null or blank means not set
     */
    public void setPublishTimeout(String value) {
        values().set(Setting.PUBLISH_TIMEOUT, value);
    }

    /**
     * Gives {@code publishRetries}.
     *
     * @return the value as set, or null
     */
    public String getPublishRetries() {
        return values().get(Setting.PUBLISH_RETRIES);
    }

    /**
     * Sets {@code publishRetries}.
     *
     * @param value see {@link Setting#PUBLISH_RETRIES}; null or blank means not set
     */
    public void setPublishRetries(String value) {
        values().set(Setting.PUBLISH_RETRIES, value);
    }

    /**
     * Gives {@code publishRetryDelay}.
     *
     * @return the value as set, or null
     */
    public String getPublishRetryDelay() {
        return values().get(Setting.PUBLISH_RETRY_DELAY);
    }

    /**
     * Sets {@code publishRetryDelay}.
     *
     * @param value see {@link Setting#PUBLISH_RETRY_DELAY}; null or blank means not set
     */
    public void setPublishRetryDelay(String value) {
        values().set(Setting.PUBLISH_RETRY_DELAY, value);
    }

    /**
     * Gives {@code publishRetryUnknown}.
     *
     * @return the value as set, or null
     */
    public String getPublishRetryUnknown() {
        return values().get(Setting.PUBLISH_RETRY_UNKNOWN);
    }

    /**
     * Sets {@code publishRetryUnknown}.
     *
     * @param value see {@link Setting#PUBLISH_RETRY_UNKNOWN}; null or blank means not set
     */
    public void setPublishRetryUnknown(String value) {
        values().set(Setting.PUBLISH_RETRY_UNKNOWN, value);
    }

    /**
     * Gives {@code confirmWindow}.
     *
     * @return the value as set, or null
     */
    public String getConfirmWindow() {
        return values().get(Setting.CONFIRM_WINDOW);
    }

    /**
     * Sets {@code confirmWindow}.
     *
     * @param value see {@link Setting#CONFIRM_WINDOW}; null or blank means not set
     */
    public void setConfirmWindow(String value) {
        values().set(Setting.CONFIRM_WINDOW, value);
    }

    /**
     * Gives {@code transactionMode}.
     *
     * @return the value as set, or null
     */
    public String getTransactionMode() {
        return values().get(Setting.TRANSACTION_MODE);
    }

    /**
     * Sets {@code transactionMode}.
     *
     * @param value see {@link Setting#TRANSACTION_MODE}; null or blank means not set
     */
    public void setTransactionMode(String value) {
        values().set(Setting.TRANSACTION_MODE, value);
    }

    /**
     * Gives {@code afterCommitTimeout}.
     *
     * @return the value as set, or null
     */
    public String getAfterCommitTimeout() {
        return values().get(Setting.AFTER_COMMIT_TIMEOUT);
    }

    /**
     * Sets {@code afterCommitTimeout}.
     *
     * @param value see {@link Setting#AFTER_COMMIT_TIMEOUT}; null or blank means not set
     */
    public void setAfterCommitTimeout(String value) {
        values().set(Setting.AFTER_COMMIT_TIMEOUT, value);
    }

    /**
     * Gives {@code maxMessageSize}.
     *
     * @return the value as set, or null
     */
    public String getMaxMessageSize() {
        return values().get(Setting.MAX_MESSAGE_SIZE);
    }

    /**
     * Sets {@code maxMessageSize}.
     *
     * @param value see {@link Setting#MAX_MESSAGE_SIZE}; null or blank means not set
     */
    public void setMaxMessageSize(String value) {
        values().set(Setting.MAX_MESSAGE_SIZE, value);
    }

    /**
     * Gives {@code leakDetectionThreshold}.
     *
     * @return the value as set, or null
     */
    public String getLeakDetectionThreshold() {
        return values().get(Setting.LEAK_DETECTION_THRESHOLD);
    }

    /**
     * Sets {@code leakDetectionThreshold}.
     *
     * @param value see {@link Setting#LEAK_DETECTION_THRESHOLD}; null or blank means not set
     */
    public void setLeakDetectionThreshold(String value) {
        values().set(Setting.LEAK_DETECTION_THRESHOLD, value);
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
}
