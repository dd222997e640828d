package io.leveret.ra.settings;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expands {@code ${key}} and {@code ${key:default}}: system property first, then environment. A key
 * that is neither set nor has a default stays as it is written, so that the check of the value
 * names it. A default may hold colons but no further expression.
 */
final class Expressions {

    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{([^}:]+)(?::([^}]*))?}");

    private final UnaryOperator<String> lookup;

    Expressions(UnaryOperator<String> lookup) {
        this.lookup = lookup;
    }

    String expand(String value) {
        if (value.indexOf("${") < 0) {
            return value;
        }
        Matcher m = EXPRESSION.matcher(value);
        StringBuilder out = new StringBuilder();
        while (m.find()) {
            String found = lookup.apply(m.group(1).trim());
            String text = found != null ? found : m.group(2) != null ? m.group(2) : m.group();
            m.appendReplacement(out, Matcher.quoteReplacement(text));
        }
        return m.appendTail(out).toString();
    }
}
