package io.leveret.cdi;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The extension's own settings, and {@code ${key:default}} in the members of {@link
 * io.leveret.MqTarget}.
 *
 * <p>A key is looked for in the system properties, the environment (upper case, everything but
 * letters and digits as an underscore) and MicroProfile Config, in this order. A value that was
 * found is taken literally; a default may hold further expressions.
 *
 * <p>Immutable and thread-safe.
 */
final class Settings {

    /** Names the connection factory of all publishers whose target names none. */
    static final String CONNECTION_FACTORY = "leveret.cdi.connectionFactory";

    /** How long a missing connection factory is waited for at deployment, in ms. */
    static final String LOOKUP_TIMEOUT = "leveret.cdi.lookupTimeout";

    /** WildFly binds only below {@code java:/}; the other servers know only the plain name. */
    static final List<String> DEFAULT_FACTORIES =
            List.of("java:/leveret/ConnectionFactory", "leveret/ConnectionFactory");

    private static final long DEFAULT_TIMEOUT_MS = 10_000;
    private static final long MAX_TIMEOUT_MS = 600_000;

    private final List<Function<String, Optional<String>>> sources;

    Settings(List<Function<String, Optional<String>>> sources) {
        this.sources = List.copyOf(sources);
    }

    /** The settings of this process and, where present, of the calling application. */
    static Settings ofServer() {
        return new Settings(
                List.of(
                        key -> Optional.ofNullable(System.getProperty(key)),
                        key -> Optional.ofNullable(System.getenv(environmentName(key))),
                        MicroProfile::value));
    }

    /**
     * Gives the JNDI names to try, in order, when a target names no connection factory.
     *
     * @throws IllegalArgumentException when the configured name has an expression without a value
     */
    List<String> defaultFactories() {
        return value(CONNECTION_FACTORY)
                .map(name -> List.of(expand(name.strip())))
                .orElse(DEFAULT_FACTORIES);
    }

    /**
     * Gives the longest time that deployment waits for connection factories, all of them together.
     *
     * @throws IllegalArgumentException when it is no number of ms from 0 to 600,000
     */
    Duration lookupTimeout() {
        String text = value(LOOKUP_TIMEOUT).orElse(Long.toString(DEFAULT_TIMEOUT_MS)).strip();
        try {
            long ms = Long.parseLong(text);
            if (ms >= 0 && ms <= MAX_TIMEOUT_MS) {
                return Duration.ofMillis(ms);
            }
        } catch (NumberFormatException e) {
            // reported below, together with numbers out of range
        }
        throw new IllegalArgumentException(
                LOOKUP_TIMEOUT
                        + " is \""
                        + text
                        + "\": give a number of ms from 0 to "
                        + MAX_TIMEOUT_MS);
    }

    /**
     * Replaces every {@code ${key}} and {@code ${key:default}} in a text.
     *
     * @throws IllegalArgumentException when a key has neither value nor default, or a brace is open
     */
    String expand(String text) {
        int start = text.indexOf("${");
        if (start < 0) {
            return text;
        }
        int end = closingBrace(text, start + 2);
        String inner = text.substring(start + 2, end);
        int colon = inner.indexOf(':');
        String key = colon < 0 ? inner : inner.substring(0, colon);
        String value =
                value(key)
                        .orElseGet(
                                () -> {
                                    if (colon < 0) {
                                        throw new IllegalArgumentException(
                                                "${" + key + "} has no value; " + howToSet(key));
                                    }
                                    return expand(inner.substring(colon + 1));
                                });
        return text.substring(0, start) + value + expand(text.substring(end + 1));
    }

    private static String howToSet(String key) {
        return "set the system property "
                + key
                + " or the environment variable "
                + environmentName(key)
                + ", or write ${"
                + key
                + ":default}";
    }

    private static int closingBrace(String text, int from) {
        int open = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '}' && --open == 0) {
                return i;
            }
            if (text.startsWith("${", i)) {
                open++;
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" has a ${ without its }");
    }

    /** A blank value means "not set", as everywhere in Leveret. */
    private Optional<String> value(String key) {
        return sources.stream()
                .flatMap(source -> source.apply(key).stream())
                .filter(value -> !value.isBlank())
                .findFirst();
    }

    static String environmentName(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
