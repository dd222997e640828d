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
     * Gives {@code passwordFile}.
     *
     * @return the value as set, or null
     */
    public String getPasswordFile() {
        return values().get(Setting.PASSWORD_FILE);
    }

    /**
     * Sets {@code passwordFile}.
     *
     * @param value see {@link Setting#PASSWORD_FILE}; null or blank means not set
     */
    public void setPasswordFile(String value) {
        values().set(Setting.PASSWORD_FILE, value);
    }

    /**
     * Gives {@code saslMechanism}.
     *
     * @return the value as set, or null
     */
    public String getSaslMechanism() {
        return values().get(Setting.SASL_MECHANISM);
    }

    /**
     * Sets {@code saslMechanism}.
     *
     * @param value see {@link Setting#SASL_MECHANISM}; null or blank means not set
     */
    public void setSaslMechanism(String value) {
        values().set(Setting.SASL_MECHANISM, value);
    }

    /**
     * Gives {@code tls}.
     *
     * @return the value as set, or null
     */
    public String getTls() {
        return values().get(Setting.TLS);
    }

    /**
     * Sets {@code tls}.
     *
     * @param value see {@link Setting#TLS}; null or blank means not set
     */
    public void setTls(String value) {
        values().set(Setting.TLS, value);
    }

    /**
     * Gives {@code trustStore}.
     *
     * @return the value as set, or null
     */
    public String getTrustStore() {
        return values().get(Setting.TRUST_STORE);
    }

    /**
     * Sets {@code trustStore}.
     *
     * @param value see {@link Setting#TRUST_STORE}; null or blank means not set
     */
    public void setTrustStore(String value) {
        values().set(Setting.TRUST_STORE, value);
    }

    /**
     * Gives {@code trustStoreType}.
     *
     * @return the value as set, or null
     */
    public String getTrustStoreType() {
        return values().get(Setting.TRUST_STORE_TYPE);
    }

    /**
     * Sets {@code trustStoreType}.
     *
     * @param value see {@link Setting#TRUST_STORE_TYPE}; null or blank means not set
     */
    public void setTrustStoreType(String value) {
        values().set(Setting.TRUST_STORE_TYPE, value);
    }

    /**
     * Gives {@code trustStorePassword}.
     *
     * @return the value as set, or null
     */
    public String getTrustStorePassword() {
        return values().get(Setting.TRUST_STORE_PASSWORD);
    }

    /**
     * Sets {@code trustStorePassword}.
     *
     * @param value see {@link Setting#TRUST_STORE_PASSWORD}; null or blank means not set
     */
    public void setTrustStorePassword(String value) {
        values().set(Setting.TRUST_STORE_PASSWORD, value);
    }

    /**
     * Gives {@code keyStore}.
     *
     * @return the value as set, or null
     */
    public String getKeyStore() {
        return values().get(Setting.KEY_STORE);
    }

    /**
     * Sets {@code keyStore}.
     *
     * @param value see {@link Setting#KEY_STORE}; null or blank means not set
     */
    public void setKeyStore(String value) {
        values().set(Setting.KEY_STORE, value);
    }

    /**
     * Gives {@code keyStoreType}.
     *
     * @return the value as set, or null
     */
    public String getKeyStoreType() {
        return values().get(Setting.KEY_STORE_TYPE);
    }

    /**
     * Sets {@code keyStoreType}.
     *
     * @param value see {@link Setting#KEY_STORE_TYPE}; null or blank means not set
     */
    public void setKeyStoreType(String value) {
        values().set(Setting.KEY_STORE_TYPE, value);
    }

    /**
     * Gives {@code keyStorePassword}.
     *
     * @return the value as set, or null
     */
    public String getKeyStorePassword() {
        return values().get(Setting.KEY_STORE_PASSWORD);
    }

    /**
     * Sets {@code keyStorePassword}.
     *
     * @param value see {@link Setting#KEY_STORE_PASSWORD}; null or blank means not set
     */
    public void setKeyStorePassword(String value) {
        values().set(Setting.KEY_STORE_PASSWORD, value);
    }

    /**
     * Gives {@code privateKey}.
     *
     * @return the value as set, or null
     */
    public String getPrivateKey() {
        return values().get(Setting.PRIVATE_KEY);
    }

    /**
     * Sets {@code privateKey}.
     *
     * @param value see {@link Setting#PRIVATE_KEY}; null or blank means not set
     */
    public void setPrivateKey(String value) {
        values().set(Setting.PRIVATE_KEY, value);
    }

    /**
     * Gives {@code tlsVersions}.
     *
     * @return the value as set, or null
     */
    public String getTlsVersions() {
        return values().get(Setting.TLS_VERSIONS);
    }

    /**
     * Sets {@code tlsVersions}.
     *
     * @param value see {@link Setting#TLS_VERSIONS}; null or blank means not set
     */
    public void setTlsVersions(String value) {
        values().set(Setting.TLS_VERSIONS, value);
    }

    /**
     * Gives {@code tlsVerification}.
     *
     * @return the value as set, or null
     */
    public String getTlsVerification() {
        return values().get(Setting.TLS_VERIFICATION);
    }

    /**
     * Sets {@code tlsVerification}.
     *
     * @param value see {@link Setting#TLS_VERIFICATION}; null or blank means not set
     */
    public void setTlsVerification(String value) {
        values().set(Setting.TLS_VERIFICATION, value);
    }

    /**
     * Gives {@code oauth2TokenEndpoint}.
     *
     * @return the value as set, or null
     */
    public String getOauth2TokenEndpoint() {
        return values().get(Setting.OAUTH2_TOKEN_ENDPOINT);
    }

    /**
     * Sets {@code oauth2TokenEndpoint}.
     *
     * @param value see {@link Setting#OAUTH2_TOKEN_ENDPOINT}; null or blank means not set
     */
    public void setOauth2TokenEndpoint(String value) {
        values().set(Setting.OAUTH2_TOKEN_ENDPOINT, value);
    }

    /**
     * Gives {@code oauth2ClientId}.
     *
     * @return the value as set, or null
     */
    public String getOauth2ClientId() {
        return values().get(Setting.OAUTH2_CLIENT_ID);
    }

    /**
     * Sets {@code oauth2ClientId}.
     *
     * @param value see {@link Setting#OAUTH2_CLIENT_ID}; null or blank means not set
     */
    public void setOauth2ClientId(String value) {
        values().set(Setting.OAUTH2_CLIENT_ID, value);
    }

    /**
     * Gives {@code oauth2ClientSecret}.
     *
     * @return the value as set, or null
     */
    public String getOauth2ClientSecret() {
        return values().get(Setting.OAUTH2_CLIENT_SECRET);
    }

    /**
     * Sets {@code oauth2ClientSecret}.
     *
     * @param value see {@link Setting#OAUTH2_CLIENT_SECRET}; null or blank means not set
     */
    public void setOauth2ClientSecret(String value) {
        values().set(Setting.OAUTH2_CLIENT_SECRET, value);
    }

    /**
     * Gives {@code oauth2Scope}.
     *
     * @return the value as set, or null
     */
    public String getOauth2Scope() {
        return values().get(Setting.OAUTH2_SCOPE);
    }

    /**
     * Sets {@code oauth2Scope}.
     *
     * @param value see {@link Setting#OAUTH2_SCOPE}; null or blank means not set
     */
    public void setOauth2Scope(String value) {
        values().set(Setting.OAUTH2_SCOPE, value);
    }

    /**
     * Gives {@code oauth2Parameters}.
     *
     * @return the value as set, or null
     */
    public String getOauth2Parameters() {
        return values().get(Setting.OAUTH2_PARAMETERS);
    }

    /**
     * Sets {@code oauth2Parameters}.
     *
     * @param value see {@link Setting#OAUTH2_PARAMETERS}; null or blank means not set
     */
    public void setOauth2Parameters(String value) {
        values().set(Setting.OAUTH2_PARAMETERS, value);
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
     * Gives {@code reconnectAttempts}.
     *
     * @return the value as set, or null
     */
    public String getReconnectAttempts() {
        return values().get(Setting.RECONNECT_ATTEMPTS);
    }

    /**
     * Sets {@code reconnectAttempts}.
     *
     * @param value see {@link Setting#RECONNECT_ATTEMPTS}; null or blank means not set
     */
    public void setReconnectAttempts(String value) {
        values().set(Setting.RECONNECT_ATTEMPTS, value);
    }

    /**
     * Gives {@code reconnectTimeLimit}.
     *
     * @return the value as set, or null
     */
    public String getReconnectTimeLimit() {
        return values().get(Setting.RECONNECT_TIME_LIMIT);
    }

    /**
     * Sets {@code reconnectTimeLimit}.
     *
     * @param value see {@link Setting#RECONNECT_TIME_LIMIT}; null or blank means not set
     */
    public void setReconnectTimeLimit(String value) {
        values().set(Setting.RECONNECT_TIME_LIMIT, value);
    }

    /**
     * Gives {@code reconnectStablePeriod}.
     *
     * @return the value as set, or null
     */
    public String getReconnectStablePeriod() {
        return values().get(Setting.RECONNECT_STABLE_PERIOD);
    }

    /**
     * Sets {@code reconnectStablePeriod}.
     *
     * @param value see {@link Setting#RECONNECT_STABLE_PERIOD}; null or blank means not set
     */
    public void setReconnectStablePeriod(String value) {
        values().set(Setting.RECONNECT_STABLE_PERIOD, value);
    }

    /**
     * Gives {@code recovery}.
     *
     * @return the value as set, or null
     */
    public String getRecovery() {
        return values().get(Setting.RECOVERY);
    }

    /**
     * Sets {@code recovery}.
     *
     * @param value see {@link Setting#RECOVERY}; null or blank means not set
     */
    public void setRecovery(String value) {
        values().set(Setting.RECOVERY, value);
    }

    /**
     * Gives {@code probeInterval}.
     *
     * @return the value as set, or null
     */
    public String getProbeInterval() {
        return values().get(Setting.PROBE_INTERVAL);
    }

    /**
     * Sets {@code probeInterval}.
     *
     * @param value see {@link Setting#PROBE_INTERVAL}; null or blank means not set
     */
    public void setProbeInterval(String value) {
        values().set(Setting.PROBE_INTERVAL, value);
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
