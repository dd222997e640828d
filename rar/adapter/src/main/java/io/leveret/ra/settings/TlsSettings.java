package io.leveret.ra.settings;

import java.io.Serializable;
import java.util.List;

/**
 * How connections are encrypted and whom they trust.
 *
 * @param trust the certificate authorities to trust, or null for the JVM's own
 * @param identity the client certificate and its key, or null for none
 * @param versions the protocol versions that may be used, best first
 * @param verification what of the broker's certificate is checked
 */
public record TlsSettings(
        Store trust, Store identity, List<String> versions, Verification verification)
        implements Serializable {

    /** Copies the list. */
    public TlsSettings {
        versions = List.copyOf(versions);
    }

    /**
     * A file with certificates, and possibly a private key.
     *
     * @param path where it is; read anew for every attempt to connect, so that renewed certificates
     *     are taken up
     * @param type how it is written
     * @param password what it is encrypted with, or null
     * @param privateKey the file with the private key when {@code path} is PEM and does not hold
     *     it, else null
     */
    public record Store(String path, Type type, Secret password, String privateKey)
            implements Serializable {}

    /** How a store is written. */
    public enum Type {
        /** PKCS #12, the default of the JDK's keytool. */
        PKCS12,
        /** The JDK's old format. */
        JKS,
        /** PEM: certificates, and a PKCS #8 private key. */
        PEM
    }

    /** What of the broker's certificate is checked. */
    public enum Verification {
        /** Chain and host name. */
        FULL,
        /** The chain only: whoever holds a certificate of that authority passes for the broker. */
        CERTIFICATE,
        /** Nothing: for experiments. */
        NONE
    }
}
