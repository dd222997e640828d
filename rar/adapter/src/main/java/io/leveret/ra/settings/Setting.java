package io.leveret.ra.settings;

import io.leveret.MqTransactionMode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The vocabulary: every property of the three beans, with its type, range, built-in default and the
 * beans that have it. {@code SETTINGS.md} is the same for readers; a test compares the two.
 *
 * <p>The property name is the bean property's name. A system property is called {@code
 * leveret.<name>}, an environment variable {@code LEVERET_<NAME_IN_CAPITALS>}. Times are in
 * milliseconds, sizes in bytes.
 */
public enum Setting {
    /** Where the broker is: {@code host:port} or {@code amqp(s)://} URIs, separated by commas. */
    ADDRESSES("addresses", Type.LIST, "localhost:5672"),
    /** The virtual host. */
    VIRTUAL_HOST("virtualHost", Type.TEXT, "/"),
    /** The user. */
    USER_NAME("userName", Type.TEXT, "guest"),
    /** The user's password. */
    PASSWORD("password", Type.TEXT, "guest"),
    /** A file with the user's password, read anew for every attempt to connect. */
    PASSWORD_FILE("passwordFile", Type.FILE, null),
    /** How the broker is told who connects. */
    SASL_MECHANISM("saslMechanism", SaslMechanism.class, "PLAIN"),
    /** Allows own addresses with the resource adapter's credentials. */
    INHERIT_CREDENTIALS(
            "inheritCredentials", Type.FLAG, "false", Bean.CONNECTION_FACTORY, Bean.ACTIVATION),
    /** The JNDI name of a connection factory whose broker set an activation takes. */
    CONNECTION_FACTORY_LOOKUP("connectionFactoryLookup", Type.TEXT, null, Bean.ACTIVATION),
    /** Whether connections are encrypted; {@code amqps://} says so too. */
    TLS("tls", Type.FLAG, "false"),
    /** The certificate authorities to trust; the JVM's own when not set. */
    TRUST_STORE("trustStore", Type.FILE, null),
    /** How the trust store is written; guessed from the file's name when not set. */
    TRUST_STORE_TYPE("trustStoreType", TlsSettings.Type.class, null),
    /** The trust store's password. */
    TRUST_STORE_PASSWORD("trustStorePassword", Type.TEXT, null),
    /** The client certificate, and its key. */
    KEY_STORE("keyStore", Type.FILE, null),
    /** How the key store is written; guessed from the file's name when not set. */
    KEY_STORE_TYPE("keyStoreType", TlsSettings.Type.class, null),
    /** The password of the key store and of its key. */
    KEY_STORE_PASSWORD("keyStorePassword", Type.TEXT, null),
    /** The PEM file with the key, when the key store is PEM and does not hold it. */
    PRIVATE_KEY("privateKey", Type.FILE, null),
    /** The TLS versions that may be used, best first. */
    TLS_VERSIONS("tlsVersions", Type.LIST, "TLSv1.3,TLSv1.2"),
    /** What of the broker's certificate is checked. */
    TLS_VERIFICATION("tlsVerification", TlsSettings.Verification.class, "FULL"),
    /** Where OAuth2 access tokens are issued: an {@code https://} URI. */
    OAUTH2_TOKEN_ENDPOINT("oauth2TokenEndpoint", Type.TEXT, null),
    /** The OAuth2 client. */
    OAUTH2_CLIENT_ID("oauth2ClientId", Type.TEXT, null),
    /** The OAuth2 client's secret. */
    OAUTH2_CLIENT_SECRET("oauth2ClientSecret", Type.TEXT, null),
    /** The scope that is asked for. */
    OAUTH2_SCOPE("oauth2Scope", Type.TEXT, null),
    /** Further form parameters of the token request: {@code key=value,key=value}. */
    OAUTH2_PARAMETERS("oauth2Parameters", Type.LIST, null),
    /** The name that the broker shows; derived when not set. */
    CONNECTION_NAME("connectionName", Type.TEXT, null),
    /** Physical connections per purpose and broker. */
    CONNECTIONS("connections", Type.NUMBER, "2", 1, 64),
    /** Channels per physical connection. */
    CHANNELS_PER_CONNECTION("channelsPerConnection", Type.NUMBER, "64", 1, 2031),
    /** Physical connections of the whole resource adapter. */
    MAX_CONNECTIONS("maxConnections", Type.NUMBER, "500", 1, 65_535, Bean.RESOURCE_ADAPTER),
    /** AMQP heartbeat, ms, in whole seconds. */
    HEARTBEAT("heartbeat", Type.TIME, "10000", 1_000, 600_000),
    /** TCP connect and, again, TLS and AMQP handshake, ms. */
    CONNECT_TIMEOUT("connectTimeout", Type.TIME, "5000", 100, 600_000),
    /** An answer of the broker to a method, ms. */
    RPC_TIMEOUT("rpcTimeout", Type.TIME, "10000", 100, 600_000),
    /** The first reconnect delay's upper bound, ms. */
    RECONNECT_INTERVAL("reconnectInterval", Type.TIME, "250", 1, 600_000),
    /** What the bound of the delay is multiplied by after each attempt. */
    RECONNECT_MULTIPLIER("reconnectMultiplier", Type.NUMBER, "2", 1, 100),
    /** The greatest reconnect delay, ms. */
    RECONNECT_MAX_INTERVAL("reconnectMaxInterval", Type.TIME, "30000", 1, 3_600_000),
    /** Attempts in one outage before the connection is FAILED; 0 or -1 for no limit. */
    RECONNECT_ATTEMPTS("reconnectAttempts", Type.NUMBER, "0", -1, 1_000_000),
    /** How long an outage may last before the connection is FAILED, ms; 0 for no limit. */
    RECONNECT_TIME_LIMIT("reconnectTimeLimit", Type.TIME, "0", 0, 86_400_000),
    /** How long a connection must have been up for its loss to count as a new outage, ms. */
    RECONNECT_STABLE_PERIOD("reconnectStablePeriod", Type.TIME, "2000", 0, 3_600_000),
    /** AUTOMATIC, LIMITED or MANUAL: see {@link Recovery}. */
    RECOVERY("recovery", Recovery.class, "AUTOMATIC"),
    /** How often a FAILED connection is probed, and an address that was left, ms. */
    PROBE_INTERVAL("probeInterval", Type.TIME, "60000", 100, 3_600_000),
    /** How long a physical connection that nobody uses stays open, ms. */
    LINK_IDLE_TIMEOUT("linkIdleTimeout", Type.TIME, "30000", 0, 3_600_000),
    /** The longest time that a publish may take, ms. */
    PUBLISH_TIMEOUT(
            "publishTimeout",
            Type.TIME,
            "10000",
            1,
            3_600_000,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** How often a publish that the broker has refused is made again. */
    PUBLISH_RETRIES(
            "publishRetries",
            Type.NUMBER,
            "0",
            0,
            100,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** The pause before a publish is made again for the first time, ms. */
    PUBLISH_RETRY_DELAY(
            "publishRetryDelay",
            Type.TIME,
            "100",
            1,
            600_000,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** Whether a publish whose answer is missing is made again, too. */
    PUBLISH_RETRY_UNKNOWN(
            "publishRetryUnknown",
            Type.FLAG,
            "false",
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** Unconfirmed publishes per channel. */
    CONFIRM_WINDOW(
            "confirmWindow",
            Type.NUMBER,
            "500",
            1,
            65_536,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** What a publish means in a JTA transaction. */
    TRANSACTION_MODE(
            "transactionMode",
            MqTransactionMode.class,
            "AFTER_COMMIT",
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** How long a transaction waits for the broker, before its commit and again after it, ms. */
    AFTER_COMMIT_TIMEOUT(
            "afterCommitTimeout",
            Type.TIME,
            "2000",
            0,
            600_000,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** Messages that may wait for a commit or, after it, for the broker. */
    AFTER_COMMIT_MESSAGES(
            "afterCommitMessages", Type.NUMBER, "10000", 1, 1_000_000, Bean.RESOURCE_ADAPTER),
    /** Bytes that the bodies of these messages may have together. */
    AFTER_COMMIT_BYTES(
            "afterCommitBytes", Type.SIZE, "67108864", 1, 2_147_483_647, Bean.RESOURCE_ADAPTER),
    /** The largest body, bytes; RabbitMQ 4 takes 16 MiB unless configured otherwise. */
    MAX_MESSAGE_SIZE(
            "maxMessageSize",
            Type.SIZE,
            "16777216",
            1,
            536_870_912,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** After what time an open connection handle is reported, ms; 0 for never. */
    LEAK_DETECTION_THRESHOLD(
            "leakDetectionThreshold",
            Type.TIME,
            "0",
            0,
            86_400_000,
            Bean.RESOURCE_ADAPTER,
            Bean.CONNECTION_FACTORY),
    /** The queue that an activation consumes. */
    DESTINATION("destination", Type.TEXT, null, Bean.ACTIVATION),
    /** Concurrent sessions of an activation. */
    MAX_SESSION("maxSession", Type.NUMBER, "4", 1, 1_000, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** Unacknowledged deliveries per session. */
    PREFETCH("prefetch", Type.NUMBER, "50", 1, 1_000, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** How often a message is tried in all, 0 for no limit. */
    MAX_ATTEMPTS(
            "maxAttempts", Type.NUMBER, "4", 0, 1_000_000, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** After what time a message that has failed once comes again, ms. */
    RETRY_DELAY(
            "retryDelay",
            Type.TIME,
            "20000",
            1,
            86_400_000,
            Bean.RESOURCE_ADAPTER,
            Bean.ACTIVATION),
    /** What the delay is multiplied by after each further failure. */
    RETRY_MULTIPLIER(
            "retryMultiplier", Type.NUMBER, "1", 1, 100, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** The greatest delay that the multiplier leads to, ms. */
    RETRY_MAX_DELAY(
            "retryMaxDelay",
            Type.TIME,
            "3600000",
            1,
            86_400_000,
            Bean.RESOURCE_ADAPTER,
            Bean.ACTIVATION),
    /** All delays, one after another, instead of the three above, ms. */
    RETRY_DELAYS(
            "retryDelays", Type.LIST, null, 1, 86_400_000, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** How a failed message comes again: see {@link RetryMode}. */
    RETRY_MODE("retryMode", RetryMode.class, null, Bean.ACTIVATION),
    /** What becomes of a message that has failed for the last time: see {@link AtEnd}. */
    AT_END("atEnd", AtEnd.class, "PARK", Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** After how many failures in a row an activation pauses, 0 for never. */
    PAUSE_AFTER_FAILURES(
            "pauseAfterFailures",
            Type.NUMBER,
            "100",
            0,
            1_000_000,
            Bean.RESOURCE_ADAPTER,
            Bean.ACTIVATION),
    /** Exceptions that end a message at once: names of classes. */
    ABORT_ON("abortOn", Type.LIST, null, Bean.ACTIVATION),
    /** Exceptions that are not counted as a try: names of classes. */
    REQUEUE_ON("requeueOn", Type.LIST, null, Bean.ACTIVATION),
    /**
     * Where a message is parked that has failed for the last time, or that a committed transaction
     * can never publish.
     */
    PARKING_QUEUE("parkingQueue", Type.TEXT, null, Bean.CONNECTION_FACTORY, Bean.ACTIVATION),
    /**
     * When a delivery is acknowledged: see {@link AckMode}; by the listener's type when not set.
     */
    ACK_MODE("ackMode", AckMode.class, null, Bean.ACTIVATION),
    /** One message at a time, in the queue's order, whatever fails. */
    STRICT_ORDER("strictOrder", Type.FLAG, "false", Bean.ACTIVATION),
    /** Whether the activation is the only consumer of its queue. */
    EXCLUSIVE_CONSUMER("exclusiveConsumer", Type.FLAG, "false", Bean.ACTIVATION),
    /** The consumers' priority; consumers of higher priority are served first. */
    CONSUMER_PRIORITY("consumerPriority", Type.NUMBER, "0", -1_000_000, 1_000_000, Bean.ACTIVATION),
    /** After what time a delivery that still runs is reported STUCK, ms; 0 for never. */
    STUCK_THRESHOLD(
            "stuckThreshold",
            Type.TIME,
            "600000",
            0,
            86_400_000,
            Bean.RESOURCE_ADAPTER,
            Bean.ACTIVATION),
    /** What is done about queues and exchanges before they are used: see {@link TopologyMode}. */
    TOPOLOGY_MODE("topologyMode", TopologyMode.class, "NONE"),
    /** The exchanges that must be there: see {@link Notation}. */
    EXCHANGES("exchanges", Type.TEXT, null, Bean.CONNECTION_FACTORY, Bean.ACTIVATION),
    /** The queues that a connection factory needs: see {@link Notation}. */
    QUEUES("queues", Type.TEXT, null, Bean.CONNECTION_FACTORY),
    /** How the destination is declared: see {@link Notation} and {@link QueueOption}. */
    QUEUE_OPTIONS("queueOptions", Type.TEXT, null, Bean.ACTIVATION),
    /** What the destination, or a connection factory's queue, is bound to: see {@link Notation}. */
    BINDINGS("bindings", Type.TEXT, null, Bean.CONNECTION_FACTORY, Bean.ACTIVATION),
    /** Where to begin in the stream that the destination is: see {@link StreamOffset}. */
    STREAM_OFFSET("streamOffset", Type.TEXT, null, Bean.ACTIVATION),
    /** What follows when a queue is found to lose messages: see {@link Verification}. */
    VERIFICATION(
            "verification", Verification.class, "WARN", Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** Where the broker's management API is, for what AMQP does not tell. */
    MANAGEMENT_URL("managementUrl", Type.TEXT, null, Bean.RESOURCE_ADAPTER, Bean.ACTIVATION),
    /** How long stopping waits for running deliveries, ms. */
    DRAIN_TIMEOUT("drainTimeout", Type.TIME, "20000", 0, 600_000, Bean.RESOURCE_ADAPTER);

    /** The beans. */
    public enum Bean {
        /** The resource adapter. */
        RESOURCE_ADAPTER("adapter"),
        /** The managed connection factory. */
        CONNECTION_FACTORY("factory"),
        /** The activation spec. */
        ACTIVATION("activation");

        private final String shown;

        Bean(String shown) {
            this.shown = shown;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    /** How a value is written. */
    public enum Type {
        /** Any text. */
        TEXT("text", ""),
        /** Texts separated by commas. */
        LIST("list", ""),
        /** The path of a file on the server. */
        FILE("file", ""),
        /** {@code true} or {@code false}. */
        FLAG("flag", ""),
        /** One of a few words, in any case. */
        CHOICE("choice", ""),
        /** A whole number. */
        NUMBER("number", ""),
        /** A whole number of milliseconds. */
        TIME("time", "ms"),
        /** A whole number of bytes. */
        SIZE("size", "bytes");

        private final String shown;
        private final String unit;

        Type(String shown, String unit) {
            this.shown = shown;
            this.unit = unit;
        }

        /**
         * Gives the unit.
         *
         * @return {@code ms} or {@code bytes}, empty when there is none
         */
        public String unit() {
            return unit;
        }

        @Override
        public String toString() {
            return shown;
        }
    }

    private final String property;
    private final Type type;
    private final String builtIn;
    private final long min;
    private final long max;
    private final List<String> choices;
    private final Set<Bean> beans;

    Setting(String property, Type type, String builtIn, Bean... beans) {
        this(property, type, List.of(), builtIn, 0, 0, beans);
    }

    Setting(String property, Type type, String builtIn, long min, long max, Bean... beans) {
        this(property, type, List.of(), builtIn, min, max, beans);
    }

    Setting(String property, Class<? extends Enum<?>> choices, String builtIn, Bean... beans) {
        this(
                property,
                Type.CHOICE,
                Arrays.stream(choices.getEnumConstants()).map(Enum::name).toList(),
                builtIn,
                0,
                0,
                beans);
    }

    /** No bean named means all of them. */
    Setting(
            String property,
            Type type,
            List<String> choices,
            String builtIn,
            long min,
            long max,
            Bean... beans) {
        this.property = property;
        this.type = type;
        this.choices = choices;
        this.builtIn = builtIn;
        this.min = min;
        this.max = max;
        this.beans =
                beans.length == 0
                        ? EnumSet.allOf(Bean.class)
                        : EnumSet.copyOf(Arrays.asList(beans));
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
     * Gives how a value is written.
     *
     * @return the type
     */
    public Type type() {
        return type;
    }

    /**
     * Gives the built-in default.
     *
     * @return the value, or null when there is none
     */
    public String builtIn() {
        return builtIn;
    }

    /**
     * Gives the beans that have this property.
     *
     * @return at least one
     */
    public Set<Bean> beans() {
        return Set.copyOf(beans);
    }

    /**
     * Gives the words that may be chosen from.
     *
     * @return the words, empty when it is no choice
     */
    public List<String> choices() {
        return choices;
    }

    /** The least number. */
    long min() {
        return min;
    }

    /** The greatest number; 0 when it is no number. */
    long max() {
        return max;
    }

    /**
     * Says whether the value must never be shown.
     *
     * @return true for passwords and the like
     */
    public boolean secret() {
        return switch (this) {
            case PASSWORD, TRUST_STORE_PASSWORD, KEY_STORE_PASSWORD, OAUTH2_CLIENT_SECRET -> true;
            default -> false;
        };
    }

    /** Whether it belongs to the set that says which broker and as whom. */
    boolean inBrokerSet() {
        return this != INHERIT_CREDENTIALS
                && this != CONNECTION_FACTORY_LOOKUP
                && compareTo(OAUTH2_PARAMETERS) <= 0;
    }

    /**
     * Says whether only the bean itself can set it, because a common value makes no sense.
     *
     * @return true when system property and environment are not looked at
     */
    public boolean onlyOnBean() {
        return switch (this) {
            case DESTINATION,
                    CONNECTION_FACTORY_LOOKUP,
                    ACK_MODE,
                    STRICT_ORDER,
                    RETRY_MODE,
                    PARKING_QUEUE,
                    ABORT_ON,
                    REQUEUE_ON,
                    EXCLUSIVE_CONSUMER,
                    CONSUMER_PRIORITY,
                    EXCHANGES,
                    QUEUES,
                    QUEUE_OPTIONS,
                    BINDINGS,
                    STREAM_OFFSET ->
                    true;
            default -> false;
        };
    }

    /**
     * Gives the name as system property.
     *
     * @return the name
     */
    public String systemProperty() {
        return "leveret." + property;
    }

    /**
     * Gives the name as environment variable.
     *
     * @return the name
     */
    public String environmentVariable() {
        String snake = property.replaceAll("([a-z0-9])([A-Z])", "$1_$2");
        return "LEVERET_" + snake.toUpperCase(Locale.ROOT);
    }
}
