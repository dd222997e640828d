package io.leveret.ra.link.security;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.Credentials;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Tells the client as whom to connect, for one attempt. Stateless. */
public final class Logins {

    private Logins() {}

    /**
     * Configures mechanism and credentials.
     *
     * @param factory the client's factory, made for this attempt
     * @param broker as whom
     * @throws IOException when the credentials cannot be had now; says which and why
     */
    public static void apply(ConnectionFactory factory, BrokerSettings broker) throws IOException {
        Credentials credentials = broker.credentials();
        if (credentials instanceof Credentials.Password login) {
            factory.setUsername(login.userName());
            factory.setPassword(login.password().value());
        } else if (credentials instanceof Credentials.PasswordFile login) {
            factory.setUsername(login.userName());
            factory.setPassword(content(login.file()));
        } else if (credentials instanceof Credentials.Certificate) {
            if (broker.tls() == null || broker.tls().identity() == null) {
                throw new IOException(
                        "SASL EXTERNAL needs TLS and a client certificate: set "
                                + TlsContexts.IDENTITY);
            }
            factory.setSaslConfig(DefaultSaslConfig.EXTERNAL);
        } else {
            throw new IOException("no such credentials: " + credentials);
        }
    }

    /**
     * Gives the password, for another protocol than AMQP.
     *
     * @param credentials as whom
     * @return the password
     * @throws IOException when there is none, or it cannot be read now
     */
    public static String password(Credentials credentials) throws IOException {
        if (credentials instanceof Credentials.Password login) {
            return login.password().value();
        }
        if (credentials instanceof Credentials.PasswordFile login) {
            return content(login.file());
        }
        throw new IOException("the credentials of " + credentials.userName() + " are no password");
    }

    /** The file's content without one line end at its end: editors and {@code echo} write one. */
    private static String content(String file) throws IOException {
        String text;
        try {
            text = Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new IOException("passwordFile " + file + ": there is no such file");
        } catch (CharacterCodingException e) {
            // Without the cause, which may quote what it could not read.
            throw new IOException("passwordFile " + file + ": it is not UTF-8 text");
        } catch (IOException e) {
            throw new IOException("passwordFile " + file + ": it cannot be read", e);
        }
        int end = text.length();
        if (text.endsWith("\r\n")) {
            end -= 2;
        } else if (text.endsWith("\n")) {
            end--;
        }
        if (end == 0) {
            throw new IOException("passwordFile " + file + ": it is empty");
        }
        return text.substring(0, end);
    }
}
