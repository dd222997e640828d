package io.leveret.it.broker;

import io.leveret.it.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate authority of this test run, made by the JDK's keytool. Each certificate takes about
 * a second. One thread at a time.
 */
public final class TestCertificates {

    private static final long KEYTOOL_SECONDS = 60;
    private static final String AUTHORITY = "authority";

    private final Path folder;
    private final Path work;
    private final String password = Secrets.plain("key store of the test authority");
    private int count;

    private TestCertificates(Path folder) {
        this.folder = folder;
        this.work = folder.resolve("authority.p12");
    }

    /**
     * Makes an authority.
     *
     * @param folder where its files go; made if it is missing
     * @param name its common name
     */
    public static TestCertificates authority(Path folder, String name) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestCertificates made = new TestCertificates(folder.toAbsolutePath());
        made.keyPair(AUTHORITY, name, "-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign");
        return made;
    }

    /**
     * Issues a certificate that is valid for ten days.
     *
     * @param name its common name
     * @param alternatives its alternative names as keytool writes them, such as {@code
     *     dns:localhost,ip:127.0.0.1}; empty for none
     */
    public TestIdentity issue(String name, String alternatives) {
        return issue(name, alternatives, "-validity", "10");
    }

    /** Issues a certificate that was valid for a day, a week ago. */
    public TestIdentity issueExpired(String name, String alternatives) {
        return issue(name, alternatives, "-startdate", "-7d", "-validity", "1");
    }

    private TestIdentity issue(String name, String alternatives, String... validity) {
        String alias = "issued" + ++count;
        Path request = folder.resolve(alias + ".csr");
        Path answer = folder.resolve(alias + ".crt");
        keyPair(alias, name);
        keytool("-certreq", "-alias", alias, "-file", request.toString());
        List<String> sign = new ArrayList<>(List.of("-gencert", "-alias", AUTHORITY));
        sign.addAll(List.of("-infile", request.toString(), "-outfile", answer.toString()));
        sign.addAll(List.of(validity));
        if (!alternatives.isEmpty()) {
            sign.addAll(List.of("-ext", "san=" + alternatives));
        }
        keytool(sign.toArray(String[]::new));
        try (InputStream in = Files.newInputStream(answer)) {
            KeyStore keys = KeyStore.getInstance(work.toFile(), password.toCharArray());
            Certificate issued = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return new TestIdentity(
                    (PrivateKey) keys.getKey(alias, password.toCharArray()),
                    List.of((X509Certificate) issued, certificate()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("no certificate for " + name, e);
        }
    }

    /** The authority's own certificate. */
    public X509Certificate certificate() {
        try {
            KeyStore keys = KeyStore.getInstance(work.toFile(), password.toCharArray());
            return (X509Certificate) keys.getCertificate(AUTHORITY);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("no authority in " + work, e);
        }
    }

    private void keyPair(String alias, String name, String... more) {
        List<String> command =
                new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC"));
        command.addAll(List.of("-groupname", "secp256r1", "-validity", "10", "-dname"));
        command.add("CN=" + name);
        command.addAll(List.of(more));
        keytool(command.toArray(String[]::new));
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.add("-J-XX:TieredStopAtLevel=1");
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", work.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass:env", "LEVERET_TEST_STOREPASS"));
        try {
            Path log = folder.resolve("keytool.log");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LEVERET_TEST_STOREPASS", password);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            Process process = builder.start();
            if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("keytool hangs: " + arguments[0]);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException("keytool failed: " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no keytool", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
