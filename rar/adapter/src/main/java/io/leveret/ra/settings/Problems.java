package io.leveret.ra.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Collects configuration errors, so that one message lists all of them. Not thread-safe.
 *
 * <p>Each says which property, its value (masked when secret), what is wrong and how to mend it.
 */
public final class Problems {

    private final List<String> texts = new ArrayList<>();
    private final TreeSet<String> properties = new TreeSet<>();

    /**
     * Notes one error.
     *
     * @param setting the property
     * @param value the offending value, null when it is missing
     * @param wrong what is wrong with it
     * @param fix what to do
     */
    void add(Setting setting, String value, String wrong, String fix) {
        properties.add(setting.property());
        String shown =
                value == null ? "not set" : setting.secret() ? "***" : "\"" + shorten(value) + "\"";
        texts.add(setting.property() + " (" + shown + "): " + wrong + "; " + fix);
    }

    private static String shorten(String value) {
        String safe = AddressParser.withoutUserInfo(value);
        return safe.length() <= 120 ? safe : safe.substring(0, 117) + "...";
    }

    /**
     * Says whether nothing was noted.
     *
     * @return true when there is no error
     */
    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /**
     * Gives the names of the properties in question.
     *
     * @return sorted names
     */
    public List<String> properties() {
        return List.copyOf(properties);
    }

    /**
     * Renders all errors as one message.
     *
     * @param subject whose configuration it is
     * @return the message
     */
    public String message(String subject) {
        StringBuilder all = new StringBuilder(subject);
        all.append(texts.size() == 1 ? " has 1 error" : " has " + texts.size() + " errors");
        for (int i = 0; i < texts.size(); i++) {
            all.append("\n  ").append(i + 1).append(". ").append(texts.get(i));
        }
        return all.toString();
    }
}
