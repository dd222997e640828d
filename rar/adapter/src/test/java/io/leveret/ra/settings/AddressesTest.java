package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Addresses")
final class AddressesTest {

    private final Given given = new Given();

    private Given addresses(String addresses) {
        return given.adapter(Setting.ADDRESSES, addresses);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|a:5672",
                " a , b:1 |a:5672, b:1",
                "[::1]|[::1]:5672",
                "[::1]:7|[::1]:7",
                "[fe80::1%eth0]:7|[fe80::1%eth0]:7",
                "127.0.0.1:5|127.0.0.1:5",
                "rabbit_mq-1.local:5|rabbit_mq-1.local:5",
                "amqp://rabbit_mq|rabbit_mq:5672",
                "amqp://[::1]:7/v|[::1]:7",
                "AMQP://a:1,b|a:1, b:5672",
                "amqps://a|a:5671",
                "b,amqps://a|b:5671, a:5671",
                "amqps://a:5672|a:5672"
            })
    @DisplayName("are hosts, with or without port, and URIs; the usual port depends on TLS")
    void good(String addresses, String hosts) {
        assertEquals("[" + hosts + "]", addresses(addresses).broker().addresses().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host:port",
                "http://host",
                "host:0",
                "host:70000",
                "host:999999999",
                "a,,b",
                "a,",
                ",a",
                "a b",
                "::1",
                "[::1",
                "[name]:1",
                "a,b,a",
                "a:5672,a",
                "amqp://a,amqp://a:5672",
                "amqp://",
                "amqp:///v",
                "amqp://a/b/c",
                "amqp://a#b",
                "amqp://a/%zz",
                "amqp://:p@a",
                "amqp://u:p@a/x,amqp://u:p@b/y",
                "amqp://u:p@a,amqp://v:p@b",
                "amqp://u:p@a,amqp://u:q@b",
                "amqp://a,amqps://b",
                "amqp://a?heartbeat=5,amqp://b?heartbeat=6",
                "amqp://a?heartbeat=x",
                "amqp://a?heartbeat=",
                "amqp://a?heartbeat",
                "amqp://a?connection_timeout=1s",
                "amqp://a?channel_max=-1",
                "amqp://a?verify=maybe",
                "amqp://a?auth_mechanism=amqplain",
                "amqp://a?server_name_indication=b",
                "amqp://a?"
            })
    @DisplayName("that are malformed or contradict each other are one error each")
    void bad(String addresses) {
        SettingsReader reader = addresses(addresses).reader();
        reader.broker();
        String message = reader.problems().message("It");
        assertEquals(List.of("addresses"), reader.problems().properties(), message);
        assertTrue(message.startsWith("It has 1 error\n"), message);
        assertTrue(message.contains("write host:port"), message);
    }

    @Test
    @DisplayName("with an unknown parameter are refused with the list of those that are known")
    void unknownParameter() {
        String message = addresses("amqp://a?passphrase=qWx-1793&frame_max=1").problems();
        assertTrue(
                message.contains(
                        "auth_mechanism, cacertfile, certfile, channel_max, connection_timeout,"
                                + " heartbeat, keyfile, verify"),
                message);
        assertFalse(message.contains("qWx-1793"), message);
        assertFalse(given.adapter.toString().contains("qWx-1793"));
        assertFalse(given.adapter.get(Setting.ADDRESSES).contains("qWx-1793"));
    }

    @Test
    @DisplayName("say with parameters what the properties say")
    void parameters() {
        addresses(
                "amqps://a?heartbeat=7&connection_timeout=1234&channel_max=9"
                        + "&auth_mechanism=external&cacertfile=/tls/ca%20+.crt&certfile=/tls/me.x"
                        + "&keyfile=/tls/me.key&verify=verify_none,amqps://b?heartbeat=7");

        LinkSettings link = given.link();
        assertEquals(Duration.ofSeconds(7), link.heartbeat());
        assertEquals(Duration.ofMillis(1234), link.connectTimeout());
        assertEquals(9, link.channelsPerConnection());
        BrokerSettings broker = given.broker();
        assertEquals(new Credentials.Certificate(), broker.credentials());
        TlsSettings.Type pem = TlsSettings.Type.PEM;
        assertEquals(new TlsSettings.Store("/tls/ca +.crt", pem, null, null), broker.tls().trust());
        assertEquals(
                new TlsSettings.Store("/tls/me.x", pem, null, "/tls/me.key"),
                broker.tls().identity());
        assertEquals(TlsSettings.Verification.NONE, broker.tls().verification());
        assertEquals(
                "amqps://a?heartbeat=7&connection_timeout=1234&channel_max=9"
                        + "&auth_mechanism=external&cacertfile=/tls/ca%20+.crt&certfile=/tls/me.x"
                        + "&keyfile=/tls/me.key&verify=verify_none,amqps://b?heartbeat=7",
                given.adapter.get(Setting.ADDRESSES), "nothing to hide");
    }

    @Test
    @DisplayName("verify the peer in full when a URI asks for verification")
    void verifyPeer() {
        addresses("amqps://a?verify=verify_peer").adapter(Setting.TLS_VERIFICATION, "full");
        assertEquals(TlsSettings.Verification.FULL, given.broker().tls().verification());
    }

    @Test
    @DisplayName("with a parameter out of range name the property that it stands for")
    void parameterOutOfRange() {
        SettingsReader reader = addresses("amqp://a?heartbeat=0&channel_max=99999").reader();
        reader.broker();
        reader.link();
        assertEquals(List.of("channelsPerConnection", "heartbeat"), reader.problems().properties());
    }

    @ParameterizedTest
    @CsvSource({
        "amqp://u:p@a, USER_NAME, v",
        "amqp://u:p@a, PASSWORD, q",
        "amqp://u:p@a/x, VIRTUAL_HOST, y",
        "amqps://u:p@a, TLS, false",
        "amqp://u:p@a, TLS, true",
        "amqps://u:p@a?verify=verify_none, TLS_VERIFICATION, FULL",
        "amqps://u:p@a?cacertfile=/x.pem, TRUST_STORE, /y.pem"
    })
    @DisplayName("must agree with the properties beside them")
    void propertiesBeside(String addresses, Setting beside, String value) {
        addresses(addresses).adapter(beside, value);
        SettingsReader reader = given.reader();
        reader.broker();
        String message = reader.problems().message("It");
        assertTrue(message.contains(beside.property() + " ("), message);
        assertTrue(message.contains("differs from what addresses says"), message);
    }

    @Test
    @DisplayName("must agree with link settings beside them too")
    void linkSettingsBeside() {
        addresses("amqp://a?heartbeat=5").adapter(Setting.HEARTBEAT, "6000");
        assertTrue(given.problems().contains("heartbeat (\"6000\")"), given.problems());
        given.adapter(Setting.HEARTBEAT, "5000");
        given.broker();
    }

    @Test
    @DisplayName("may repeat what the properties beside them say")
    void agreeingProperties() {
        addresses("amqps://u:p@a/v?auth_mechanism=plain")
                .adapter(Setting.USER_NAME, "u")
                .adapter(Setting.PASSWORD, "p")
                .adapter(Setting.VIRTUAL_HOST, "v")
                .adapter(Setting.SASL_MECHANISM, "plain")
                .adapter(Setting.TLS, "TRUE");
        BrokerSettings broker = given.broker();
        assertEquals("v", broker.virtualHost());
        assertNotNull(broker.tls());
    }

    @Test
    @DisplayName("tell no virtual host from the one with the empty name")
    void virtualHosts() {
        assertEquals("/", addresses("amqp://a").broker().virtualHost());
        assertEquals("", addresses("amqp://a/").broker().virtualHost());
        assertEquals("a/b", addresses("amqp://a/a%2Fb").broker().virtualHost());
        assertEquals("+", addresses("amqp://a/+").broker().virtualHost());
        assertNull(given.broker().tls());
    }

    @Test
    @DisplayName("of a level that is not used say nothing, right or wrong")
    void unusedLevel() {
        given.system.put("leveret.addresses", "amqp://x?heartbeat=5,broken:");
        addresses("a");
        assertEquals(Duration.ofSeconds(10), given.link().heartbeat());
        given.broker();
        given.adapter(Setting.ADDRESSES, null);
        assertTrue(given.problems().contains("addresses"), "used now");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user:hunter2@rabbit:5672",
                "amqp://u:hu/nter2@h",
                "amqp://u:h,unter2@h",
                "amqp://u:hunter2",
                "u:hunter2",
                "amqp://u:hunter2/v",
                "amqp://u:x#hunter2@h",
                "amqp://u:x?hunter2@h",
                "amqp://u:x y-hunter2@h",
                "amqp://u:%zz-hunter2@h",
                "amqps://h?password=hunter2",
                "amqp://u:ok@a,amqp://u:hunter2@b:x",
                "${nothing}://u:hunter2@h",
                "amqp://u:hunter2@${nothing}"
            })
    @DisplayName("never show a password, however malformed they are")
    void secretsInMalformedAddresses(String addresses) {
        addresses(addresses);
        assertTrue(given.problems().contains("addresses"), given.problems());
        for (String shown :
                List.of(
                        given.problems(),
                        given.adapter.toString(),
                        given.adapter.get(Setting.ADDRESSES))) {
            assertFalse(shown.contains("nter2"), shown);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'a:1,[::1]:2,amqp://b/v', 'a:1,[::1]:2,amqp://b/v'",
        "'amqps://u:p%40@b:3/v,amqps://u:p%40@c', 'amqps://b:3/v,amqps://c'",
        "'amqp://u:p@x@b', 'amqp://b'"
    })
    @DisplayName("that are well-formed show all but user and password")
    void shown(String addresses, String shown) {
        addresses(addresses);
        assertEquals(shown, given.adapter.get(Setting.ADDRESSES));
        assertEquals("{addresses=" + shown + "}", given.adapter.toString());
        given.broker();
    }
}
