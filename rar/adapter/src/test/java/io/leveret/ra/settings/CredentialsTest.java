package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Credentials")
final class CredentialsTest {

    private static final String ENDPOINT = "https://id.example:8443/token";

    private final Given given = new Given();

    @BeforeEach
    void address() {
        given.adapter(Setting.ADDRESSES, "a");
    }

    private Given with(Setting setting, String value) {
        return given.adapter(setting, value);
    }

    private void oauth2() {
        with(Setting.OAUTH2_TOKEN_ENDPOINT, ENDPOINT);
        with(Setting.OAUTH2_CLIENT_ID, "shop");
        with(Setting.OAUTH2_CLIENT_SECRET, "zK-4471");
    }

    private void external() {
        with(Setting.SASL_MECHANISM, "external");
        with(Setting.TLS, "true");
        with(Setting.KEY_STORE, "/me.p12");
    }

    @Test
    @DisplayName("are guest when nobody says otherwise")
    void guest() {
        assertEquals(
                new Credentials.Password("guest", new Secret("guest")),
                given.broker().credentials());
    }

    @Test
    @DisplayName("are a user with a password or a password file")
    void login() {
        with(Setting.USER_NAME, "u").adapter(Setting.PASSWORD, "p");
        assertEquals(new Credentials.Password("u", new Secret("p")), given.broker().credentials());
        with(Setting.PASSWORD, null).adapter(Setting.PASSWORD_FILE, "/run/secrets/p");
        assertEquals(
                new Credentials.PasswordFile("u", "/run/secrets/p"), given.broker().credentials());
        with(Setting.USER_NAME, null).adapter(Setting.ADDRESSES, "amqp://v@a");
        assertEquals("v", given.broker().userName(), "the user may come from a URI");
    }

    @Test
    @DisplayName("with half a login are refused")
    void half() {
        with(Setting.USER_NAME, "u");
        given.refused(Setting.PASSWORD, "belong together", "passwordFile may stand in");
        with(Setting.USER_NAME, null).adapter(Setting.PASSWORD, "p");
        given.refused(Setting.USER_NAME, "belong together");
        with(Setting.PASSWORD, null).adapter(Setting.PASSWORD_FILE, "/p");
        given.refused(Setting.USER_NAME, "passwordFile is set without it");
        with(Setting.USER_NAME, "u").adapter(Setting.PASSWORD, "p");
        given.refused(Setting.PASSWORD_FILE, "contradicts password", "remove one");
    }

    @Test
    @DisplayName("may be the client certificate")
    void certificate() {
        external();
        assertEquals(new Credentials.Certificate(), given.broker().credentials());
    }

    @Test
    @DisplayName("by client certificate need TLS and a key store")
    void certificateNeedsTls() {
        with(Setting.SASL_MECHANISM, "EXTERNAL");
        given.refused(Setting.SASL_MECHANISM, "needs TLS", "amqps://");
        with(Setting.TLS, "true");
        given.refused(Setting.KEY_STORE, "saslMechanism=EXTERNAL needs it");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"USER_NAME", "PASSWORD", "PASSWORD_FILE", "OAUTH2_CLIENT_ID", "OAUTH2_SCOPE"})
    @DisplayName("by client certificate go with no other way to log in")
    void certificateAlone(Setting other) {
        external();
        with(other, "x");
        given.refused(Setting.SASL_MECHANISM, "contradicts " + other.property());
    }

    @Test
    @DisplayName("by client certificate contradict a user in a URI")
    void certificateAndUri() {
        external();
        with(Setting.ADDRESSES, "amqps://u:p@a");
        given.refused(Setting.SASL_MECHANISM, "contradicts userName, password");
    }

    @Test
    @DisplayName("may be an OAuth2 client's")
    void oauth2Client() {
        oauth2();
        with(Setting.OAUTH2_SCOPE, "rabbitmq.write:*/*");
        with(Setting.OAUTH2_PARAMETERS, "audience=rabbit, x = y=z");
        assertEquals(
                new Credentials.OAuth2(
                        URI.create(ENDPOINT),
                        "shop",
                        new Secret("zK-4471"),
                        "rabbitmq.write:*/*",
                        Map.of("audience", "rabbit", "x", "y=z")),
                given.broker().credentials());
        assertEquals("shop", given.broker().userName());
        assertFalse(given.broker().toString().contains("zK-4471"));
        assertFalse(given.adapter.toString().contains("zK-4471"));
    }

    @ParameterizedTest
    @EnumSource(names = {"OAUTH2_TOKEN_ENDPOINT", "OAUTH2_CLIENT_ID", "OAUTH2_CLIENT_SECRET"})
    @DisplayName("of an OAuth2 client need endpoint, id and secret")
    void incompleteOauth2(Setting missing) {
        oauth2();
        with(missing, null);
        given.refused(missing, "incomplete without it");
    }

    @ParameterizedTest
    @EnumSource(names = {"USER_NAME", "PASSWORD", "PASSWORD_FILE"})
    @DisplayName("of an OAuth2 client go with no user or password")
    void oauth2Alone(Setting other) {
        oauth2();
        with(other, "x");
        given.refused(other, "contradicts oauth2TokenEndpoint", "keep one way to log in");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id.example/token",
                "ftp://id.example/token",
                "https:///token",
                "https://id example/",
                "https://id.example/#x"
            })
    @DisplayName("of an OAuth2 client need a proper token endpoint")
    void badEndpoint(String endpoint) {
        oauth2();
        with(Setting.OAUTH2_TOKEN_ENDPOINT, endpoint);
        given.refused(Setting.OAUTH2_TOKEN_ENDPOINT, "write https://host/path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop:zK-9923@id.example/token",
                "https://shop:zK-9923@id example/token",
                "https://shop:zK/-9923@id.example/token"
            })
    @DisplayName("in a token endpoint are refused and not shown")
    void userInfoInEndpoint(String endpoint) {
        oauth2();
        with(Setting.OAUTH2_TOKEN_ENDPOINT, endpoint);
        assertTrue(given.problems().contains("oauth2TokenEndpoint"), given.problems());
        String shown =
                given.problems() + given.adapter + given.adapter.get(Setting.OAUTH2_TOKEN_ENDPOINT);
        assertFalse(shown.contains("9923"), shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"audience", "=x", "a=b,", "a=b,a=c", "client_secret=x", "scope=y"})
    @DisplayName("of an OAuth2 client take further parameters as key=value, each once")
    void badParameters(String parameters) {
        oauth2();
        with(Setting.OAUTH2_PARAMETERS, parameters);
        given.refused(Setting.OAUTH2_PARAMETERS, "write key=value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AMQPLAIN", "PLAIN,EXTERNAL"})
    @DisplayName("name one of the known mechanisms")
    void unknownMechanism(String mechanism) {
        with(Setting.SASL_MECHANISM, mechanism);
        given.refused(Setting.SASL_MECHANISM, "use one of PLAIN, EXTERNAL");
    }
}
