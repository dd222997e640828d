package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Settings")
final class SettingsReaderTest {

    private final Values bean = new Values();
    private final Values adapter = new Values();
    private final Map<String, String> system = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private SettingsReader reader() {
        return new SettingsReader(bean, adapter, system::get, environment::get);
    }

    private String problemsOfBroker() {
        SettingsReader reader = reader();
        reader.broker();
        return reader.problems().message("It");
    }

    @Test
    @DisplayName("come from the bean, the resource adapter, system property, environment, default")
    void precedence() {
        assertEquals(50, reader().inbound().prefetch());
        environment.put("LEVERET_PREFETCH", "1");
        assertEquals(1, reader().inbound().prefetch());
        system.put("leveret.prefetch", "2");
        assertEquals(2, reader().inbound().prefetch());
        adapter.set(Setting.PREFETCH, "3");
        assertEquals(3, reader().inbound().prefetch());
        bean.set(Setting.PREFETCH, "4");
        assertEquals(4, reader().inbound().prefetch());
        bean.set(Setting.PREFETCH, " ");
        assertEquals(3, reader().inbound().prefetch(), "blank means not set");
    }

    @Test
    @DisplayName("name environment variables in capitals with underscores")
    void environmentNames() {
        environment.put("LEVERET_RECONNECT_MAX_INTERVAL", "1234");
        assertEquals(Duration.ofMillis(1234), reader().link().reconnect().maxInterval());
    }

    @Test
    @DisplayName("take the broker set as a whole, system properties and environment as one level")
    void brokerSetIsWhole() {
        system.put("leveret.addresses", "outside:1");
        environment.put("LEVERET_PASSWORD", "p");
        environment.put("LEVERET_USER_NAME", "u");
        BrokerSettings broker = reader().broker();
        assertEquals("u", broker.userName());
        assertEquals("p", ((Credentials.Password) broker.credentials()).password().value());
        assertEquals(List.of(new HostPort("outside", 1)), broker.addresses());

        adapter.set(Setting.ADDRESSES, "inside:2");
        broker = reader().broker();
        assertEquals(List.of(new HostPort("inside", 2)), broker.addresses());
        assertEquals("guest", broker.userName(), "nothing of the outer level may leak in");
    }

    @Test
    @DisplayName("refuse own addresses without own credentials, unless inheriting is asked for")
    void ownAddressesNeedCredentials() {
        adapter.set(Setting.ADDRESSES, "main");
        adapter.set(Setting.USER_NAME, "u");
        adapter.set(Setting.PASSWORD, "secret1");
        bean.set(Setting.ADDRESSES, "other");
        assertTrue(problemsOfBroker().contains("inheritCredentials=true"), problemsOfBroker());

        bean.set(Setting.INHERIT_CREDENTIALS, "true");
        SettingsReader reader = reader();
        BrokerSettings broker = reader.broker();
        assertTrue(reader.problems().isEmpty(), reader.problems().message("It"));
        assertEquals("u", broker.userName());
        assertEquals("other", broker.addresses().get(0).host());
    }

    @Test
    @DisplayName("count values that a container copied from the resource adapter as inherited")
    void copiedValuesAreInherited() {
        adapter.set(Setting.ADDRESSES, "main");
        adapter.set(Setting.USER_NAME, "u");
        adapter.set(Setting.PASSWORD, "p");
        bean.set(Setting.ADDRESSES, "main");
        SettingsReader reader = reader();
        assertEquals("u", reader.broker().userName());
        assertTrue(reader.problems().isEmpty());
    }

    @Test
    @DisplayName("refuse a virtual host alone, which would inherit half of the broker set")
    void halfABrokerSet() {
        bean.set(Setting.VIRTUAL_HOST, "v");
        assertTrue(problemsOfBroker().contains("as a whole or not at all"), problemsOfBroker());
    }

    @Test
    @DisplayName("list all errors in one message, with the secret masked")
    void allErrorsAtOnce() {
        bean.set(Setting.ADDRESSES, "amqp://bob:hunter2@[half,amqp://bob:hunter3@x:99999");
        bean.set(Setting.PREFETCH, "0");
        bean.set(Setting.MAX_SESSION, "many");
        bean.set(Setting.HEARTBEAT, "1500");
        SettingsReader reader = reader();
        reader.broker();
        reader.link();
        reader.inbound();
        String message = reader.problems().message("The activation configuration");
        for (String name :
                List.of("addresses", "prefetch", "maxSession", "heartbeat", "destination")) {
            assertTrue(message.contains(name), message);
        }
        assertTrue(message.contains("use 1 to 1000"), message);
        assertFalse(message.contains("hunter"), message);
    }

    @Test
    @DisplayName("read hosts, IPv6 and URIs")
    void goodAddresses() {
        bean.set(Setting.ADDRESSES, "a, b:1 ,[::1]:2,amqp://u:p%40@c:3/v%2Fh");
        SettingsReader reader = reader();
        BrokerSettings broker = reader.broker();
        assertTrue(reader.problems().isEmpty(), reader.problems().message("It"));
        assertEquals("[a:5672, b:1, [::1]:2, c:3]", broker.addresses().toString());
        assertEquals("v/h", broker.virtualHost());
        assertEquals("p@", ((Credentials.Password) broker.credentials()).password().value());
        assertFalse(bean.get(Setting.ADDRESSES).contains("p%40"), "user-info is cut out");
        assertFalse(broker.toString().contains("p@"), broker.toString());
    }

    @Test
    @DisplayName("expand ${key:default} from system property and environment")
    void expressions() {
        environment.put("QUEUE", "orders");
        bean.set(Setting.DESTINATION, "${QUEUE}-${suffix:x:y}");
        assertEquals("orders-x:y", reader().inbound().destination());
        system.put("QUEUE", "first");
        assertEquals("first-x:y", reader().inbound().destination());
        system.remove("QUEUE");
        environment.remove("QUEUE");
        SettingsReader reader = reader();
        reader.inbound();
        assertTrue(reader.problems().message("It").contains("destination"), "nobody set it");
    }

    @Test
    @DisplayName("take what only makes sense for one activation from nowhere else")
    void onlyOnBean() {
        for (Setting setting : Setting.values()) {
            if (setting.onlyOnBean()) {
                adapter.set(setting, "x");
                system.put(setting.systemProperty(), "x");
                environment.put(setting.environmentVariable(), "x");
            }
        }
        SettingsReader reader = reader();
        assertNull(reader.connectionFactoryLookup());
        assertNull(reader.inbound().destination());
        assertEquals(List.of("destination"), reader.problems().properties());
    }

    @Test
    @DisplayName(
            "of strict order make one session with one message of it, whatever the defaults say")
    void strictOrder() {
        bean.set(Setting.DESTINATION, "q");
        bean.set(Setting.STRICT_ORDER, "true");
        adapter.set(Setting.MAX_SESSION, "7");
        system.put("leveret.prefetch", "70");
        SettingsReader reader = reader();
        InboundSettings inbound = reader.inbound();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        assertEquals(1, inbound.maxSession());
        assertEquals(1, inbound.prefetch());
        assertTrue(inbound.order().strict());
    }

    @Test
    @DisplayName("of strict order that the bean itself contradicts are all reported")
    void contradictedStrictOrder() {
        bean.set(Setting.DESTINATION, "q");
        bean.set(Setting.STRICT_ORDER, "true");
        bean.set(Setting.MAX_SESSION, "2");
        bean.set(Setting.PREFETCH, "3");
        bean.set(Setting.ACK_MODE, "on_receipt_may_lose");
        SettingsReader reader = reader();
        reader.inbound();
        assertEquals(List.of("ackMode", "maxSession", "prefetch"), reader.problems().properties());
    }

    @Test
    @DisplayName("of an exclusive consumer leave it alone: one session, with the usual prefetch")
    void exclusiveConsumer() {
        bean.set(Setting.DESTINATION, "q");
        bean.set(Setting.EXCLUSIVE_CONSUMER, "true");
        SettingsReader reader = reader();
        assertEquals(1, reader.inbound().maxSession());
        assertEquals(50, reader.inbound().prefetch());
        assertTrue(reader.problems().isEmpty());
        bean.set(Setting.MAX_SESSION, "2");
        SettingsReader contradicted = reader();
        contradicted.inbound();
        assertEquals(List.of("maxSession"), contradicted.problems().properties());
    }

    @Test
    @DisplayName("that are wrong are reported once, however often they are read")
    void reportedOnce() {
        adapter.set(Setting.ADDRESSES, "a,a");
        adapter.set(Setting.HEARTBEAT, "1");
        SettingsReader reader = reader();
        for (int i = 0; i < 2; i++) {
            reader.broker();
            reader.link();
        }
        String message = reader.problems().message("It");
        assertTrue(message.startsWith("It has 2 errors\n"), message);
    }

    @Test
    @DisplayName("of an activation may name a connection factory, and a broker set beside it")
    void lookup() {
        adapter.set(Setting.ADDRESSES, "amqp://u:p@main");
        bean.set(Setting.CONNECTION_FACTORY_LOOKUP, " java:/f ");
        assertEquals(new Lookup("java:/f", null), reader().connectionFactoryLookup());
        bean.set(Setting.ADDRESSES, "amqp://u:p@main");
        assertEquals(new Lookup("java:/f", null), reader().connectionFactoryLookup(), "a copy");
        bean.set(Setting.ADDRESSES, "amqp://v:q@other");
        SettingsReader reader = reader();
        assertEquals("v", reader.connectionFactoryLookup().beside().userName());
        assertTrue(reader.problems().isEmpty(), reader.problems().message("It"));
    }

    @Test
    @DisplayName("say when to give up reconnecting, and report handles left open")
    void limits() {
        LinkSettings.Reconnect never = reader().link().reconnect();
        assertEquals(0, never.attempts());
        assertEquals(Duration.ZERO, never.timeLimit());
        assertEquals(Duration.ofSeconds(2), never.stablePeriod());
        assertEquals(Recovery.AUTOMATIC, never.recovery());
        assertEquals(Duration.ofMinutes(1), never.probeInterval());
        assertEquals(Duration.ZERO, reader().publish().leakDetectionThreshold());
        assertEquals(500, reader().maxConnections());

        adapter.set(Setting.RECONNECT_ATTEMPTS, "-1");
        assertEquals(0, reader().link().reconnect().attempts(), "-1 means no limit too");
        bean.set(Setting.RECONNECT_ATTEMPTS, "7");
        bean.set(Setting.RECONNECT_TIME_LIMIT, "60000");
        bean.set(Setting.RECONNECT_STABLE_PERIOD, "0");
        bean.set(Setting.RECOVERY, "manual");
        bean.set(Setting.PROBE_INTERVAL, "100");
        bean.set(Setting.LEAK_DETECTION_THRESHOLD, "5000");
        adapter.set(Setting.MAX_CONNECTIONS, "9");
        LinkSettings.Reconnect limited = reader().link().reconnect();
        assertEquals(7, limited.attempts());
        assertEquals(Duration.ofMinutes(1), limited.timeLimit());
        assertEquals(Duration.ZERO, limited.stablePeriod());
        assertEquals(Recovery.MANUAL, limited.recovery());
        assertEquals(Duration.ofMillis(100), limited.probeInterval());
        assertEquals(Duration.ofSeconds(5), reader().publish().leakDetectionThreshold());
        assertEquals(9, reader().maxConnections());
    }

    @Test
    @DisplayName("have a built-in default within their own range")
    void defaultsAreValid() {
        bean.set(Setting.DESTINATION, "q");
        SettingsReader reader = reader();
        reader.broker();
        reader.link();
        reader.publish();
        reader.inbound();
        reader.drainTimeout();
        reader.maxConnections();
        assertTrue(reader.problems().isEmpty(), reader.problems().message("The defaults"));
    }
}
