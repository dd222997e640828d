package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** "Copied" stands for a container that copies the resource adapter's properties onto the bean. */
@DisplayName("The broker set")
final class InheritanceTest {

    private final Given given = new Given();

    private void adapterWithLogin() {
        given.adapter(Setting.ADDRESSES, "main")
                .adapter(Setting.VIRTUAL_HOST, "prod")
                .adapter(Setting.USER_NAME, "u")
                .adapter(Setting.PASSWORD, "p");
    }

    private void adapterWithCertificate() {
        given.adapter(Setting.ADDRESSES, "amqps://main")
                .adapter(Setting.SASL_MECHANISM, "EXTERNAL")
                .adapter(Setting.TRUST_STORE, "/ca.pem")
                .adapter(Setting.TLS_VERIFICATION, "CERTIFICATE")
                .adapter(Setting.KEY_STORE, "/me.pem")
                .adapter(Setting.PRIVATE_KEY, "/me.key");
    }

    private static Credentials login(String user, String password) {
        return new Credentials.Password(user, new Secret(password));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ADDRESSES")
    @DisplayName("is not inherited in part: one of it alone asks for addresses")
    void oneAlone(Setting setting) {
        adapterWithLogin();
        given.bean(setting, "true");
        assertEquals(
                setting.inBrokerSet(),
                given.problems().contains("as a whole or not at all"),
                given::problems);
    }

    @Test
    @DisplayName("that a container copied counts as inherited")
    void allCopied() {
        adapterWithLogin();
        assertEquals(given.broker(), given.copied().broker());
        given.bean(Setting.PREFETCH, "7");
        assertEquals("prod", given.broker().virtualHost());
    }

    @Test
    @DisplayName("that a container copied with all that URIs say counts as inherited")
    void uriCopied() {
        given.adapter(Setting.ADDRESSES, "amqps://u:p@main/v?heartbeat=5&verify=verify_none");
        BrokerSettings inherited = given.broker();
        assertEquals(inherited, given.copied().broker());
        assertEquals(Duration.ofSeconds(5), given.link().heartbeat());

        // By the getter, which gives no user-info.
        given.bean(Setting.ADDRESSES, given.adapter.get(Setting.ADDRESSES));
        assertEquals(inherited, given.broker());
    }

    @Test
    @DisplayName("that was copied and expands alike counts as inherited")
    void expressionCopied() {
        given.environment.put("BROKER_URI", "amqp://u:p@main");
        given.adapter(Setting.ADDRESSES, "${BROKER_URI}");
        assertEquals(login("u", "p"), given.copied().broker().credentials());
    }

    @Test
    @DisplayName("with own addresses and a copied login asks for inheritCredentials")
    void copiedLoginIsNotOwn() {
        adapterWithLogin();
        given.bean(Setting.ADDRESSES, "other").copied();
        given.refused(Setting.USER_NAME, "inheritCredentials=true");

        given.bean(Setting.INHERIT_CREDENTIALS, "true");
        assertEquals(login("u", "p"), given.broker().credentials());
        assertEquals("other", given.broker().addresses().get(0).host());
    }

    @Test
    @DisplayName("may be the same broker as another user, or another virtual host")
    void sameBroker() {
        adapterWithLogin();
        given.bean(Setting.USER_NAME, "v").bean(Setting.PASSWORD, "q").copied();
        BrokerSettings broker = given.broker();
        assertEquals(login("v", "q"), broker.credentials());
        assertEquals("main:5672", broker.addresses().get(0).toString());
        assertEquals("prod", broker.virtualHost());

        given.bean(Setting.USER_NAME, "u").bean(Setting.PASSWORD, "p");
        given.bean(Setting.VIRTUAL_HOST, "test");
        assertEquals("test", given.broker().virtualHost());
        assertEquals(login("u", "p"), given.broker().credentials());
    }

    @Test
    @DisplayName("may be the same broker as another user beside a copied URI with a user")
    void sameUriAnotherUser() {
        given.adapter(Setting.ADDRESSES, "amqps://u:p@main/v?heartbeat=5");
        given.bean(Setting.USER_NAME, "v").bean(Setting.PASSWORD, "q").copied();
        assertEquals(login("v", "q"), given.broker().credentials());
        assertEquals("v", given.broker().virtualHost());
        assertNotNull(given.broker().tls());
    }

    @Test
    @DisplayName("may share parts with the resource adapter's, if it differs")
    void equalParts() {
        adapterWithLogin();
        given.bean(Setting.ADDRESSES, "other")
                .bean(Setting.VIRTUAL_HOST, "prod")
                .bean(Setting.USER_NAME, "v")
                .bean(Setting.PASSWORD, "p");
        BrokerSettings broker = given.broker();
        assertEquals("prod", broker.virtualHost(), "somebody wrote it");
        assertEquals(login("v", "p"), broker.credentials(), "two users may have one password");
    }

    @Test
    @DisplayName("with an own login drops another way to log in that was copied")
    void ownLoginBesideCopies() {
        adapterWithCertificate();
        given.bean(Setting.ADDRESSES, "other")
                .bean(Setting.USER_NAME, "v")
                .bean(Setting.PASSWORD, "q")
                .bean(Setting.TLS, "false")
                .copied();
        assertEquals(login("v", "q"), given.broker().credentials());
        assertNull(given.broker().tls());
    }

    @Test
    @DisplayName("with an own password drops a copied password file, and the reverse")
    void passwordBesideCopiedFile() {
        given.adapter(Setting.ADDRESSES, "main")
                .adapter(Setting.USER_NAME, "u")
                .adapter(Setting.PASSWORD_FILE, "/p");
        given.bean(Setting.ADDRESSES, "other").bean(Setting.USER_NAME, "v");
        given.bean(Setting.PASSWORD, "q").copied();
        assertEquals(login("v", "q"), given.broker().credentials());

        given.adapter(Setting.PASSWORD_FILE, null).adapter(Setting.PASSWORD, "q");
        given.bean(Setting.PASSWORD_FILE, "/mine");
        assertEquals(new Credentials.PasswordFile("v", "/mine"), given.broker().credentials());
    }

    @Test
    @DisplayName("with an own OAuth2 client drops a copied login, and the reverse")
    void oauth2BesideCopies() {
        adapterWithLogin();
        given.bean(Setting.OAUTH2_TOKEN_ENDPOINT, "https://id/token")
                .bean(Setting.OAUTH2_CLIENT_ID, "c")
                .bean(Setting.OAUTH2_CLIENT_SECRET, "s")
                .copied();
        assertEquals("c", given.broker().userName());

        Given reverse = new Given();
        reverse.adapter(Setting.ADDRESSES, "main")
                .adapter(Setting.OAUTH2_TOKEN_ENDPOINT, "https://id/token")
                .adapter(Setting.OAUTH2_CLIENT_ID, "c")
                .adapter(Setting.OAUTH2_CLIENT_SECRET, "s");
        reverse.bean(Setting.USER_NAME, "v").bean(Setting.PASSWORD, "q").copied();
        assertEquals(login("v", "q"), reverse.broker().credentials());
    }

    @Test
    @DisplayName("with an own OAuth2 client of the same provider needs no other endpoint")
    void sameEndpoint() {
        given.adapter(Setting.ADDRESSES, "main")
                .adapter(Setting.OAUTH2_TOKEN_ENDPOINT, "https://id/token")
                .adapter(Setting.OAUTH2_CLIENT_ID, "c")
                .adapter(Setting.OAUTH2_CLIENT_SECRET, "s");
        given.bean(Setting.ADDRESSES, "other")
                .bean(Setting.OAUTH2_TOKEN_ENDPOINT, "https://id/token")
                .bean(Setting.OAUTH2_CLIENT_ID, "d")
                .bean(Setting.OAUTH2_CLIENT_SECRET, "s");
        assertEquals("d", given.broker().userName());
    }

    @Test
    @DisplayName("with an own certificate drops a copied login")
    void certificateBesideCopies() {
        adapterWithLogin();
        given.bean(Setting.ADDRESSES, "amqps://other?auth_mechanism=external&certfile=/me.pem");
        assertEquals(new Credentials.Certificate(), given.copied().broker().credentials());
    }

    @Test
    @DisplayName("with an own key store of another kind drops what belongs to the copied one")
    void storeCompanions() {
        adapterWithCertificate();
        given.bean(Setting.ADDRESSES, "amqps://other")
                .bean(Setting.KEY_STORE, "/mine.p12")
                .bean(Setting.KEY_STORE_PASSWORD, "k")
                .copied();
        assertEquals(
                new TlsSettings.Store("/mine.p12", TlsSettings.Type.PKCS12, new Secret("k"), null),
                given.broker().tls().identity());
        assertEquals(new Credentials.Certificate(), given.broker().credentials());

        given.adapter(Setting.TRUST_STORE, "/trust.jks")
                .adapter(Setting.TRUST_STORE_PASSWORD, "t")
                .adapter(Setting.TRUST_STORE_TYPE, "JKS");
        given.bean(Setting.TRUST_STORE, "/mine.crt").copied();
        assertEquals(
                new TlsSettings.Store("/mine.crt", TlsSettings.Type.PEM, null, null),
                given.broker().tls().trust());
    }

    @Test
    @DisplayName("may have another store with the same password")
    void samePassword() {
        given.adapter(Setting.ADDRESSES, "amqps://u:p@main")
                .adapter(Setting.TRUST_STORE, "/a.p12")
                .adapter(Setting.TRUST_STORE_PASSWORD, "changeit");
        given.bean(Setting.ADDRESSES, "amqps://v:q@other")
                .bean(Setting.TRUST_STORE, "/b.p12")
                .bean(Setting.TRUST_STORE_PASSWORD, "changeit");
        assertEquals(new Secret("changeit"), given.broker().tls().trust().password());
    }

    @Test
    @DisplayName("with own addresses in plain drops copied TLS settings")
    void plainBesideCopiedTls() {
        given.adapter(Setting.ADDRESSES, "main")
                .adapter(Setting.TLS, "true")
                .adapter(Setting.TRUST_STORE, "/ca.pem")
                .adapter(Setting.TLS_VERSIONS, "TLSv1.2");
        given.bean(Setting.ADDRESSES, "amqp://v:q@other").copied();
        assertNull(given.broker().tls());
    }

    @Test
    @DisplayName("lets parameters of own URIs replace copied link settings")
    void parametersBesideCopies() {
        given.adapter(Setting.ADDRESSES, "main").adapter(Setting.HEARTBEAT, "20000");
        given.bean(Setting.ADDRESSES, "amqp://v:q@other?heartbeat=5").copied();
        given.broker();
        assertEquals(Duration.ofSeconds(5), given.link().heartbeat());
    }

    @Test
    @DisplayName("with inheritCredentials has own TLS and trust, and the others' key store")
    void inheritCredentials() {
        adapterWithCertificate();
        given.bean(Setting.ADDRESSES, "amqps://other")
                .bean(Setting.TRUST_STORE, "/other-ca.pem")
                .bean(Setting.INHERIT_CREDENTIALS, "true");
        for (int i = 0; i < 2; i++) {
            BrokerSettings broker = given.broker();
            assertEquals(new Credentials.Certificate(), broker.credentials());
            assertEquals("/other-ca.pem", broker.tls().trust().path());
            assertEquals("/me.key", broker.tls().identity().privateKey());
            assertEquals("[other:5671]", broker.addresses().toString());
            given.bean(Setting.TLS_VERIFICATION, "FULL").copied();
        }
        assertEquals(TlsSettings.Verification.FULL, given.broker().tls().verification());
    }

    @Test
    @DisplayName("with inheritCredentials contradicts own credentials")
    void inheritAndOwn() {
        adapterWithLogin();
        given.bean(Setting.ADDRESSES, "amqps://other")
                .bean(Setting.USER_NAME, "v")
                .bean(Setting.KEY_STORE, "/mine.p12")
                .bean(Setting.INHERIT_CREDENTIALS, "true");
        given.refused(Setting.INHERIT_CREDENTIALS, "contradicts userName, keyStore");
    }

    @Test
    @DisplayName("with inheritCredentials cannot take a certificate to a plain connection")
    void inheritedCertificateNeedsTls() {
        adapterWithCertificate();
        given.bean(Setting.ADDRESSES, "other").bean(Setting.INHERIT_CREDENTIALS, "true");
        given.refused(Setting.INHERIT_CREDENTIALS, "needs TLS");
    }

    @Test
    @DisplayName("inherits credentials of the environment too")
    void inheritFromOutside() {
        given.environment.put("LEVERET_ADDRESSES", "amqp://u:p@main");
        given.bean(Setting.ADDRESSES, "other").bean(Setting.INHERIT_CREDENTIALS, "true");
        assertEquals(login("u", "p"), given.broker().credentials());
    }

    @Test
    @DisplayName("has names in the environment with an underscore before each capital")
    void environmentNames() {
        given.environment.put("LEVERET_OAUTH2_TOKEN_ENDPOINT", "https://id/token");
        given.environment.put("LEVERET_OAUTH2_CLIENT_ID", "c");
        given.system.put("leveret.oauth2ClientSecret", "s");
        assertTrue(given.broker().credentials() instanceof Credentials.OAuth2);
        assertEquals(List.of(new HostPort("localhost", 5672)), given.broker().addresses());
    }
}
