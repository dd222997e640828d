package io.leveret.ra.link;

import com.rabbitmq.client.impl.CredentialsProvider;
import com.rabbitmq.client.impl.CredentialsRefreshService;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * One connection's token: what the client logs in with, and afterwards sends to the broker as
 * {@code connection.update-secret} whenever its source has a new one. To the client it is both the
 * credentials and the service that refreshes them; the client registers its way to send a secret
 * when the connection is open, and takes it back when the connection ends. Thread-safe.
 */
final class TokenLogin implements CredentialsProvider, CredentialsRefreshService {

    private final TokenSource source;
    private final String userName;
    private final String id = UUID.randomUUID().toString();
    private volatile String token;
    private volatile Callable<Boolean> push;

    TokenLogin(TokenSource source, String userName, String token) {
        this.source = source;
        this.userName = userName;
        this.token = token;
    }

    String id() {
        return id;
    }

    String token() {
        return token;
    }

    /**
     * Takes a new token.
     *
     * @return sends it to the broker, null when the broker has it
     */
    Callable<Boolean> renewed(String fresh) {
        if (fresh.equals(token)) {
            return null;
        }
        token = fresh;
        return push;
    }

    // --- for the client ---

    @Override
    public String getUsername() {
        return userName;
    }

    @Override
    public String getPassword() {
        return token;
    }

    /** Only says that it expires: the client asks for nothing else when it is not null. */
    @Override
    public Duration getTimeBeforeExpiration() {
        return Duration.ofDays(1);
    }

    @Override
    public void refresh() {
        // The source renews it in time.
    }

    @Override
    public boolean isApproachingExpiration(Duration timeBeforeExpiration) {
        return false;
    }

    @Override
    public String register(CredentialsProvider provider, Callable<Boolean> action) {
        push = action;
        source.opened(this);
        return id;
    }

    @Override
    public void unregister(CredentialsProvider provider, String registration) {
        source.closed(this);
    }
}
