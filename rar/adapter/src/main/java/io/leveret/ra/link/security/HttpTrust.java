package io.leveret.ra.link.security;

import io.leveret.ra.settings.TlsSettings;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Makes the sockets of https. Stateless; the trust store is read anew each time. */
public final class HttpTrust {

    private HttpTrust() {}

    /**
     * Makes sockets that trust certain authorities.
     *
     * @param trust the authorities, or null for the JVM's own
     * @param whom who is going to be asked, as a text that may be shown
     * @return makes sockets
     * @throws IOException when the store cannot be used, or the JVM cannot do it; says which and
     *     why
     */
    public static SSLSocketFactory in(TlsSettings.Store trust, Object whom) throws IOException {
        try {
            return (trust == null ? SSLContext.getDefault() : trusting(trust)).getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up for " + whom, e);
        }
    }

    private static SSLContext trusting(TlsSettings.Store trust)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate authority : new StoreFile(TlsContexts.TRUST, trust).authorities()) {
            store.setCertificateEntry("authority" + store.size(), authority);
        }
        TrustManagerFactory managers =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
