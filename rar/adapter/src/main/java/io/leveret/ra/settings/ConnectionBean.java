package io.leveret.ra.settings;

import java.io.Serializable;

/**
 * The properties that all three beans share: which broker, and how connections to it are made.
 * Every property is a String, because a container rejects expressions and malformed numbers on
 * other types before the adapter can list them. See {@link Setting} for meaning, unit and default.
 */
public abstract class ConnectionBean implements Serializable {

    private static final long serialVersionUID = 1L;

    /** What was set. */
    private final Values values = new Values();

    /** For the beans. */
    protected ConnectionBean() {}

    /**
     * Gives the values that were set on this bean.
     *
     * @return the live values
     */
    public final Values values() {
        return values;
    }

    /**
     * Gives {@code addresses}.
     *
     * @return the value as set, or null
     */
    public String getAddresses() {
        return values().get(Setting.ADDRESSES);
    }

    /**
     * Sets {@code addresses}.
     *
     * @param value see {@link Setting#ADDRESSES}; null or blank means not set
     */
    public void setAddresses(String value) {
        values().set(Setting.ADDRESSES, value);
    }

    /**
     * Gives {@code virtualHost}.
     *
     * @return the value as set, or null
     */
    public String getVirtualHost() {
        return values().get(Setting.VIRTUAL_HOST);
    }

    /**
     * Sets {@code virtualHost}.
     *
     * @param value see {@link Setting#VIRTUAL_HOST}; null or blank means not set
     */
    public void setVirtualHost(String value) {
        values().set(Setting.VIRTUAL_HOST, value);
    }

    /**
     * Gives {@code userName}.
     *
     * @return the value as set, or null
     */
    public String getUserName() {
        return values().get(Setting.USER_NAME);
    }

    /**
     * Sets {@code userName}.
     *
     * @param value see {@link Setting#USER_NAME}; null or blank means not set
     */
    public void setUserName(String value) {
        values().set(Setting.USER_NAME, value);
    }

    /**
     * Gives {@code password}.
     *
     * @return the value as set, or null
     */
    public String getPassword() {
        return values().get(Setting.PASSWORD);
    }

    /**
     * Sets {@code password}.
     *
     * @param value see {@link Setting#PASSWORD}; null or blank means not set
     */
    public void setPassword(String value) {
        values().set(Setting.PASSWORD, value);
    }

    /**
     * Gives {@code connectionName}.
     *
     * @return the value as set, or null
     */
    public String getConnectionName() {
        return values().get(Setting.CONNECTION_NAME);
    }

    /**
     * Sets {@code connectionName}.
     *
     * @param value see {@link Setting#CONNECTION_NAME}; null or blank means not set
     */
    public void setConnectionName(String value) {
        values().set(Setting.CONNECTION_NAME, value);
    }

    /**
     * Gives {@code connections}.
     *
     * @return the value as set, or null
     */
    public String getConnections() {
        return values().get(Setting.CONNECTIONS);
    }

    /**
     * Sets {@code connections}.
     *
     * @param value see {@link Setting#CONNECTIONS}; null or blank means not set
     */
    public void setConnections(String value) {
        values().set(Setting.CONNECTIONS, value);
    }

    /**
     * Gives {@code channelsPerConnection}.
     *
     * @return the value as set, or null
     */
    public String getChannelsPerConnection() {
        return values().get(Setting.CHANNELS_PER_CONNECTION);
    }

    /**
     * Sets {@code channelsPerConnection}.
     *
     * @param value see {@link Setting#CHANNELS_PER_CONNECTION}; null or blank means not set
     */
    public void setChannelsPerConnection(String value) {
        values().set(Setting.CHANNELS_PER_CONNECTION, value);
    }

    /**
     * Gives {@code heartbeat}.
     *
     * @return the value as set, or null
     */
    public String getHeartbeat() {
        return values().get(Setting.HEARTBEAT);
    }

    /**
     * Sets {@code heartbeat}.
     *
     * @param value see {@link Setting#HEARTBEAT}; null or blank means not set
     */
    public void setHeartbeat(String value) {
        values().set(Setting.HEARTBEAT, value);
    }

    /**
     * Gives {@code connectTimeout}.
     *
     * @return the value as set, or null
     */
    public String getConnectTimeout() {
        return values().get(Setting.CONNECT_TIMEOUT);
    }

    /**
     * Sets {@code connectTimeout}.
     *
     * @param value see {@link Setting#CONNECT_TIMEOUT}; null or blank means not set
     */
    public void setConnectTimeout(String value) {
        values().set(Setting.CONNECT_TIMEOUT, value);
    }

    /**
     * Gives {@code rpcTimeout}.
     *
     * @return the value as set, or null
     */
    public String getRpcTimeout() {
        return values().get(Setting.RPC_TIMEOUT);
    }

    /**
     * Sets {@code rpcTimeout}.
     *
     * @param value see {@link Setting#RPC_TIMEOUT}; null or blank means not set
     */
    public void setRpcTimeout(String value) {
        values().set(Setting.RPC_TIMEOUT, value);
    }

    /**
     * Gives {@code reconnectInterval}.
     *
     * @return the value as set, or null
     */
    public String getReconnectInterval() {
        return values().get(Setting.RECONNECT_INTERVAL);
    }

    /**
     * Sets {@code reconnectInterval}.
     *
     * @param value see {@link Setting#RECONNECT_INTERVAL}; null or blank means not set
     */
    public void setReconnectInterval(String value) {
        values().set(Setting.RECONNECT_INTERVAL, value);
    }

    /**
     * Gives {@code reconnectMultiplier}.
     *
     * @return the value as set, or null
     */
    public String getReconnectMultiplier() {
        return values().get(Setting.RECONNECT_MULTIPLIER);
    }

    /**
     * Sets {@code reconnectMultiplier}.
     *
     * @param value see {@link Setting#RECONNECT_MULTIPLIER}; null or blank means not set
     */
    public void setReconnectMultiplier(String value) {
        values().set(Setting.RECONNECT_MULTIPLIER, value);
    }

    /**
     * Gives {@code reconnectMaxInterval}.
     *
     * @return the value as set, or null
     */
    public String getReconnectMaxInterval() {
        return values().get(Setting.RECONNECT_MAX_INTERVAL);
    }

    /**
     * Sets {@code reconnectMaxInterval}.
     *
     * @param value see {@link Setting#RECONNECT_MAX_INTERVAL}; null or blank means not set
     */
    public void setReconnectMaxInterval(String value) {
        values().set(Setting.RECONNECT_MAX_INTERVAL, value);
    }

    /**
     * Gives {@code linkIdleTimeout}.
     *
     * @return the value as set, or null
     */
    public String getLinkIdleTimeout() {
        return values().get(Setting.LINK_IDLE_TIMEOUT);
    }

    /**
     * Sets {@code linkIdleTimeout}.
     *
     * @param value see {@link Setting#LINK_IDLE_TIMEOUT}; null or blank means not set
     */
    public void setLinkIdleTimeout(String value) {
        values().set(Setting.LINK_IDLE_TIMEOUT, value);
    }
}
