package io.leveret.ra.link.security;

import io.leveret.ra.settings.TlsSettings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * Makes TLS contexts with the JDK's own TLS. Stores are read anew each time, so that renewed
 * certificates are taken up. Stateless.
 */
public final class TlsContexts {

    /** How the settings call the store of authorities. */
    static final String TRUST = "trustStore";

    /** How the settings call the store with the client's certificate. */
    static final String IDENTITY = "keyStore";

    private TlsContexts() {}

    /**
     * Reads the stores and makes a context for clients.
     *
     * @param settings whom to trust and what to show
     * @return a fresh context
     * @throws IOException when a store cannot be used; names the property, the file and the mistake
     */
    public static SslContext client(TlsSettings settings) throws IOException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols(settings.versions());
        boolean full = settings.verification() == TlsSettings.Verification.FULL;
        builder.endpointIdentificationAlgorithm(full ? "HTTPS" : null);
        if (settings.verification() == TlsSettings.Verification.NONE) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (settings.trust() != null) {
            builder.trustManager(new StoreFile(TRUST, settings.trust()).authorities());
        }
        if (settings.identity() != null) {
            new StoreFile(IDENTITY, settings.identity()).identify(builder);
        }
        try {
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "TLS " + settings.versions() + " cannot be set up: " + e.getMessage(), e);
        }
    }
}
