package io.leveret.ra.settings;

import io.leveret.MqTransactionMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Finds and checks effective values. Precedence: the bean, the resource adapter bean, system
 * property, environment, built-in default.
 *
 * <p>The broker set (addresses, virtual host, user, password) is taken as a whole from the first
 * level that sets any of it, where system properties and environment count as one level, so that a
 * password may come from the environment beside an address from a system property. A container may
 * copy the resource adapter's properties onto the other beans: values equal to the resource
 * adapter's count as inherited.
 *
 * <p>Errors go to {@link Problems}; after an error a placeholder is returned that the caller must
 * not use. Not thread-safe.
 */
public final class SettingsReader {

    private static final String BEAN = "this bean";

    private final Problems problems = new Problems();
    private final Map<Setting, String> bean;
    private final Map<Setting, String> adapter;
    private final Map<Setting, String> outside;

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
        Expressions expressions =
                new Expressions(
                        key -> {
                            String value = systemProperties.apply(key);
                            return value != null ? value : environment.apply(key);
                        });
        this.adapter = expand(adapter.raw(), expressions);
        this.bean = expand(bean.raw(), expressions);
        this.bean.entrySet().removeIf(e -> e.getValue().equals(this.adapter.get(e.getKey())));
        this.outside = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            String value = systemProperties.apply(setting.systemProperty());
            if (value == null || value.isBlank()) {
                value = environment.apply(setting.environmentVariable());
            }
            if (value != null && !value.isBlank()) {
                outside.put(setting, expand(setting, value, expressions));
            }
        }
    }

    private Map<Setting, String> expand(Map<Setting, String> raw, Expressions expressions) {
        Map<Setting, String> out = new EnumMap<>(Setting.class);
        raw.forEach((setting, value) -> out.put(setting, expand(setting, value, expressions)));
        return out;
    }

    private String expand(Setting setting, String value, Expressions expressions) {
        String expanded = expressions.expand(value);
        if (expanded.contains("${")) {
            problems.add(
                    setting,
                    value,
                    "names a key that is set nowhere",
                    "set it as system property or environment variable, or write ${key:default}");
        }
        return expanded;
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
        Map<Setting, String> own = brokerSet(bean);
        Map<Setting, String> inherited = brokerSet(adapter);
        if (inherited.isEmpty()) {
            inherited = brokerSet(outside);
        }
        if (own.isEmpty()) {
            return broker(inherited);
        }
        if (!own.containsKey(Setting.ADDRESSES)) {
            problems.add(
                    Setting.ADDRESSES,
                    null,
                    "other broker settings " + names(own) + " are set on " + BEAN,
                    "set addresses beside them: the broker set is inherited as a whole or not at"
                            + " all");
            return broker(inherited);
        }
        if (flag(Setting.INHERIT_CREDENTIALS)) {
            if (own.containsKey(Setting.USER_NAME) || own.containsKey(Setting.PASSWORD)) {
                problems.add(
                        Setting.INHERIT_CREDENTIALS,
                        "true",
                        "contradicts userName and password on " + BEAN,
                        "remove one of them");
            }
            BrokerSettings base = broker(inherited);
            BrokerSettings result = broker(own);
            return new BrokerSettings(
                    result.addresses(), result.virtualHost(), base.credentials(), result.tls());
        }
        BrokerSettings result = broker(own);
        if (!saysWho(own)) {
            problems.add(
                    Setting.USER_NAME,
                    null,
                    "own addresses need own credentials",
                    "set userName and password on "
                            + BEAN
                            + ", or inheritCredentials=true to use the resource adapter's");
        }
        return result;
    }

    private static boolean saysWho(Map<Setting, String> set) {
        return set.containsKey(Setting.USER_NAME)
                || Objects.requireNonNullElse(set.get(Setting.ADDRESSES), "").contains("@");
    }

    private static Map<Setting, String> brokerSet(Map<Setting, String> level) {
        Map<Setting, String> set = new EnumMap<>(Setting.class);
        level.forEach(
                (setting, value) -> {
                    if (setting.inBrokerSet()) {
                        set.put(setting, value);
                    }
                });
        return set;
    }

    private static String names(Map<Setting, String> set) {
        return set.keySet().stream().map(Setting::property).toList().toString();
    }

    private BrokerSettings broker(Map<Setting, String> set) {
        String addresses =
                Objects.requireNonNullElse(set.get(Setting.ADDRESSES), Setting.ADDRESSES.builtIn());
        AddressParser uris = new AddressParser(addresses, problems);
        String virtualHost = beside(set, Setting.VIRTUAL_HOST, uris.virtualHost);
        String user = beside(set, Setting.USER_NAME, uris.userName);
        String password = beside(set, Setting.PASSWORD, uris.password);
        if ((user == null) != (password == null)) {
            problems.add(
                    user == null ? Setting.USER_NAME : Setting.PASSWORD,
                    null,
                    "user and password belong together",
                    "set both or neither");
        }
        List<HostPort> hosts =
                uris.hosts.isEmpty() ? List.of(new HostPort("invalid", 1)) : uris.hosts;
        return new BrokerSettings(
                hosts,
                virtualHost == null ? Setting.VIRTUAL_HOST.builtIn() : virtualHost,
                new Credentials.Password(
                        user == null ? Setting.USER_NAME.builtIn() : user,
                        new Secret(password == null ? Setting.PASSWORD.builtIn() : password)),
                null);
    }

    /** A property must agree with what the URIs say. */
    private String beside(Map<Setting, String> set, Setting setting, String inUri) {
        String property = set.get(setting);
        if (property != null && inUri != null && !property.equals(inUri)) {
            problems.add(
                    setting,
                    property,
                    "differs from the one in addresses",
                    "give it in one place only");
        }
        return property != null ? property : inUri;
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
                number(Setting.CONFIRM_WINDOW),
                oneOf(Setting.TRANSACTION_MODE, MqTransactionMode.class),
                number(Setting.MAX_MESSAGE_SIZE));
    }

    /**
     * Reads how an activation receives.
     *
     * @return the inbound settings
     */
    public InboundSettings inbound() {
        String destination = bean.get(Setting.DESTINATION);
        if (destination == null) {
            problems.add(
                    Setting.DESTINATION, null, "is required", "name the queue to consume from");
        } else if (destination.getBytes(StandardCharsets.UTF_8).length > 255) {
            problems.add(
                    Setting.DESTINATION,
                    destination,
                    "is longer than the 255 bytes that AMQP allows",
                    "use a shorter queue name");
        }
        return new InboundSettings(
                destination,
                number(Setting.MAX_SESSION),
                number(Setting.PREFETCH),
                time(Setting.RETRY_DELAY));
    }

    /** Checks the resource adapter's defaults of the inbound settings. */
    public void inboundDefaults() {
        number(Setting.MAX_SESSION);
        number(Setting.PREFETCH);
        time(Setting.RETRY_DELAY);
    }

    /**
     * Reads how long stopping waits for running deliveries.
     *
     * @return the time
     */
    public Duration drainTimeout() {
        return time(Setting.DRAIN_TIMEOUT);
    }

    private String text(Setting setting) {
        for (Map<Setting, String> level : List.of(bean, adapter, outside)) {
            String value = level.get(setting);
            if (value != null) {
                return value;
            }
        }
        return setting.builtIn();
    }

    private int number(Setting setting) {
        String text = text(setting).trim();
        try {
            long value = Long.parseLong(text);
            if (value >= setting.min() && value <= setting.max()) {
                return (int) value;
            }
            problems.add(
                    setting,
                    text,
                    "is out of range",
                    "use " + setting.min() + " to " + setting.max());
        } catch (NumberFormatException e) {
            // The exception says no more than the problem does.
            problems.add(
                    setting,
                    text,
                    "is no whole number",
                    "use " + setting.min() + " to " + setting.max());
        }
        return Integer.parseInt(setting.builtIn());
    }

    private Duration time(Setting setting) {
        return Duration.ofMillis(number(setting));
    }

    private boolean flag(Setting setting) {
        String text = text(setting).trim();
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problems.add(setting, text, "is neither true nor false", "use true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    private <E extends Enum<E>> E oneOf(Setting setting, Class<E> type) {
        String text = text(setting).trim();
        List<String> known = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
            known.add(constant.name());
        }
        problems.add(setting, text, "is unknown", "use one of " + known);
        return Enum.valueOf(type, setting.builtIn());
    }
}
