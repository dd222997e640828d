package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.KEY_STORE;
import static io.leveret.ra.settings.Setting.KEY_STORE_PASSWORD;
import static io.leveret.ra.settings.Setting.KEY_STORE_TYPE;
import static io.leveret.ra.settings.Setting.PRIVATE_KEY;
import static io.leveret.ra.settings.Setting.TLS;
import static io.leveret.ra.settings.Setting.TLS_VERIFICATION;
import static io.leveret.ra.settings.Setting.TLS_VERSIONS;
import static io.leveret.ra.settings.Setting.TRUST_STORE;
import static io.leveret.ra.settings.Setting.TRUST_STORE_PASSWORD;
import static io.leveret.ra.settings.Setting.TRUST_STORE_TYPE;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads TLS settings of one level. Stateless but for the errors that it notes. */
final class TlsReader {

    /** What means nothing without TLS. */
    static final Set<Setting> SETTINGS =
            Collections.unmodifiableSet(EnumSet.range(TRUST_STORE, TLS_VERIFICATION));

    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    private final Problems problems;
    private final Parser parser;

    TlsReader(Problems problems) {
        this.problems = problems;
        this.parser = new Parser(problems);
    }

    boolean isOn(Level level) {
        return parser.flag(TLS, text(level, TLS));
    }

    /**
     * Reads a level.
     *
     * @return null when TLS is off
     */
    TlsSettings read(Level level) {
        if (!isOn(level)) {
            Set<Setting> idle = level.brokerSet();
            idle.retainAll(SETTINGS);
            if (!idle.isEmpty()) {
                problems.add(
                        TLS,
                        level.values().get(TLS),
                        "is off, but needed for " + Problems.names(idle),
                        "set tls=true or write amqps:// in addresses, or remove what needs TLS");
            }
            return null;
        }
        return new TlsSettings(
                trust(level),
                identity(level),
                versions(level),
                parser.oneOf(
                        TLS_VERIFICATION,
                        text(level, TLS_VERIFICATION),
                        TlsSettings.Verification.class));
    }

    private static String text(Level level, Setting setting) {
        return level.get(setting).orElse(setting.builtIn());
    }

    private TlsSettings.Store trust(Level level) {
        String path = path(level, TRUST_STORE, TRUST_STORE_TYPE, TRUST_STORE_PASSWORD);
        if (path == null) {
            return null;
        }
        TlsSettings.Type type = type(level, TRUST_STORE_TYPE, path);
        Secret password = secret(level, TRUST_STORE_PASSWORD);
        if (type == TlsSettings.Type.PEM && password != null) {
            problems.add(
                    TRUST_STORE_PASSWORD,
                    password.value(),
                    "certificates in a PEM file are not encrypted",
                    "remove it, or set trustStoreType");
        }
        return new TlsSettings.Store(path, type, password, null);
    }

    /**
     * Reads the client certificate of a level.
     *
     * @return null when there is none
     */
    TlsSettings.Store identity(Level level) {
        String path = path(level, KEY_STORE, KEY_STORE_TYPE, KEY_STORE_PASSWORD, PRIVATE_KEY);
        if (path == null) {
            return null;
        }
        TlsSettings.Type type = type(level, KEY_STORE_TYPE, path);
        String privateKey = level.get(PRIVATE_KEY).orElse(null);
        if (type != TlsSettings.Type.PEM && privateKey != null) {
            problems.add(
                    PRIVATE_KEY,
                    privateKey,
                    "belongs to a PEM key store, and keyStore is " + type,
                    "remove it, or set keyStoreType=PEM");
        }
        return new TlsSettings.Store(path, type, secret(level, KEY_STORE_PASSWORD), privateKey);
    }

    private String path(Level level, Setting store, Setting... companions) {
        String path = level.get(store).orElse(null);
        if (path == null && !level.has(store)) {
            for (Setting companion : companions) {
                if (level.has(companion)) {
                    problems.add(
                            store,
                            null,
                            companion.property() + " is set without it",
                            "set both or neither");
                }
            }
        }
        return path;
    }

    private TlsSettings.Type type(Level level, Setting setting, String path) {
        String text = level.get(setting).orElse(null);
        if (text != null) {
            return parser.oneOf(setting, text, TlsSettings.Type.class);
        }
        TlsSettings.Type guess = guess(path);
        return guess == null ? TlsSettings.Type.PKCS12 : guess;
    }

    /** Guesses by the name; null when it says nothing. */
    static TlsSettings.Type guess(String path) {
        String name = path.trim().toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "p12", "pfx" -> TlsSettings.Type.PKCS12;
            case "jks" -> TlsSettings.Type.JKS;
            case "pem", "crt", "cer" -> TlsSettings.Type.PEM;
            default -> null;
        };
    }

    private static Secret secret(Level level, Setting setting) {
        return level.get(setting).map(Secret::new).orElse(null);
    }

    private List<String> versions(Level level) {
        List<String> versions = new ArrayList<>();
        String text = text(level, TLS_VERSIONS);
        for (String part : text.split(",", -1)) {
            String version = part.trim();
            if (!VERSIONS.contains(version)) {
                problems.add(
                        TLS_VERSIONS,
                        text,
                        "names something else than " + String.join(" and ", VERSIONS),
                        "use one or both of them, separated by a comma");
            } else if (!versions.contains(version)) {
                versions.add(version);
            }
        }
        return versions;
    }
}
