package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("TLS")
final class TlsTest {

    private final Given given = new Given();

    @BeforeEach
    void on() {
        given.adapter(Setting.ADDRESSES, "a").adapter(Setting.TLS, "true");
    }

    private TlsSettings tls() {
        return given.broker().tls();
    }

    @Test
    @DisplayName("is off unless a property or a URI asks for it")
    void off() {
        given.adapter(Setting.TLS, null);
        assertNull(tls());
        given.adapter(Setting.TLS, "false");
        assertNull(tls());
    }

    @Test
    @DisplayName("trusts the JVM's authorities, verifies in full and uses 1.3 and 1.2 by default")
    void defaults() {
        TlsSettings safe =
                new TlsSettings(
                        null, null, List.of("TLSv1.3", "TLSv1.2"), TlsSettings.Verification.FULL);
        assertEquals(safe, tls());
        given.adapter(Setting.ADDRESSES, "amqps://a").adapter(Setting.TLS, null);
        assertEquals(safe, tls());
    }

    @ParameterizedTest
    @CsvSource({
        "/x.p12, PKCS12",
        "/x.PFX, PKCS12",
        "/x.jks, JKS",
        "/x.pem, PEM",
        "/x.crt, PEM",
        "/x.cer, PEM",
        "/x, PKCS12",
        "/x.jks/y, PKCS12",
        "/x.store, PKCS12"
    })
    @DisplayName("guesses the type of a store from the file's name")
    void guesses(String path, TlsSettings.Type type) {
        given.adapter(Setting.TRUST_STORE, path).adapter(Setting.KEY_STORE, path);
        assertEquals(type, tls().trust().type());
        assertEquals(type, tls().identity().type());
        assertEquals(path, tls().identity().path());
    }

    @Test
    @DisplayName("takes type, password and key as they are given, and shows no password")
    void stores() {
        given.adapter(Setting.TRUST_STORE, "/trust.x")
                .adapter(Setting.TRUST_STORE_TYPE, "jks")
                .adapter(Setting.TRUST_STORE_PASSWORD, " tS-8812")
                .adapter(Setting.KEY_STORE, "/me.p12")
                .adapter(Setting.KEY_STORE_TYPE, "PEM")
                .adapter(Setting.KEY_STORE_PASSWORD, "kS-8813")
                .adapter(Setting.PRIVATE_KEY, "/me.key");
        assertEquals(
                new TlsSettings.Store(
                        "/trust.x", TlsSettings.Type.JKS, new Secret(" tS-8812"), null),
                tls().trust());
        assertEquals(
                new TlsSettings.Store(
                        "/me.p12", TlsSettings.Type.PEM, new Secret("kS-8813"), "/me.key"),
                tls().identity());
        String shown = given.broker() + " " + given.adapter;
        assertFalse(shown.contains("-881"), shown);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "TRUST_STORE",
                "TRUST_STORE_TYPE",
                "TRUST_STORE_PASSWORD",
                "KEY_STORE",
                "KEY_STORE_TYPE",
                "KEY_STORE_PASSWORD",
                "PRIVATE_KEY",
                "TLS_VERSIONS",
                "TLS_VERIFICATION"
            })
    @DisplayName("that is off makes its settings an error")
    void settingsWithoutTls(Setting setting) {
        given.adapter(Setting.TLS, null).adapter(setting, "x");
        given.refused(Setting.TLS, "needed for " + setting.property(), "set tls=true");
    }

    @Test
    @DisplayName("needs the store that a type, a password or a key belongs to")
    void companionsNeedTheirStore() {
        given.adapter(Setting.TRUST_STORE_PASSWORD, "x");
        given.refused(Setting.TRUST_STORE, "trustStorePassword is set without it");
        given.adapter(Setting.TRUST_STORE_PASSWORD, null).adapter(Setting.PRIVATE_KEY, "/k.pem");
        given.refused(Setting.KEY_STORE, "privateKey is set without it");
    }

    @Test
    @DisplayName("refuses what does not fit the type of a store")
    void companionsFitTheirStore() {
        given.adapter(Setting.KEY_STORE, "/x.p12").adapter(Setting.PRIVATE_KEY, "/k.pem");
        given.refused(Setting.PRIVATE_KEY, "keyStore is PKCS12", "keyStoreType=PEM");
        given.adapter(Setting.KEY_STORE, null)
                .adapter(Setting.PRIVATE_KEY, null)
                .adapter(Setting.TRUST_STORE, "/ca.pem")
                .adapter(Setting.TRUST_STORE_PASSWORD, "x");
        given.refused(Setting.TRUST_STORE_PASSWORD, "not encrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.1", "TLSv1.3,", "SSLv3,TLSv1.2"})
    @DisplayName("uses no version but 1.3 and 1.2")
    void badVersions(String versions) {
        given.adapter(Setting.TLS_VERSIONS, versions);
        given.refused(Setting.TLS_VERSIONS, "TLSv1.3 and TLSv1.2");
    }

    @Test
    @DisplayName("uses the versions in the order in which they are given")
    void versions() {
        given.adapter(Setting.TLS_VERSIONS, "TLSv1.2 , TLSv1.3");
        assertEquals(List.of("TLSv1.2", "TLSv1.3"), tls().versions());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("verifies as much as it is told")
    void verification(TlsSettings.Verification verification) {
        given.adapter(Setting.TLS_VERIFICATION, verification.name());
        assertEquals(verification, tls().verification());
    }

    @Test
    @DisplayName("settings that name nothing known are refused")
    void unknownWords() {
        given.adapter(Setting.TLS_VERIFICATION, "SOME");
        given.refused(Setting.TLS_VERIFICATION, "use one of FULL, CERTIFICATE, NONE");
        given.adapter(Setting.TLS_VERIFICATION, null)
                .adapter(Setting.TRUST_STORE, "/x")
                .adapter(Setting.TRUST_STORE_TYPE, "BKS");
        given.refused(Setting.TRUST_STORE_TYPE, "use one of PKCS12, JKS, PEM");
        given.adapter(Setting.TRUST_STORE_TYPE, null).adapter(Setting.TLS, "yes");
        given.adapter(Setting.TRUST_STORE, null);
        given.refused(Setting.TLS, "use true or false");
    }
}
