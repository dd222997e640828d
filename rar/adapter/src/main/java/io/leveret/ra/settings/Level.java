package io.leveret.ra.settings;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one place says: a bean, the resource adapter, or system properties and environment together.
 * Values are expanded, and what the URIs in {@code addresses} say stands beside them as if it had
 * been set there. Not thread-safe.
 */
final class Level {

    private final Map<Setting, String> values = new EnumMap<>(Setting.class);
    private final Set<Setting> unresolved = EnumSet.noneOf(Setting.class);
    private final Problems problems;
    private AddressParser addresses;
    private boolean loginInUri;

    Level(Map<Setting, String> raw, Expressions expressions, Problems problems) {
        this.problems = problems;
        raw.forEach(
                (setting, text) -> {
                    Optional<String> value = expressions.expand(text);
                    if (value.isEmpty()) {
                        unresolved.add(setting);
                        values.put(setting, text);
                    } else if (!value.get().isBlank()) {
                        values.put(setting, value.get());
                    }
                });
    }

    /**
     * Gives a value, and notes an error when it has an expression without a value.
     *
     * @return the text, empty when it is not set here or could not be expanded
     */
    Optional<String> get(Setting setting) {
        if (isUnresolved(setting)) {
            return Optional.empty();
        }
        return Optional.ofNullable(values.get(setting));
    }

    /** Whether it is set here, if only to something that could not be expanded. */
    boolean has(Setting setting) {
        return values.containsKey(setting);
    }

    boolean isTrue(Setting setting) {
        return "true".equalsIgnoreCase(values.getOrDefault(setting, "").trim());
    }

    /** The live values; what was left as it is for want of a key is among them. */
    Map<Setting, String> values() {
        return values;
    }

    boolean isUnresolved(Setting setting) {
        if (!unresolved.contains(setting)) {
            return false;
        }
        problems.add(
                setting,
                values.get(setting),
                "names a key that is set nowhere",
                "set it as system property or environment variable, or write ${key:default}");
        return true;
    }

    /** The settings of the broker set that are set here. */
    Set<Setting> brokerSet() {
        Set<Setting> set = EnumSet.noneOf(Setting.class);
        for (Setting setting : values.keySet()) {
            if (setting.inBrokerSet()) {
                set.add(setting);
            }
        }
        return set;
    }

    /**
     * Puts what the URIs say beside the other values.
     *
     * @param weaker settings whose values give way; where others differ it is an error
     */
    void readUris(Set<Setting> weaker) {
        if (!has(Setting.ADDRESSES) || isUnresolved(Setting.ADDRESSES)) {
            return;
        }
        addresses = new AddressParser(values.get(Setting.ADDRESSES), problems);
        loginInUri = addresses.said.containsKey(Setting.USER_NAME);
        addresses.said.forEach(
                (setting, inUri) -> {
                    String beside = values.get(setting);
                    if (beside == null || weaker.contains(setting)) {
                        values.put(setting, inUri);
                    } else if (!same(setting, beside, inUri)) {
                        problems.add(
                                setting,
                                beside,
                                "differs from what addresses says",
                                "give it in one place only");
                    }
                });
    }

    private static boolean same(Setting setting, String one, String other) {
        return switch (setting.type()) {
            case CHOICE, FLAG -> one.trim().equalsIgnoreCase(other);
            default -> one.equals(other);
        };
    }

    /** Whether a URI in addresses names the user. */
    boolean hasLoginInUri() {
        return loginInUri;
    }

    /** Where to connect to. */
    List<HostPort> hosts(boolean tls) {
        AddressParser parsed =
                addresses != null
                        ? addresses
                        : new AddressParser(Setting.ADDRESSES.builtIn(), problems);
        return parsed.hosts(tls);
    }
}
