package io.leveret.ra.settings;

import io.leveret.MqTransactionMode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Finds and checks effective values. Precedence: the bean, the resource adapter bean, system
 * property, environment, built-in default.
 *
 * <p>The broker set is taken as a whole from the first level that sets any of it, where system
 * properties and environment count as one level, so that a password may come from the environment
 * beside an address from a system property. What URIs in {@code addresses} say counts as set beside
 * them; {@link Copies} tells what a container may have copied from the resource adapter.
 *
 * <p>Errors go to {@link Problems}; after an error a placeholder is returned that the caller must
 * not use. Not thread-safe.
 */
public final class SettingsReader {

    private final Problems problems = new Problems();
    private final Parser parser = new Parser(problems);
    private final Level bean;
    private final Level adapter;
    private final Level outside;

    /**
     * Reads for the resource adapter itself.
     *
     * @param adapter its values
     */
    public SettingsReader(Values adapter) {
        this(new Values(), adapter);
    }

    /**
     * Reads for a bean below a resource adapter.
     *
     * @param bean its values
     * @param adapter the resource adapter's values
     */
    public SettingsReader(Values bean, Values adapter) {
        this(bean, adapter, System::getProperty, System::getenv);
    }

    SettingsReader(
            Values bean,
            Values adapter,
            UnaryOperator<String> systemProperties,
            UnaryOperator<String> environment) {
        Expressions expressions = new Expressions(systemProperties, environment);
        this.bean = new Level(bean.raw(), expressions, problems);
        this.adapter = new Level(adapter.raw(), expressions, problems);
        this.outside = new Level(outside(systemProperties, environment), expressions, problems);
        Map<Setting, String> adapterWithoutUris = new EnumMap<>(Setting.class);
        adapterWithoutUris.putAll(this.adapter.values());
        this.adapter.readUris(EnumSet.noneOf(Setting.class));
        Copies.sort(this.bean, adapterWithoutUris);
        if (this.adapter.brokerSet().isEmpty()) {
            this.outside.readUris(EnumSet.noneOf(Setting.class));
        }
    }

    private static Map<Setting, String> outside(
            UnaryOperator<String> systemProperties, UnaryOperator<String> environment) {
        Values found = new Values();
        for (Setting setting : Setting.values()) {
            found.set(setting, environment.apply(setting.environmentVariable()));
            String property = systemProperties.apply(setting.systemProperty());
            if (property != null && !property.isBlank()) {
                found.set(setting, property);
            }
        }
        return found.raw();
    }

    /**
     * Gives the errors found so far.
     *
     * @return the collector
     */
    public Problems problems() {
        return problems;
    }

    /**
     * Reads which broker, and as whom.
     *
     * @return the broker set
     */
    public BrokerSettings broker() {
        return new BrokerReader(problems)
                .read(
                        bean,
                        adapter.brokerSet().isEmpty() ? outside : adapter,
                        flag(Setting.INHERIT_CREDENTIALS));
    }

    /**
     * Reads where an activation finds the connection factory whose broker set it takes. Its own
     * broker set, if it has one, is read too, so that its errors are noted.
     *
     * @return the JNDI name, or null when the broker set is read as usual
     */
    public Lookup connectionFactoryLookup() {
        String name = bean.get(Setting.CONNECTION_FACTORY_LOOKUP).map(String::trim).orElse(null);
        if (name == null) {
            return null;
        }
        if (bean.isTrue(Setting.INHERIT_CREDENTIALS)) {
            problems.add(
                    Setting.INHERIT_CREDENTIALS,
                    "true",
                    "contradicts connectionFactoryLookup, which says who connects",
                    "remove one of them");
        }
        return new Lookup(name, bean.brokerSet().isEmpty() ? null : broker());
    }

    /**
     * Reads how connections are made and kept.
     *
     * @return the link settings
     */
    public LinkSettings link() {
        Duration heartbeat = time(Setting.HEARTBEAT);
        if (heartbeat.toMillis() % 1_000 != 0) {
            problems.add(
                    Setting.HEARTBEAT,
                    text(Setting.HEARTBEAT),
                    "AMQP heartbeats are whole seconds",
                    "use a multiple of 1000 ms");
        }
        Duration interval = time(Setting.RECONNECT_INTERVAL);
        Duration max = time(Setting.RECONNECT_MAX_INTERVAL);
        if (interval.compareTo(max) > 0) {
            problems.add(
                    Setting.RECONNECT_INTERVAL,
                    text(Setting.RECONNECT_INTERVAL),
                    "is greater than reconnectMaxInterval (" + max.toMillis() + ")",
                    "lower it or raise reconnectMaxInterval");
        }
        return new LinkSettings(
                number(Setting.CONNECTIONS),
                number(Setting.CHANNELS_PER_CONNECTION),
                heartbeat,
                time(Setting.CONNECT_TIMEOUT),
                time(Setting.RPC_TIMEOUT),
                new LinkSettings.Reconnect(
                        interval,
                        number(Setting.RECONNECT_MULTIPLIER),
                        max,
                        Math.max(0, number(Setting.RECONNECT_ATTEMPTS)),
                        time(Setting.RECONNECT_TIME_LIMIT),
                        time(Setting.RECONNECT_STABLE_PERIOD),
                        oneOf(Setting.RECOVERY, Recovery.class),
                        time(Setting.PROBE_INTERVAL)),
                time(Setting.LINK_IDLE_TIMEOUT),
                text(Setting.CONNECTION_NAME));
    }

    /**
     * Reads how a connection factory publishes.
     *
     * @return the publish settings
     */
    public PublishSettings publish() {
        return new PublishSettings(
                time(Setting.PUBLISH_TIMEOUT),
                new PublishRetrySettings(
                        number(Setting.PUBLISH_RETRIES),
                        time(Setting.PUBLISH_RETRY_DELAY),
                        flag(Setting.PUBLISH_RETRY_UNKNOWN)),
                number(Setting.CONFIRM_WINDOW),
                transactions(),
                number(Setting.MAX_MESSAGE_SIZE),
                time(Setting.LEAK_DETECTION_THRESHOLD));
    }

    private TransactionSettings transactions() {
        String parking = text(Setting.PARKING_QUEUE);
        if (parking != null && Names.isTooLong(parking)) {
            problems.add(
                    Setting.PARKING_QUEUE,
                    parking,
                    "is longer than AMQP allows, " + Names.MOST_BYTES + " bytes",
                    "name another queue");
        }
        return new TransactionSettings(
                oneOf(Setting.TRANSACTION_MODE, MqTransactionMode.class),
                time(Setting.AFTER_COMMIT_TIMEOUT),
                parking);
    }

    /**
     * Reads how much may wait for a commit or, after it, for the broker.
     *
     * @return the bounds
     */
    public AfterCommitBounds afterCommit() {
        return new AfterCommitBounds(
                number(Setting.AFTER_COMMIT_MESSAGES), number(Setting.AFTER_COMMIT_BYTES));
    }

    /**
     * Reads how many physical connections the whole resource adapter may have.
     *
     * @return the number
     */
    public int maxConnections() {
        return number(Setting.MAX_CONNECTIONS);
    }

    /**
     * Reads how an activation receives.
     *
     * @return the inbound settings
     */
    public InboundSettings inbound() {
        return inboundReader().read();
    }

    /**
     * Reads what a connection factory needs on the broker.
     *
     * @return the topology
     */
    public FactoryTopology factoryTopology() {
        TopologyMode mode = oneOf(Setting.TOPOLOGY_MODE, TopologyMode.class);
        TopologyReader reader = new TopologyReader(problems);
        reader.checkUsed(mode, bean, adapter, outside);
        return reader.factory(mode, bean);
    }

    /** Checks the resource adapter's defaults of the inbound settings. */
    public void inboundDefaults() {
        inboundReader().readDefaults();
    }

    private InboundReader inboundReader() {
        return new InboundReader(this, bean, adapter, outside);
    }

    /**
     * Reads how long stopping waits for running deliveries.
     *
     * @return the time
     */
    public Duration drainTimeout() {
        return time(Setting.DRAIN_TIMEOUT);
    }

    String text(Setting setting) {
        List<Level> levels = setting.onlyOnBean() ? List.of(bean) : List.of(bean, adapter, outside);
        for (Level level : levels) {
            if (level.has(setting)) {
                return level.get(setting).orElse(setting.builtIn());
            }
        }
        return setting.builtIn();
    }

    int number(Setting setting) {
        return parser.number(setting, text(setting));
    }

    /** Parses one of several values of a setting. */
    int number(Setting setting, String value) {
        return parser.number(setting, value);
    }

    boolean flag(Setting setting) {
        return parser.flag(setting, text(setting));
    }

    Duration time(Setting setting) {
        return Duration.ofMillis(number(setting));
    }

    <E extends Enum<E>> E oneOf(Setting setting, Class<E> type) {
        return parser.oneOf(setting, text(setting), type);
    }
}
