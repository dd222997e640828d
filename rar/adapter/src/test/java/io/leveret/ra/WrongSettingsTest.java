package io.leveret.ra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import io.leveret.ra.settings.ConnectionBean;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ResourceAdapterInternalException;
import java.beans.PropertyDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@DisplayName("Wrong settings")
final class WrongSettingsTest {

    private static final String SECRET = UUID.randomUUID().toString();

    private final MqResourceAdapter adapter = new MqResourceAdapter();
    private final MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
    private final MqActivationSpec spec = new MqActivationSpec();

    private String refusedStart() {
        // Refused before it looks at the server.
        return assertThrows(ResourceAdapterInternalException.class, () -> adapter.start(null))
                .getMessage();
    }

    private String refused(Executable call) {
        return assertThrows(InvalidPropertyException.class, call).getMessage();
    }

    private static void breakAll(ConnectionBean bean) {
        bean.setAddresses("amqp://u:" + SECRET + "@h,,h:0");
        bean.setHeartbeat("1500");
        bean.setRecovery("PERHAPS");
        bean.setReconnectAttempts("-2");
        bean.setSaslMechanism("EXTERNAL");
        bean.setTrustStore("/ca.pem");
        bean.setTlsVerification("${verification}");
        bean.setOauth2ClientSecret(SECRET);
    }

    private static void assertHasAll(String message, String... more) {
        for (String part :
                List.of(
                        "addresses (",
                        "has an empty entry",
                        "has a port outside 1 to 65535",
                        "heartbeat (\"1500\")",
                        "recovery (\"PERHAPS\"): is unknown; use one of AUTOMATIC, LIMITED, MANUAL",
                        "reconnectAttempts (\"-2\")",
                        "saslMechanism (\"EXTERNAL\"): needs TLS",
                        "saslMechanism (\"EXTERNAL\"): contradicts",
                        "tls (\"false\"): is off, but needed for trustStore, tlsVerification")) {
            assertTrue(message.contains(part), () -> part + " is missing in " + message);
        }
        for (String part : more) {
            assertTrue(message.contains(part), () -> part + " is missing in " + message);
        }
        assertFalse(message.contains(SECRET), message);
    }

    @Test
    @DisplayName("of the resource adapter are all named at its start")
    void resourceAdapter() {
        breakAll(adapter);
        adapter.setMaxConnections("0");
        adapter.setLeakDetectionThreshold("-1");
        adapter.setPrefetch("0");
        adapter.setDrainTimeout("long");
        assertHasAll(
                refusedStart(),
                "maxConnections (\"0\")",
                "leakDetectionThreshold (\"-1\")",
                "prefetch (\"0\")",
                "drainTimeout (\"long\")");
    }

    @Test
    @DisplayName("of a connection factory are all named when it is made")
    void connectionFactory() throws Exception {
        factory.setResourceAdapter(adapter);
        breakAll(factory);
        factory.setTransactionMode("SOMETIMES");
        factory.setInheritCredentials("perhaps");
        assertHasAll(
                refused(factory::createConnectionFactory),
                "transactionMode (\"SOMETIMES\")",
                "inheritCredentials (\"perhaps\")");
    }

    @Test
    @DisplayName("of an activation are all named when it is validated, as properties too")
    void activation() throws Exception {
        spec.setResourceAdapter(adapter);
        breakAll(spec);
        spec.setMaxSession("0");
        assertHasAll(refused(spec::validate), "maxSession (\"0\")", "destination (not set)");

        InvalidPropertyException e = assertThrows(InvalidPropertyException.class, spec::validate);
        assertEquals(
                List.of(
                        "addresses",
                        "destination",
                        "heartbeat",
                        "maxSession",
                        "reconnectAttempts",
                        "recovery",
                        "saslMechanism",
                        "tls"),
                Arrays.stream(e.getInvalidPropertyDescriptors())
                        .map(PropertyDescriptor::getName)
                        .toList());
    }

    @Test
    @DisplayName("are one error when they are one: malformed addresses of the resource adapter")
    void oneError() throws Exception {
        adapter.setAddresses("amqp://u:" + SECRET + "@h:port");
        String message = refusedStart();
        assertTrue(message.contains(" has 1 error\n  1. addresses ("), message);
        assertFalse(message.contains(SECRET), message);
        assertFalse(message.contains("2. "), message);

        factory.setResourceAdapter(adapter);
        spec.setResourceAdapter(adapter);
        spec.setDestination("q");
        assertTrue(refused(factory::createConnectionFactory).contains(" has 1 error\n"));
        assertTrue(refused(spec::validate).contains(" has 1 error\n"));
        spec.setAddresses(adapter.getAddresses()); // as a container may copy it
        assertTrue(refused(spec::validate).contains(" has 1 error\n"));
    }

    @Test
    @DisplayName("of the resource adapter that an activation does not have are not its errors")
    void propertiesOfOthers() throws Exception {
        adapter.setPublishTimeout("${nobody.set.this}");
        adapter.setMaxConnections("none");
        assertTrue(refusedStart().contains(" has 2 errors\n"), refusedStart());
        spec.setResourceAdapter(adapter);
        spec.setDestination("q");
        spec.validate();
    }
}
