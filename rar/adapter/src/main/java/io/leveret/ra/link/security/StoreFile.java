package io.leveret.ra.link.security;

import io.leveret.ra.settings.TlsSettings;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/**
 * One configured file with certificates: PKCS12, JKS or PEM. Every mistake in it is told with the
 * property and the path. Not shared between threads.
 */
final class StoreFile {

    private final String property;
    private final TlsSettings.Store store;

    StoreFile(String property, TlsSettings.Store store) {
        this.property = property;
        this.store = store;
    }

    /** Gives the authorities to trust; never empty. */
    List<X509Certificate> authorities() throws IOException {
        List<X509Certificate> found =
                store.type() == TlsSettings.Type.PEM
                        ? pem(property, store.path()).certificates()
                        : trusted(keyStore());
        if (found.isEmpty()) {
            throw wrong(
                    "it holds no trusted certificate"
                            + (store.type() == TlsSettings.Type.PEM
                                    ? ""
                                    : " that could be read (add one with keytool -importcert, and"
                                            + " set "
                                            + property
                                            + "Password)"),
                    null);
        }
        return found;
    }

    /** Gives the builder the client's certificate and key. */
    void identify(SslContextBuilder builder) throws IOException {
        if (store.type() == TlsSettings.Type.PEM) {
            pemIdentity(builder);
            return;
        }
        KeyStore keys = keyStore();
        try {
            boolean any = false;
            for (String alias : Collections.list(keys.aliases())) {
                any |= keys.isKeyEntry(alias);
            }
            if (!any) {
                throw wrong("it holds no private key", null);
            }
            KeyManagerFactory managers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, password());
            builder.keyManager(managers);
        } catch (UnrecoverableKeyException e) {
            throw wrong("its private key has another password than " + property + "Password", null);
        } catch (GeneralSecurityException e) {
            throw wrong(e.getMessage(), e);
        }
    }

    private void pemIdentity(SslContextBuilder builder) throws IOException {
        PemFile certificates = pem(property, store.path());
        PemFile keys =
                store.privateKey() == null ? certificates : pem("privateKey", store.privateKey());
        List<X509Certificate> chain = certificates.certificates();
        if (chain.isEmpty()) {
            throw wrong("it holds no certificate", null);
        }
        PrivateKey key = keys.privateKey(password(), property + "Password");
        if (key == null) {
            throw store.privateKey() == null
                    ? wrong("it holds no private key, and privateKey names no other file", null)
                    : keys.wrong("it holds no private key");
        }
        try {
            builder.keyManager(key, chain);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage(), e);
        }
    }

    private static List<X509Certificate> trusted(KeyStore keys) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (String alias : Collections.list(keys.aliases())) {
                if (keys.isCertificateEntry(alias)
                        && keys.getCertificate(alias) instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        return found;
    }

    private KeyStore keyStore() throws IOException {
        byte[] content = read(property, store.path());
        try {
            KeyStore keys = KeyStore.getInstance(store.type().name());
            keys.load(new ByteArrayInputStream(content), password());
            return keys;
        } catch (IOException e) {
            // The JDK says a wrong password by the cause (PKCS12) or in the text (JKS).
            boolean password =
                    e.getCause() instanceof UnrecoverableKeyException
                            || String.valueOf(e.getMessage()).contains("password");
            throw password
                    ? wrong(property + "Password is wrong, or the file is damaged", null)
                    : wrong("it is no " + store.type() + " file", e);
        } catch (GeneralSecurityException e) {
            throw wrong("it is no " + store.type() + " file", e);
        }
    }

    private char[] password() {
        return store.password() == null ? null : store.password().value().toCharArray();
    }

    private static PemFile pem(String property, String path) throws IOException {
        return PemFile.parse(property, path, read(property, path));
    }

    private static byte[] read(String property, String path) throws IOException {
        try {
            return Files.readAllBytes(Path.of(path));
        } catch (NoSuchFileException e) {
            throw new IOException(property + " " + path + ": there is no such file");
        } catch (IOException e) {
            throw new IOException(property + " " + path + ": it cannot be read", e);
        }
    }

    private IOException wrong(String what, Exception cause) {
        return new IOException(property + " " + store.path() + ": " + what, cause);
    }
}
