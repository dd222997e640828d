package io.leveret.ra.link;

import io.leveret.ra.link.security.TokenEndpoint;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.Credentials;
import io.leveret.ra.settings.TlsSettings;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The token sources of one resource adapter instance: one for each OAuth2 client, shared by all its
 * links. There are no more of them than credentials that were configured. Thread-safe.
 */
final class TokenSources {

    private record Key(Credentials.OAuth2 client, TlsSettings.Store trust) {}

    private final ConcurrentMap<Key, TokenSource> sources = new ConcurrentHashMap<>();
    private final Threads threads;
    private final Events events;

    TokenSources(Threads threads, Events events) {
        this.threads = threads;
        this.events = events;
    }

    /** Gives the one source of a client; how it waits and retries is said by who comes first. */
    TokenSource of(Credentials.OAuth2 client, LinkKey link) {
        TlsSettings tls = link.broker().tls();
        Key key = new Key(client, tls == null ? null : tls.trust());
        return sources.computeIfAbsent(
                key,
                k ->
                        new TokenSource(
                                new TokenEndpoint(client, k.trust(), threads),
                                "OAuth2 client " + client.clientId(),
                                link.settings().connectTimeout(),
                                link.settings().reconnect(),
                                threads,
                                events));
    }

    /** The adapter stops: no token is renewed any more. */
    void close() {
        sources.values().forEach(TokenSource::end);
    }
}
