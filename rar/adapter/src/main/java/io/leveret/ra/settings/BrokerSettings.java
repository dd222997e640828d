package io.leveret.ra.settings;

import java.io.Serializable;
import java.util.List;

/**
 * Which broker, and as whom: inherited as a whole or not at all.
 *
 * @param addresses where to connect to, tried in turn; never empty
 * @param virtualHost the virtual host
 * @param credentials as whom
 * @param tls how to encrypt, or null for plain TCP
 */
public record BrokerSettings(
        List<HostPort> addresses, String virtualHost, Credentials credentials, TlsSettings tls)
        implements Serializable {

    /** Copies the list. */
    public BrokerSettings {
        addresses = List.copyOf(addresses);
    }

    /**
     * Gives what may be shown.
     *
     * @return the user, or what stands for it
     */
    public String userName() {
        return credentials.userName();
    }

    /**
     * The same broker as another user (container- or component-managed sign-on).
     *
     * @param user the user
     * @param secret its password
     * @return a changed copy
     */
    public BrokerSettings as(String user, Secret secret) {
        return new BrokerSettings(
                addresses, virtualHost, new Credentials.Password(user, secret), tls);
    }
}
