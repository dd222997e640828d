package io.leveret.ra.settings;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options that one entry of a notation has: each is taken out once, what remains is unknown.
 * Not thread-safe.
 */
final class Options {

    private final Problems problems;
    private final Setting setting;
    private final String text;
    private final String whose;
    private final Map<String, Object> left;

    /**
     * Wraps them.
     *
     * @param text the whole property
     * @param whose the entry, for messages
     */
    Options(
            Problems problems,
            Setting setting,
            String text,
            String whose,
            Map<String, Object> options) {
        this.problems = problems;
        this.setting = setting;
        this.text = text;
        this.whose = whose;
        this.left = new LinkedHashMap<>(options);
    }

    boolean has(String option) {
        return left.containsKey(option);
    }

    String text(String option, String usual) {
        Object value = left.remove(option);
        return value == null ? usual : value.toString();
    }

    boolean flag(String option, boolean usual) {
        Object value = left.remove(option);
        if (value == null) {
            return usual;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        wrong(option + "=" + value + " of " + whose + " is no flag", "use true or false");
        return usual;
    }

    /** Gives the index of a word among those that it may be, or -1 when it is not said. */
    int word(String option, String... words) {
        Object value = left.remove(option);
        for (int i = 0; i < words.length; i++) {
            if (words[i].equals(value)) {
                return i;
            }
        }
        if (value != null) {
            wrong(
                    option + "=" + value + " of " + whose + " is unknown",
                    "use one of " + String.join(", ", words));
        }
        return -1;
    }

    /** Takes out those that become arguments. */
    Map<String, Object> arguments() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (QueueOption option : QueueOption.values()) {
            Object value = left.remove(option.option());
            if (value != null && option.takes(option.converted(value))) {
                all.put(option.argument(), option.converted(value));
            } else if (value != null) {
                wrong(
                        option.option() + "=" + value + " of " + whose + " is out of range",
                        "use " + option.range());
            }
        }
        return all;
    }

    /** Notes an error for each that nobody has taken out. */
    void refuseOthers(String known) {
        for (String option : left.keySet()) {
            wrong(
                    "'" + option + "' of " + whose + " is no option",
                    "use one of " + known + "; arguments belong in brackets, [name=value]");
        }
    }

    /** Adds the arguments in brackets. */
    void join(Map<String, Object> to, Map<String, Object> brackets) {
        brackets.forEach(
                (name, value) -> {
                    if (to.putIfAbsent(name, value) != null) {
                        wrong(whose + " has " + name + " twice", "keep the option");
                    }
                });
    }

    void wrong(String what, String fix) {
        problems.add(setting, text, what, fix);
    }
}
