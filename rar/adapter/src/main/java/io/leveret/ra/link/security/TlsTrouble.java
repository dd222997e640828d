package io.leveret.ra.link.security;

import io.leveret.ra.settings.TlsSettings;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;

/** Says in plain words why TLS failed, and which property has to do with it. Stateless. */
public final class TlsTrouble {

    /** A broker's plain port closes the connection when it reads the first bytes of TLS. */
    public static final String CLOSED =
            "the broker closed the connection in the TLS handshake: is this its TLS port?";

    private static final int DEPTH = 10;

    private TlsTrouble() {}

    /**
     * Explains a failure.
     *
     * @param failure what TLS threw
     * @param host the host as configured
     * @param settings how TLS was set up
     * @return one clause
     */
    public static String text(Throwable failure, String host, TlsSettings settings) {
        Throwable at = failure;
        for (int i = 0; at != null && i < DEPTH; i++, at = at.getCause()) {
            String text = known(at, host, settings);
            if (text != null) {
                return text;
            }
        }
        return "TLS failed";
    }

    private static String known(Throwable at, String host, TlsSettings settings) {
        if (at instanceof CertificateExpiredException) {
            return "the broker's certificate has expired";
        }
        if (at instanceof CertificateNotYetValidException) {
            return "the broker's certificate is not valid yet";
        }
        if (at instanceof CertPathBuilderException) {
            return "the broker's certificate comes from no authority in "
                    + (settings.trust() == null
                            ? "the JVM's own trust store; set " + TlsContexts.TRUST
                            : TlsContexts.TRUST + " " + settings.trust().path());
        }
        if (at instanceof NotSslRecordException) {
            return "the broker does not answer with TLS: is this its TLS port?";
        }
        if (at instanceof SslHandshakeTimeoutException) {
            return "the TLS handshake was not answered in time";
        }
        String message = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("subject alternative") || message.contains("no name matching")) {
            return "the broker's certificate is not for the host " + host;
        }
        if (message.contains("alert: protocol_version") || message.contains("protocol version")) {
            return "the broker speaks none of the TLS versions " + settings.versions();
        }
        if (message.contains("connection closed") || message.contains("connection reset")) {
            return CLOSED;
        }
        if (message.contains("fatal alert")) {
            return "the broker refused the TLS handshake"
                    + (settings.identity() == null
                            ? ", possibly because it wants a client certificate, and "
                                    + TlsContexts.IDENTITY
                                    + " is not set"
                            : ", possibly because of the client certificate in "
                                    + TlsContexts.IDENTITY
                                    + " "
                                    + settings.identity().path());
        }
        return null;
    }
}
