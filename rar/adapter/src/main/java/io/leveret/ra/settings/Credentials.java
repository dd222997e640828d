package io.leveret.ra.settings;

import java.io.Serializable;
import java.net.URI;
import java.util.Map;

/**
 * As whom the adapter connects. Two are equal when they come from the same source: secrets are
 * compared, files and token endpoints by where they are, because their content changes at run time.
 * Immutable and serializable; {@code toString} shows no secret.
 */
public sealed interface Credentials extends Serializable {

    /**
     * Gives what may be shown.
     *
     * @return the user, or what stands for it
     */
    String userName();

    /**
     * User and password, SASL PLAIN.
     *
     * @param userName the user
     * @param password its password
     */
    record Password(String userName, Secret password) implements Credentials {}

    /**
     * User and a file with its password, read anew for every attempt to connect; SASL PLAIN.
     *
     * @param userName the user
     * @param file the file's path; one line end at its end is left out
     */
    record PasswordFile(String userName, String file) implements Credentials {}

    /** The TLS client certificate says who it is; SASL EXTERNAL. */
    record Certificate() implements Credentials {

        @Override
        public String userName() {
            return "certificate";
        }
    }

    /**
     * An access token of an OAuth2 client, refreshed while the connection is open.
     *
     * @param tokenEndpoint where tokens are issued
     * @param clientId the client
     * @param clientSecret its secret
     * @param scope the scope asked for, or null
     * @param parameters further form parameters of the request, such as {@code audience}
     */
    record OAuth2(
            URI tokenEndpoint,
            String clientId,
            Secret clientSecret,
            String scope,
            Map<String, String> parameters)
            implements Credentials {

        /** Copies the map. */
        public OAuth2 {
            parameters = Map.copyOf(parameters);
        }

        @Override
        public String userName() {
            return clientId;
        }
    }
}
