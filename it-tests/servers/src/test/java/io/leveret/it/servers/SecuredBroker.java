package io.leveret.it.servers;

import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.TestCertificates;
import io.leveret.it.broker.TestIdentity;
import io.leveret.it.broker.TokenServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A broker that wants to be convinced: with a TLS port, users with passwords, and OAuth2 tokens. It
 * also gives the settings of those who may connect. Only {@code guest} gets in without.
 */
final class SecuredBroker implements AutoCloseable {

    /** Long enough for a slow machine to renew a token in its last fifth. */
    static final Duration TOKEN_LIFETIME = Duration.ofSeconds(6);

    /** The user that the broker sees behind each token. */
    static final String TOKEN_USER = "token-user";

    private final Path folder;
    private final TestCertificates authority;
    private final TestCertificates another;
    // Passwords go through asadmin, which takes letters and digits on any system.
    private final String user = ServerScenarios.newId("secured");
    private final String password = Secrets.plain("password behind TLS in a server");
    private final String lateUser = ServerScenarios.newId("late");
    private final String latePassword = Secrets.plain("password of a late factory");
    private final String storePassword = Secrets.plain("password of a server's trust store");
    private final String clientSecret = Secrets.plain("client secret in a server");
    private final TokenServer tokens;
    private final BrokerNode node;

    /** Starts it. */
    SecuredBroker() throws IOException {
        folder = ServerScenarios.newFolder("secured");
        authority = TestCertificates.authority(folder.resolve("authority"), "Test Authority");
        another = TestCertificates.authority(folder.resolve("another"), "Another Authority");
        tokens = new TokenServer(clientSecret, TOKEN_LIFETIME);
        boolean started = false;
        BrokerNode starting = null;
        try {
            starting = BrokerNode.start(options(folder.resolve("broker")));
            Ctl.addUser(starting, user, password);
            Ctl.addUser(starting, lateUser, latePassword);
            started = true;
        } finally {
            if (!started) {
                if (starting != null) {
                    starting.close();
                }
                tokens.close();
            }
        }
        node = starting;
    }

    private BrokerOptions options(Path files) throws IOException {
        BrokerOptions withTokens = tokens.broker(BrokerOptions.defaults(), files);
        TestIdentity shown = authority.issue("broker", "dns:localhost,ip:127.0.0.1");
        TestIdentity.pem(files.resolve("server.pem"), shown.chain());
        shown.keyPem(files.resolve("server-key.pem"));
        List<String> lines = new ArrayList<>(withTokens.config());
        lines.add("listeners.ssl.1 = 127.0.0.1:@SPARE1@");
        lines.add("ssl_options.certfile = @FILES@/server.pem");
        lines.add("ssl_options.keyfile = @FILES@/server-key.pem");
        return withTokens.withConfig(lines.toArray(String[]::new));
    }

    BrokerNode node() {
        return node;
    }

    /** Who connects over TLS. */
    String user() {
        return user;
    }

    /** Who connects with nothing but a password. */
    String lateUser() {
        return lateUser;
    }

    /** How often somebody has asked for a token. */
    int tokenRequests() {
        return tokens.requests().size();
    }

    /** What must not be shown by anybody. */
    List<String> secrets() {
        return List.of(password, latePassword, storePassword, clientSecret);
    }

    /** The settings of one who trusts the broker's authority. */
    Map<String, String> overTls() {
        return overTls("trust.p12", authority);
    }

    /** The settings of one who trusts another authority only. */
    Map<String, String> overTlsTrustingAnother() {
        return overTls("trust-another.p12", another);
    }

    private Map<String, String> overTls(String store, TestCertificates trusted) {
        Path file = folder.resolve(store);
        TestIdentity.trust(file, "PKCS12", storePassword, trusted.certificate());
        return Map.of(
                "addresses", "amqps://localhost:" + node.env("SPARE1"),
                "userName", user,
                "password", password,
                "trustStore", file.toString(),
                "trustStorePassword", storePassword);
    }

    /** The settings of one who connects with tokens. */
    Map<String, String> withTokens() {
        return Map.of(
                "addresses",
                node.host() + ":" + node.port(),
                "oauth2TokenEndpoint",
                tokens.endpoint().toString(),
                "oauth2ClientId",
                TokenServer.CLIENT,
                "oauth2ClientSecret",
                clientSecret);
    }

    /** The settings of one with nothing but the password. */
    Map<String, String> withPassword() {
        return Map.of(
                "addresses", node.host() + ":" + node.port(),
                "userName", lateUser,
                "password", latePassword);
    }

    @Override
    public void close() {
        tokens.close();
        node.close();
    }
}
