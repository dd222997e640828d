package io.leveret.ra.settings;

import java.io.Serializable;

/**
 * A value that must not appear in logs, exceptions or JMX: its {@code toString} hides it.
 *
 * @param value the secret itself
 */
public record Secret(String value) implements Serializable {

    @Override
    public String toString() {
        return "***";
    }
}
