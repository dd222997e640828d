package io.leveret.it.secrets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.leveret.it.Secrets;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("All output of the suite")
class AllOutputTest {

    private static final Secrets.Known PLANTED =
            new Secrets.Known("planted", "Lv+3kq9z8x7w6v5u4t3s2r1q0p/%?\u00e4");

    @Test
    @DisplayName("holds none of the secrets that the tests used")
    void holdsNoSecret() throws Exception {
        SuiteOutput suite = SuiteOutput.ofThisTree();
        List<Secrets.Known> secrets = suite.secrets();
        assumeFalse(secrets.isEmpty(), "no test that uses secrets has run in this tree");
        SecretSearch search = new SecretSearch(secrets);
        List<String> findings = new ArrayList<>();

        List<Path> files = suite.files();
        for (Path file : files) {
            search.in(file).forEach(label -> findings.add(file + " shows: " + label));
        }

        System.out.println(secrets.size() + " secrets, " + files.size() + " files searched");
        assertTrue(files.size() > 0, "nothing was searched");
        assertEquals(List.of(), findings);
    }

    @Test
    @DisplayName("would be searched for every form of a secret")
    void findsEveryForm(@TempDir Path folder) throws Exception {
        String secret = PLANTED.value();
        byte[] utf8 = secret.getBytes(StandardCharsets.UTF_8);
        byte[] basic = ("client:" + secret).getBytes(StandardCharsets.UTF_8);
        byte[] plain = ("\0user\0" + secret).getBytes(StandardCharsets.UTF_8);
        List<String> forms =
                List.of(
                        secret,
                        URLEncoder.encode(secret, StandardCharsets.UTF_8),
                        Base64.getEncoder().encodeToString(utf8),
                        Base64.getUrlEncoder().encodeToString(utf8),
                        Base64.getEncoder().encodeToString(basic),
                        Base64.getEncoder().encodeToString(plain),
                        "\"" + secret.replace("/", "\\/").replace("\u00e4", "\\u00e4") + "\"");
        SecretSearch search = new SecretSearch(List.of(PLANTED));

        for (String form : forms) {
            Path file = folder.resolve("some.log");
            Files.writeString(file, "before " + form + " after\n");
            assertEquals(Set.of("planted"), search.in(file), form);
        }
        Path clean = folder.resolve("clean.log");
        Files.writeString(clean, "before " + secret.substring(0, secret.length() - 6) + " after");
        assertEquals(Set.of(), search.in(clean));
    }

    @Test
    @DisplayName("is looked for in reports, logs and what JMX and threads showed, not in brokers")
    void looksEverywhere(@TempDir Path root) throws Exception {
        Path target = root.resolve("some/module/target");
        for (String file :
                List.of(
                        "surefire-reports/TEST-a.xml",
                        "surefire-reports/a-output.txt",
                        "jvm-surface/1.txt",
                        "server/log/server.log",
                        "server/log/server.log.1",
                        "server/configuration/standalone.xml",
                        "rabbitmq-1/node/log/n.log",
                        "secrets/1.txt",
                        "classes/a.xml")) {
            Files.createDirectories(target.resolve(file).getParent());
            Files.writeString(target.resolve(file), "x");
        }
        Files.writeString(root.resolve("some/module/pom.xml"), "<project/>");

        Set<Path> found = Set.copyOf(new SuiteOutput(root).files());

        assertEquals(
                Set.of(
                        target.resolve("surefire-reports/TEST-a.xml"),
                        target.resolve("surefire-reports/a-output.txt"),
                        target.resolve("jvm-surface/1.txt"),
                        target.resolve("server/log/server.log"),
                        target.resolve("server/log/server.log.1")),
                found);
    }
}
