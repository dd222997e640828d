package io.leveret.it.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A certificate with its key, and the forms it can be written in. Immutable.
 *
 * @param key the private key
 * @param chain the certificate, then its authority's
 */
public record TestIdentity(PrivateKey key, List<X509Certificate> chain) {

    /** The object identifier 1.2.840.113549.1.5.13. */
    private static final byte[] PBES2 = HexFormat.of().parseHex("06092a864886f70d01050d");

    private static final String ENCRYPTION = "PBEWithHmacSHA256AndAES_256";

    /** Writes a key store, {@code PKCS12} or {@code JKS}; the key has the store's password. */
    public Path store(Path file, String type, String password) {
        return write(
                file,
                type,
                password,
                store ->
                        store.setKeyEntry(
                                "identity",
                                key,
                                password.toCharArray(),
                                chain.toArray(Certificate[]::new)));
    }

    /** Writes a key store whose key has another password than the store. */
    public Path store(Path file, String type, String password, String keyPassword) {
        return write(
                file,
                type,
                password,
                store ->
                        store.setKeyEntry(
                                "identity",
                                key,
                                keyPassword.toCharArray(),
                                chain.toArray(Certificate[]::new)));
    }

    /** Writes a store that trusts a certificate, {@code PKCS12} or {@code JKS}. */
    public static Path trust(Path file, String type, String password, X509Certificate trusted) {
        return write(
                file, type, password, store -> store.setCertificateEntry("authority", trusted));
    }

    /** Writes certificates as PEM. */
    public static Path pem(Path file, List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        return write(file, text);
    }

    /** Writes the chain and then the key, as PEM. */
    public Path pem(Path file) {
        pem(file, chain);
        try {
            return write(file, Files.readString(file) + block("PRIVATE KEY", key.getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the key alone, PKCS #8 in PEM. */
    public Path keyPem(Path file) {
        return write(file, block("PRIVATE KEY", key.getEncoded()));
    }

    /** Writes the key alone, encrypted, PKCS #8 in PEM. */
    public Path encryptedKeyPem(Path file, String password) {
        try {
            Key secret =
                    SecretKeyFactory.getInstance(ENCRYPTION)
                            .generateSecret(new PBEKeySpec(password.toCharArray()));
            Cipher cipher = Cipher.getInstance(ENCRYPTION);
            cipher.init(Cipher.ENCRYPT_MODE, secret);
            byte[] encrypted = cipher.doFinal(key.getEncoded());
            // By hand: the JDK's EncryptedPrivateKeyInfo reads this scheme, but cannot write it.
            byte[] parameters = cipher.getParameters().getEncoded();
            boolean named = parameters[2] == 0x06;
            byte[] scheme = named ? parameters : der(0x30, PBES2, parameters);
            byte[] info = der(0x30, scheme, der(0x04, encrypted));
            return write(file, block("ENCRYPTED PRIVATE KEY", info));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot encrypt a key", e);
        }
    }

    /** One DER value, of less than 64 KiB. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(tag);
        value.write(0x82);
        value.write(content.size() >> 8);
        value.write(content.size());
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }

    private static String block(String label, byte[] content) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END "
                + label
                + "-----\n";
    }

    private interface Filler {
        void fill(KeyStore store) throws GeneralSecurityException;
    }

    private static Path write(Path file, String type, String password, Filler filler) {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            filler.fill(store);
            store.store(out, password.toCharArray());
            return file;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }

    private static Path write(Path file, CharSequence text) {
        try {
            return Files.writeString(file, text, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Shows what may be shown: no key. */
    @Override
    public String toString() {
        return chain.get(0).getSubjectX500Principal().getName();
    }
}
