package io.leveret.ra.settings;

/**
 * The properties that only the managed connection factory has. See {@link Setting} for meaning,
 * unit and default.
 */
public abstract class ConnectionFactoryBean extends PublishBean {

    private static final long serialVersionUID = 1L;

    /** For the bean. */
    protected ConnectionFactoryBean() {}

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
     * Gives {@code queues}.
     *
     * @return the value as set, or null
     */
    public String getQueues() {
        return values().get(Setting.QUEUES);
    }

    /**
     * Sets {@code queues}.
     *
     * @param value see {@link Setting#QUEUES}; null or blank means not set
     */
    public void setQueues(String value) {
        values().set(Setting.QUEUES, value);
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
}
