package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.TestIdentity;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SASL EXTERNAL")
class ExternalTest {

    private static final Credentials EXTERNAL = new Credentials.Certificate();

    private static Security security;
    private static BrokerNode broker;

    @BeforeAll
    static void start() {
        security = new Security();
        broker = security.broker(false);
    }

    @AfterAll
    static void stop() {
        security.close();
    }

    private static String connect(TlsSettings tls) throws Exception {
        int port = Security.tlsPort(broker);
        LinkConnector connector = security.connector("localhost", port, EXTERNAL, tls);
        return security.connect(broker, connector, "localhost", port);
    }

    @Test
    @DisplayName("logs in as whom the certificate names")
    void logsIn() throws Exception {
        String seen = connect(security.tls(security.trust(), security.identity()));

        assertEquals(Security.EXTERNAL_USER + " tlsv1.3", seen);
    }

    @Test
    @DisplayName("with a certificate of nobody is an authentication failure")
    void refusesUnknownUser() throws Exception {
        TestIdentity nobody = security.authority.issue("nobody", "");
        TlsSettings.Store identity =
                Security.pemStore(nobody.pem(security.folder.resolve("nobody.pem")));

        assertThrows(
                AuthenticationFailureException.class,
                () -> connect(security.tls(security.trust(), identity)));
    }

    @Test
    @DisplayName("without a certificate says what is missing")
    void refusesWithoutCertificate() {
        IOException e =
                assertThrows(
                        IOException.class, () -> connect(security.tls(security.trust(), null)));

        assertTrue(e.getMessage().contains("set keyStore"), e.getMessage());
    }

    @Test
    @DisplayName("on a broker that does not offer it says so")
    void tellsMissingMechanism() {
        // The broker says at each connection what it has just been told to offer.
        String usual =
                broker.eval(
                        "{ok, Usual} = application:get_env(rabbit, auth_mechanisms),"
                                + " application:set_env(rabbit, auth_mechanisms,"
                                + " ['PLAIN', 'AMQPLAIN']), Usual.");
        try {
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> connect(security.tls(security.trust(), security.identity())));

            // The broker names them in any order.
            assertTrue(
                    Causes.text(e)
                            .matches(".*server offered \\[(PLAIN AMQPLAIN|AMQPLAIN PLAIN)].*"),
                    Causes.text(e));
        } finally {
            broker.eval("application:set_env(rabbit, auth_mechanisms, " + usual + ").");
        }
    }
}
