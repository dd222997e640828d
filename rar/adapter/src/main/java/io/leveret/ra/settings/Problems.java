package io.leveret.ra.settings;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Collects configuration errors, so that one message lists all of them, each once. Not thread-safe.
 *
 * <p>Each says which property, its value (masked when secret), what is wrong and how to mend it.
 */
public final class Problems {

    private final Set<String> texts = new LinkedHashSet<>();
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
        String shown = value == null ? "not set" : shorten(Masking.shown(setting, value));
        texts.add(setting.property() + " (" + shown + "): " + wrong + "; " + fix);
    }

    private static String shorten(String shown) {
        String text = shown.length() <= 120 ? shown : shown.substring(0, 117) + "...";
        return "\"" + text + "\"";
    }

    /** Lists settings by name. */
    static String names(Collection<Setting> settings) {
        return settings.stream().map(Setting::property).collect(Collectors.joining(", "));
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
        int number = 0;
        for (String text : texts) {
            all.append("\n  ").append(++number).append(". ").append(text);
        }
        return all.toString();
    }
}
