package io.leveret.ra.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expands {@code ${key}} and {@code ${key:default}}: system property first, then environment (the
 * key as it is, then in capitals with underscores for everything but letters and digits), then
 * MicroProfile Config where the server has it. Blank values count as not set. A value that was
 * found is taken as it is; a default may hold colons but no further expression.
 *
 * <p>Immutable and thread-safe.
 */
final class Expressions {

    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{([^}:]+)(?::([^}]*))?}");

    private final List<Function<String, Optional<String>>> sources;

    Expressions(UnaryOperator<String> systemProperties, UnaryOperator<String> environment) {
        this.sources =
                List.of(
                        key -> Optional.ofNullable(systemProperties.apply(key)),
                        key -> Optional.ofNullable(environment.apply(key)),
                        key -> Optional.ofNullable(environment.apply(environmentName(key))),
                        MicroProfile::value);
    }

    private static String environmentName(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /**
     * Expands a text.
     *
     * @param value the text
     * @return the result; empty when a key has neither value nor default, or a brace is open
     */
    Optional<String> expand(String value) {
        Matcher m = EXPRESSION.matcher(value);
        StringBuilder out = new StringBuilder();
        int end = 0;
        while (m.find()) {
            String text = find(m.group(1).trim()).orElse(m.group(2));
            if (text == null) {
                return Optional.empty();
            }
            out.append(value, end, m.start()).append(text);
            end = m.end();
        }
        String rest = value.substring(end);
        return rest.contains("${") ? Optional.empty() : Optional.of(out.append(rest).toString());
    }

    private Optional<String> find(String key) {
        return sources.stream()
                .flatMap(source -> source.apply(key).stream())
                .filter(found -> !found.isBlank())
                .findFirst();
    }
}
