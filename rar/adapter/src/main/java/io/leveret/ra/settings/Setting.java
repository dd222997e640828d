package io.leveret.ra.settings;

import java.util.Locale;

/**
 * The vocabulary: every property of the three beans, with its type, range and built-in default.
 *
 * <p>The property name is the bean property's name. A system property is called {@code
 * leveret.<name>}, an environment variable {@code LEVERET_<NAME_IN_CAPITALS>}. Times are in
 * milliseconds, sizes in bytes.
 */
public enum Setting {
    /** Where the broker is: {@code host:port} or {@code amqp://} URIs, separated by commas. */
    ADDRESSES("addresses", "localhost:5672"),
    /** The virtual host. */
    VIRTUAL_HOST("virtualHost", "/"),
    /** The user. */
    USER_NAME("userName", "guest"),
    /** The user's password. */
    PASSWORD("password", "guest"),
    /** Allows own addresses with the resource adapter's credentials. */
    INHERIT_CREDENTIALS("inheritCredentials", "false"),
    /** The name that the broker shows; derived when not set. */
    CONNECTION_NAME("connectionName", null),
    /** Physical connections per purpose and broker. */
    CONNECTIONS("connections", "2", 1, 64),
    /** Channels per physical connection. */
    CHANNELS_PER_CONNECTION("channelsPerConnection", "64", 1, 2031),
    /** AMQP heartbeat, ms, in whole seconds. */
    HEARTBEAT("heartbeat", "10000", 1_000, 600_000),
    /** TCP connect and, again, AMQP handshake, ms. */
    CONNECT_TIMEOUT("connectTimeout", "5000", 100, 600_000),
    /** An answer of the broker to a method, ms. */
    RPC_TIMEOUT("rpcTimeout", "10000", 100, 600_000),
    /** The first reconnect delay's upper bound, ms. */
    RECONNECT_INTERVAL("reconnectInterval", "250", 1, 600_000),
    /** What the bound of the delay is multiplied by after each attempt. */
    RECONNECT_MULTIPLIER("reconnectMultiplier", "2", 1, 100),
    /** The greatest reconnect delay, ms. */
    RECONNECT_MAX_INTERVAL("reconnectMaxInterval", "30000", 1, 3_600_000),
    /** Attempts in one outage before the connection is FAILED; 0 or -1 for no limit. */
    RECONNECT_ATTEMPTS("reconnectAttempts", "0", -1, 1_000_000),
    /** How long an outage may last before the connection is FAILED, ms; 0 for no limit. */
    RECONNECT_TIME_LIMIT("reconnectTimeLimit", "0", 0, 86_400_000),
    /** How long a connection must have been up for its loss to count as a new outage, ms. */
    RECONNECT_STABLE_PERIOD("reconnectStablePeriod", "2000", 0, 3_600_000),
    /** AUTOMATIC, LIMITED or MANUAL: see {@link Recovery}. */
    RECOVERY("recovery", "AUTOMATIC"),
    /** How often a FAILED connection is probed, and an address that was left, ms. */
    PROBE_INTERVAL("probeInterval", "60000", 100, 3_600_000),
    /** How long a physical connection that nobody uses stays open, ms. */
    LINK_IDLE_TIMEOUT("linkIdleTimeout", "30000", 0, 3_600_000),
    /** The longest time that a publish may take, ms. */
    PUBLISH_TIMEOUT("publishTimeout", "10000", 1, 3_600_000),
    /** Unconfirmed publishes per channel. */
    CONFIRM_WINDOW("confirmWindow", "500", 1, 65_536),
    /** What a publish means in a JTA transaction: AFTER_COMMIT or NONE. */
    TRANSACTION_MODE("transactionMode", "AFTER_COMMIT"),
    /** The largest body, bytes; RabbitMQ 4 takes 16 MiB unless configured otherwise. */
    MAX_MESSAGE_SIZE("maxMessageSize", "16777216", 1, 536_870_912),
    /** The queue that an activation consumes. */
    DESTINATION("destination", null),
    /** Concurrent sessions of an activation. */
    MAX_SESSION("maxSession", "4", 1, 1_000),
    /** Unacknowledged deliveries per session. */
    PREFETCH("prefetch", "50", 1, 1_000),
    /** After what time a failed message comes again, ms. */
    RETRY_DELAY("retryDelay", "20000", 1, 86_400_000),
    /** How long stopping waits for running deliveries, ms. */
    DRAIN_TIMEOUT("drainTimeout", "20000", 0, 600_000);

    private final String property;
    private final String builtIn;
    private final long min;
    private final long max;

    Setting(String property, String builtIn) {
        this(property, builtIn, 0, 0);
    }

    Setting(String property, String builtIn, long min, long max) {
        this.property = property;
        this.builtIn = builtIn;
        this.min = min;
        this.max = max;
    }

    /**
     * Gives the name of the bean property.
     *
     * @return the name
     */
    public String property() {
        return property;
    }

    /**
     * Gives the built-in default.
     *
     * @return the value, or null when there is none
     */
    public String builtIn() {
        return builtIn;
    }

    long min() {
        return min;
    }

    long max() {
        return max;
    }

    /** Whether the value must never be shown. */
    boolean secret() {
        return this == PASSWORD;
    }

    /** Whether it belongs to the set that says which broker and as whom. */
    boolean inBrokerSet() {
        return switch (this) {
            case ADDRESSES, VIRTUAL_HOST, USER_NAME, PASSWORD -> true;
            default -> false;
        };
    }

    String systemProperty() {
        return "leveret." + property;
    }

    String environmentVariable() {
        String snake = property.replaceAll("([a-z])([A-Z])", "$1_$2");
        return "LEVERET_" + snake.toUpperCase(Locale.ROOT);
    }
}
