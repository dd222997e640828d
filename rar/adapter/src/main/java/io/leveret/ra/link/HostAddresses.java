package io.leveret.ra.link;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves host names, anew each time (the JVM may remember the answer for its own {@code
 * networkaddress.cache.ttl}). A lookup has no time limit of its own, so it runs on a worker thread
 * and the caller waits no longer than it wants to; while it hangs, those who ask for the same name
 * join it, so that it costs one thread. Thread-safe.
 */
final class HostAddresses {

    /** Looks a name up, as {@link InetAddress#getAllByName} does. */
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private final Executor executor;
    private final Lookup lookup;
    private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> running =
            new ConcurrentHashMap<>();

    HostAddresses(Executor executor, Lookup lookup) {
        this.executor = executor;
        this.lookup = lookup;
    }

    /**
     * Gives the addresses of a host, IPv4 first, each with the host's name kept beside it (a later
     * question for the name would be a reverse lookup, on an event loop).
     *
     * @param host a name or a literal address
     * @param limit how long to wait
     * @return at least one address
     * @throws IOException when there is none, or no answer in time
     */
    List<InetAddress> resolve(String host, Duration limit) throws IOException {
        try {
            return lookUp(host).get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw new IOException("the host " + host + " is unknown");
            }
            throw new IOException("cannot resolve " + host, e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(
                    "no answer to the lookup of " + host + " within " + limit.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while resolving " + host, e);
        }
    }

    private CompletableFuture<List<InetAddress>> lookUp(String host) {
        CompletableFuture<List<InetAddress>> mine = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> other = running.putIfAbsent(host, mine);
        if (other != null) {
            return other;
        }
        try {
            executor.execute(() -> answer(host, mine));
        } catch (RuntimeException | Error e) {
            fail(host, mine, e); // stopped, or no memory for a thread
        }
        return mine;
    }

    private void answer(String host, CompletableFuture<List<InetAddress>> answer) {
        try {
            List<InetAddress> found = new ArrayList<>();
            for (InetAddress address : lookup.all(host)) {
                found.add(InetAddress.getByAddress(host, address.getAddress()));
            }
            found.sort(Comparator.comparingInt(address -> address.getAddress().length));
            running.remove(host, answer);
            answer.complete(List.copyOf(found));
        } catch (IOException | RuntimeException | Error e) {
            fail(host, answer, e);
        }
    }

    /** Whatever it was: an answer that stayed here would be the last one for this name. */
    private void fail(String host, CompletableFuture<List<InetAddress>> answer, Throwable e) {
        running.remove(host, answer);
        answer.completeExceptionally(e);
    }
}
