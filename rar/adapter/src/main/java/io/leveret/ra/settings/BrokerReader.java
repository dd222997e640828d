package io.leveret.ra.settings;

import java.util.Set;

/**
 * Reads which broker, and as whom. The broker set is inherited as a whole or not at all; with
 * {@code inheritCredentials} own addresses, and whom to trust there, go with the resource adapter's
 * credentials and key store. Stateless but for the errors that it notes.
 */
final class BrokerReader {

    private final Problems problems;
    private final TlsReader tlsReader;
    private final CredentialsReader credentialsReader;

    BrokerReader(Problems problems) {
        this.problems = problems;
        this.tlsReader = new TlsReader(problems);
        this.credentialsReader = new CredentialsReader(problems);
    }

    /**
     * Reads the effective broker set.
     *
     * @param own what the bean says
     * @param inherited what it inherits otherwise
     * @param inheritCredentials whether the bean asks for that
     */
    BrokerSettings read(Level own, Level inherited, boolean inheritCredentials) {
        Set<Setting> set = own.brokerSet();
        if (set.isEmpty()) {
            return read(inherited);
        }
        if (!own.has(Setting.ADDRESSES)) {
            problems.add(
                    Setting.ADDRESSES,
                    null,
                    "this bean sets other parts of the broker set: " + Problems.names(set),
                    "set addresses beside them: the broker set is inherited as a whole or not at"
                            + " all");
            return read(inherited);
        }
        if (inheritCredentials) {
            return withInheritedCredentials(own, inherited);
        }
        if (!CredentialsReader.saysWho(own)) {
            problems.add(
                    Setting.USER_NAME,
                    null,
                    "own addresses need own credentials",
                    "set userName and password on this bean, or inheritCredentials=true to use the"
                            + " resource adapter's");
        }
        return read(own);
    }

    private BrokerSettings withInheritedCredentials(Level own, Level inherited) {
        Set<Setting> who = own.brokerSet();
        who.removeIf(
                s ->
                        !Copies.LOGIN.contains(s)
                                && !Copies.OAUTH2.contains(s)
                                && !Copies.IDENTITY.contains(s)
                                && s != Setting.SASL_MECHANISM);
        if (!who.isEmpty()) {
            problems.add(
                    Setting.INHERIT_CREDENTIALS,
                    "true",
                    "contradicts " + Problems.names(who) + " on this bean",
                    "remove one of them");
        }
        BrokerSettings base = read(inherited);
        TlsSettings tls = tlsReader.read(own);
        if (tls != null) {
            TlsSettings.Store identity = base.tls() == null ? null : base.tls().identity();
            tls = new TlsSettings(tls.trust(), identity, tls.versions(), tls.verification());
        } else if (base.credentials() instanceof Credentials.Certificate) {
            problems.add(
                    Setting.INHERIT_CREDENTIALS,
                    "true",
                    "inherits a client certificate, which needs TLS",
                    "set tls=true on this bean or write amqps:// in addresses");
        }
        return new BrokerSettings(
                own.hosts(tls != null), virtualHost(own), base.credentials(), tls);
    }

    private BrokerSettings read(Level level) {
        TlsSettings tls = tlsReader.read(level);
        return new BrokerSettings(
                level.hosts(tls != null),
                virtualHost(level),
                credentialsReader.read(level, tls),
                tls);
    }

    private static String virtualHost(Level level) {
        return level.get(Setting.VIRTUAL_HOST).orElse(Setting.VIRTUAL_HOST.builtIn());
    }
}
