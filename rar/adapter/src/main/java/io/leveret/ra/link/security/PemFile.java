package io.leveret.ra.link.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * The blocks of a PEM file (RFC 7468): certificates and a PKCS #8 private key. Text around the
 * blocks, and blocks of other kinds, are left out. Immutable.
 */
final class PemFile {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final List<String> KEY_ALGORITHMS =
            List.of("RSA", "EC", "EdDSA", "RSASSA-PSS", "DSA");

    private record Block(String label, byte[] content) {}

    private final String property;
    private final String path;
    private final List<Block> blocks;

    private PemFile(String property, String path, List<Block> blocks) {
        this.property = property;
        this.path = path;
        this.blocks = blocks;
    }

    static PemFile parse(String property, String path, byte[] content) throws IOException {
        List<Block> blocks = new ArrayList<>();
        PemFile file = new PemFile(property, path, blocks);
        String label = null;
        StringBuilder base64 = new StringBuilder();
        for (String raw : new String(content, StandardCharsets.ISO_8859_1).split("\\R")) {
            String line = raw.strip();
            if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                base64.setLength(0);
            } else if (label != null && line.equals(END + label + DASHES)) {
                blocks.add(new Block(label, file.decode(label, base64.toString())));
                label = null;
            } else if (label != null) {
                base64.append(line);
            }
        }
        if (label != null) {
            throw file.wrong("its block " + label + " has no end");
        }
        if (blocks.isEmpty()) {
            throw file.wrong("it is no PEM file");
        }
        return file;
    }

    /** A key in a form that is refused later need not be decoded. */
    private byte[] decode(String label, String base64) throws IOException {
        if (isOldKey(label)) {
            return new byte[0];
        }
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // Without the cause: it may show a piece of a key.
            throw wrong("its block " + label + " is damaged");
        }
    }

    /** Gives the certificates in the order of the file. */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().equals("CERTIFICATE")
                        || block.label().equals("X509 CERTIFICATE")) {
                    found.add(
                            (X509Certificate)
                                    factory.generateCertificate(
                                            new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException e) {
            throw wrong("it holds a certificate that is damaged");
        }
        return found;
    }

    /**
     * Gives the private key.
     *
     * @param password what it is encrypted with, or null
     * @param passwordProperty how the settings call the password
     * @return the key, or null when there is none
     */
    PrivateKey privateKey(char[] password, String passwordProperty) throws IOException {
        for (Block block : blocks) {
            if (block.label().equals("PRIVATE KEY")) {
                return key(new PKCS8EncodedKeySpec(block.content()));
            }
            if (block.label().equals("ENCRYPTED PRIVATE KEY")) {
                if (password == null) {
                    throw wrong("its private key is encrypted; set " + passwordProperty);
                }
                return key(decrypt(block.content(), password, passwordProperty));
            }
            if (isOldKey(block.label())) {
                throw wrong(
                        "its key is written as "
                                + block.label()
                                + ", but PKCS #8 is needed: convert it with openssl pkcs8 -topk8");
            }
        }
        return null;
    }

    /** PKCS #1 and its like: {@code RSA PRIVATE KEY}, {@code EC PRIVATE KEY}. */
    private static boolean isOldKey(String label) {
        return label.endsWith(" PRIVATE KEY") && !label.startsWith("ENCRYPTED");
    }

    private PKCS8EncodedKeySpec decrypt(byte[] content, char[] password, String passwordProperty)
            throws IOException {
        EncryptedPrivateKeyInfo info;
        try {
            info = new EncryptedPrivateKeyInfo(content);
        } catch (IOException e) {
            throw wrong(
                    "its private key is encrypted in a way that the JDK does not know; PBES2 with"
                            + " PBKDF2, the default of openssl pkcs8 -topk8, works");
        }
        PBEKeySpec secret = new PBEKeySpec(password);
        try {
            AlgorithmParameters parameters = info.getAlgParameters();
            // The parameters of PBES2 name the whole scheme; the algorithm alone would not do.
            boolean named = info.getAlgName().startsWith("PBEWith");
            String scheme = named || parameters == null ? info.getAlgName() : parameters.toString();
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme).generateSecret(secret),
                    parameters);
            return info.getKeySpec(cipher);
        } catch (GeneralSecurityException e) {
            // Without the cause: what it says depends on the key's bytes.
            throw wrong("its private key cannot be decrypted; is " + passwordProperty + " right?");
        } finally {
            secret.clearPassword();
        }
    }

    private PrivateKey key(PKCS8EncodedKeySpec spec) throws IOException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                continue; // a key of another algorithm
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        throw wrong("its private key is damaged, or of none of the kinds " + KEY_ALGORITHMS);
    }

    IOException wrong(String what) {
        return new IOException(property + " " + path + ": " + what);
    }
}
