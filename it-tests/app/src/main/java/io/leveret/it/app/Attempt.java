package io.leveret.it.app;

import io.leveret.MqPublishException;

/**
 * How one call of a publisher ended.
 *
 * @param outcome the name of the outcome, ENLISTED where it is not known yet; the name of the
 *     exception's class when it was none of a publish
 * @param text what the exception says, empty after a success
 */
public record Attempt(String outcome, String text) {

    static final String CONFIRMED = "CONFIRMED";
    static final String ENLISTED = "ENLISTED";

    static Attempt of(String success, Runnable publish) {
        try {
            publish.run();
            return new Attempt(success, "");
        } catch (MqPublishException e) {
            return new Attempt(e.outcome().name(), e.getMessage());
        } catch (RuntimeException e) {
            return new Attempt(e.getClass().getName(), String.valueOf(e.getMessage()));
        }
    }

    boolean confirmed() {
        return outcome.equals(CONFIRMED);
    }

    @Override
    public String toString() {
        return text.isEmpty() ? outcome : outcome + " " + text;
    }
}
