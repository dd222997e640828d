package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The adapter's settings as system properties of the server: the same on every server but for
 * names.
 */
final class AdapterSettings {

    private AdapterSettings() {}

    /**
     * Gives them.
     *
     * @param jndi how the names of connection factories begin on this server, for listeners that
     *     name one
     */
    static Map<String, String> of(BrokerNode broker, String jndi) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("leveret.addresses", broker.host() + ":" + broker.port());
        settings.put("leveret.userName", "guest");
        settings.put("leveret.password", "guest");
        settings.put("leveret.reconnectInterval", "250");
        // Short, so that a test can wait for an idle connection to close.
        settings.put("leveret.linkIdleTimeout", "1000");
        // Short, because one test waits for all of it.
        settings.put("leveret.cdi.lookupTimeout", "2000");
        settings.put("it.jndi", jndi);
        return settings;
    }
}
