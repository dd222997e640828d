package io.leveret.ra.settings;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The values that one bean was given, as text. Null and blank both mean "not set". Secrets never
 * show; user and password are cut out of URIs before they are shown.
 *
 * <p>Not thread-safe: a container fills a bean before it uses it.
 */
public final class Values implements Serializable {

    private static final long serialVersionUID = 1L;

    private final EnumMap<Setting, String> map = new EnumMap<>(Setting.class);

    /**
     * Sets or clears a value.
     *
     * @param setting which
     * @param value the text; null or blank clears it
     */
    public void set(Setting setting, String value) {
        if (value == null || value.isBlank()) {
            map.remove(setting);
        } else {
            map.put(setting, setting.secret() ? value : value.trim());
        }
    }

    /**
     * Gives a value for a bean's getter.
     *
     * @param setting which
     * @return the text without user-info, null when not set
     */
    public String get(Setting setting) {
        String value = map.get(setting);
        if (value == null) {
            return null;
        }
        return switch (setting) {
            case ADDRESSES, OAUTH2_TOKEN_ENDPOINT, MANAGEMENT_URL -> Masking.uris(value);
            default -> value;
        };
    }

    Map<Setting, String> raw() {
        return map;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Values that && map.equals(that.map);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(map);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("{");
        for (Setting setting : map.keySet()) {
            out.append(out.length() > 1 ? ", " : "").append(setting.property()).append('=');
            out.append(Masking.shown(setting, map.get(setting)));
        }
        return out.append('}').toString();
    }
}
