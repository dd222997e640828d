package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.KEY_STORE;
import static io.leveret.ra.settings.Setting.OAUTH2_CLIENT_ID;
import static io.leveret.ra.settings.Setting.OAUTH2_CLIENT_SECRET;
import static io.leveret.ra.settings.Setting.OAUTH2_PARAMETERS;
import static io.leveret.ra.settings.Setting.OAUTH2_SCOPE;
import static io.leveret.ra.settings.Setting.OAUTH2_TOKEN_ENDPOINT;
import static io.leveret.ra.settings.Setting.PASSWORD;
import static io.leveret.ra.settings.Setting.PASSWORD_FILE;
import static io.leveret.ra.settings.Setting.SASL_MECHANISM;
import static io.leveret.ra.settings.Setting.USER_NAME;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads as whom one level connects: user and password, user and password file, client certificate,
 * or OAuth2 client; two of them at once are an error. Stateless but for the errors that it notes.
 */
final class CredentialsReader {

    private static final String ONE_WAY = "keep one way to log in";

    /** Form parameters that other settings set. */
    private static final Set<String> RESERVED =
            Set.of("grant_type", "client_id", "client_secret", "scope");

    private final Problems problems;
    private final Parser parser;

    CredentialsReader(Problems problems) {
        this.problems = problems;
        this.parser = new Parser(problems);
    }

    /** Whether a level says who connects. */
    static boolean saysWho(Level level) {
        return level.brokerSet().stream()
                .anyMatch(
                        s ->
                                Copies.LOGIN.contains(s)
                                        || Copies.OAUTH2.contains(s)
                                        || s == SASL_MECHANISM
                                                && "EXTERNAL"
                                                        .equalsIgnoreCase(level.values().get(s)));
    }

    /**
     * Reads a level.
     *
     * @param tls how that level encrypts, null when it does not
     */
    Credentials read(Level level, TlsSettings tls) {
        SaslMechanism mechanism =
                parser.oneOf(
                        SASL_MECHANISM,
                        level.get(SASL_MECHANISM).orElse(SASL_MECHANISM.builtIn()),
                        SaslMechanism.class);
        Set<Setting> login = level.brokerSet();
        login.retainAll(Copies.LOGIN);
        Set<Setting> oauth2 = level.brokerSet();
        oauth2.retainAll(Copies.OAUTH2);
        if (mechanism == SaslMechanism.EXTERNAL) {
            login.addAll(oauth2);
            return certificate(login, tls);
        }
        if (!oauth2.isEmpty()) {
            if (!login.isEmpty()) {
                problems.add(
                        login.iterator().next(),
                        level.values().get(login.iterator().next()),
                        "contradicts " + Problems.names(oauth2),
                        ONE_WAY);
            }
            return oauth2(level);
        }
        return login(level);
    }

    private Credentials certificate(Set<Setting> others, TlsSettings tls) {
        if (!others.isEmpty()) {
            problems.add(
                    SASL_MECHANISM,
                    SaslMechanism.EXTERNAL.name(),
                    "contradicts "
                            + Problems.names(others)
                            + ": the client certificate says who"
                            + " connects",
                    ONE_WAY);
        }
        if (tls == null) {
            problems.add(
                    SASL_MECHANISM,
                    SaslMechanism.EXTERNAL.name(),
                    "needs TLS",
                    "set tls=true or write amqps:// in addresses, and set keyStore");
        } else if (tls.identity() == null) {
            problems.add(KEY_STORE, null, "saslMechanism=EXTERNAL needs it", "name the key store");
        }
        return new Credentials.Certificate();
    }

    private Credentials login(Level level) {
        String user = level.get(USER_NAME).orElse(null);
        String file = level.get(PASSWORD_FILE).orElse(null);
        boolean named = level.has(USER_NAME);
        if (level.has(PASSWORD_FILE)) {
            if (level.has(PASSWORD)) {
                problems.add(PASSWORD_FILE, file, "contradicts password", "remove one of them");
            }
            if (!named) {
                problems.add(USER_NAME, null, "passwordFile is set without it", "name the user");
            }
            return new Credentials.PasswordFile(user, file);
        }
        if (named != level.has(PASSWORD)) {
            problems.add(
                    named ? PASSWORD : USER_NAME,
                    null,
                    "user and password belong together",
                    "set both or neither; passwordFile may stand in for password");
        }
        return new Credentials.Password(
                named ? user : USER_NAME.builtIn(),
                new Secret(level.get(PASSWORD).orElse(PASSWORD.builtIn())));
    }

    private Credentials oauth2(Level level) {
        for (Setting needed :
                List.of(OAUTH2_TOKEN_ENDPOINT, OAUTH2_CLIENT_ID, OAUTH2_CLIENT_SECRET)) {
            if (!level.has(needed)) {
                problems.add(
                        needed,
                        null,
                        "the OAuth2 settings are incomplete without it",
                        "set oauth2TokenEndpoint, oauth2ClientId and oauth2ClientSecret");
            }
        }
        return new Credentials.OAuth2(
                level.get(OAUTH2_TOKEN_ENDPOINT).map(this::endpoint).orElse(null),
                level.get(OAUTH2_CLIENT_ID).orElse(null),
                level.get(OAUTH2_CLIENT_SECRET).map(Secret::new).orElse(null),
                level.get(OAUTH2_SCOPE).orElse(null),
                level.get(OAUTH2_PARAMETERS).map(this::parameters).orElse(Map.of()));
    }

    private URI endpoint(String text) {
        String wrong;
        try {
            URI uri = new URI(text.trim());
            boolean http =
                    "https".equalsIgnoreCase(uri.getScheme())
                            || "http".equalsIgnoreCase(uri.getScheme());
            if (!http || uri.getHost() == null) {
                wrong = "is no https://host/path";
            } else if (uri.getRawUserInfo() != null) {
                wrong = "holds user-info: oauth2ClientId and oauth2ClientSecret say who asks";
            } else if (uri.getRawFragment() != null) {
                wrong = "has a fragment (#)";
            } else {
                return uri;
            }
        } catch (URISyntaxException e) {
            // The exception's text repeats the input, which may hold a secret: not passed on.
            wrong = "is a malformed URI";
        }
        problems.add(OAUTH2_TOKEN_ENDPOINT, text, wrong, "write https://host/path");
        return null;
    }

    private Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? "" : part.substring(0, equals).trim();
            String wrong = null;
            if (key.isEmpty()) {
                wrong = "has an entry that is no key=value";
            } else if (RESERVED.contains(key)) {
                wrong = "sets " + key + ", which has a setting of its own";
            } else if (parameters.put(key, part.substring(equals + 1).trim()) != null) {
                wrong = "has " + key + " twice";
            }
            if (wrong != null) {
                problems.add(OAUTH2_PARAMETERS, text, wrong, "write key=value[,key=value...]");
            }
        }
        return parameters;
    }
}
