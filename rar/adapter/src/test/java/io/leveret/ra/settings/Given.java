package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings as given in the four places where they can be. */
final class Given {

    final Values bean = new Values();
    final Values adapter = new Values();
    final Map<String, String> system = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();

    Given bean(Setting setting, String value) {
        bean.set(setting, value);
        return this;
    }

    Given adapter(Setting setting, String value) {
        adapter.set(setting, value);
        return this;
    }

    /** As a container does that copies the resource adapter's properties onto the bean. */
    Given copied() {
        for (Setting setting : Setting.values()) {
            if (bean.get(setting) == null) {
                bean.set(setting, adapter.raw().get(setting));
            }
        }
        return this;
    }

    SettingsReader reader() {
        return new SettingsReader(bean, adapter, system::get, environment::get);
    }

    /** Reads the broker set, which must be free of errors. */
    BrokerSettings broker() {
        SettingsReader reader = reader();
        BrokerSettings broker = reader.broker();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return broker;
    }

    LinkSettings link() {
        SettingsReader reader = reader();
        LinkSettings link = reader.link();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return link;
    }

    /** Gives the errors of the broker set as one text. */
    String problems() {
        SettingsReader reader = reader();
        reader.broker();
        return reader.problems().message("It");
    }

    /** Fails unless there is exactly one error, about this property, whose text has these parts. */
    void refused(Setting about, String... parts) {
        SettingsReader reader = reader();
        reader.broker();
        String message = reader.problems().message("It");
        assertEquals(List.of(about.property()), reader.problems().properties(), message);
        assertTrue(message.startsWith("It has 1 error\n"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.contains("***") && !about.secret(), message);
    }
}
