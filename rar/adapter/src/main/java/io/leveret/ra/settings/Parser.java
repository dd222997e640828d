package io.leveret.ra.settings;

import java.util.List;

/**
 * Parses and range-checks single values. After an error, which it notes, it gives a placeholder.
 */
final class Parser {

    private final Problems problems;

    Parser(Problems problems) {
        this.problems = problems;
    }

    int number(Setting setting, String value) {
        String text = value.trim();
        try {
            long number = Long.parseLong(text);
            if (number >= setting.min() && number <= setting.max()) {
                return (int) number;
            }
            problems.add(setting, text, "is out of range", range(setting));
        } catch (NumberFormatException e) {
            // The exception says no more than the problem does.
            problems.add(setting, text, "is no whole number", range(setting));
        }
        return setting.builtIn() == null
                ? (int) setting.min()
                : Integer.parseInt(setting.builtIn());
    }

    private static String range(Setting setting) {
        return "use " + setting.min() + " to " + setting.max();
    }

    boolean flag(Setting setting, String value) {
        String text = value.trim();
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problems.add(setting, text, "is neither true nor false", "use true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    <E extends Enum<E>> E oneOf(Setting setting, String value, Class<E> type) {
        String text = value.trim();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        List<String> known = setting.choices();
        problems.add(setting, text, "is unknown", "use one of " + String.join(", ", known));
        return Enum.valueOf(type, setting.builtIn() == null ? known.get(0) : setting.builtIn());
    }
}
