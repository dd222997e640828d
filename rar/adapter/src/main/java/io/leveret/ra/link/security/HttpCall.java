package io.leveret.ra.link.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * One HTTP request, a GET or a POST, over a socket of its own that is closed when it ends. It uses
 * the JDK's {@link HttpURLConnection}, which has no threads; the newer client of {@code
 * java.net.http} keeps one for as long as the garbage collector likes.
 *
 * <pre>{@code
 *       run          answered or failed
 * NEW ------> SENT --------------------> ENDED
 *               | the limit is over        ^
 *               v                          | the step that was under way returns:
 *             GIVEN UP --------------------+ disconnected, or timed out
 * }</pre>
 *
 * <p>What an application may set for the whole JVM does not apply: default authenticator, host name
 * verifier and socket factory, caches. Proxies do.
 *
 * <p>Failure cases: each read and the connect have a timeout, but a server may trickle; so a worker
 * does the work, and the caller leaves it at the limit and has it disconnected. Only a lookup of
 * the host's name, which cannot be ended, may hold the worker longer.
 *
 * <p>For one use. Thread-safe.
 */
public final class HttpCall {

    /**
     * What came back.
     *
     * @param status the HTTP status
     * @param body empty when there was none
     */
    public record Answer(int status, byte[] body) {}

    /** A call, and what has to be waited for before it. */
    public interface Waiting {

        /**
         * Makes the call.
         *
         * @return the answer
         * @throws IOException when it cannot be made
         * @throws TimeoutException when the limit is over
         * @throws ExecutionException with the reason why there is no answer
         * @throws InterruptedException when the caller is interrupted
         */
        Answer run() throws IOException, ExecutionException, TimeoutException, InterruptedException;
    }

    private static final int CHUNK = 8 << 10;

    private final URI uri;
    private final SSLSocketFactory tls;
    private final int mostBytes;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private volatile HttpURLConnection connection;
    private volatile boolean givenUp;

    /**
     * Prepares it.
     *
     * @param uri http or https
     * @param tls makes the sockets of https; null where the address is http
     * @param mostBytes how long an answer may be
     */
    public HttpCall(URI uri, SSLSocketFactory tls, int mostBytes) {
        this.uri = uri;
        this.tls = tls;
        this.mostBytes = mostBytes;
    }

    /**
     * Makes a call, and says in words why there is no answer.
     *
     * @param whom who is asked, as a text that may be shown
     * @param limit the longest time that it may take, for the words
     * @param call makes it
     * @return the answer
     * @throws IOException when there is none; says why. An interrupt is set again
     */
    public static Answer explained(Object whom, Duration limit, Waiting call) throws IOException {
        try {
            return call.run();
        } catch (ExecutionException e) {
            throw new IOException(whom + " cannot be asked", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(whom + " did not answer within " + limit.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + whom, e);
        }
    }

    /**
     * Sends it and gives the answer, whatever its status.
     *
     * @param headers the headers
     * @param body what to POST, or null for a GET
     * @param limit the longest time that it may take
     * @param executor runs it
     * @param ended runs once, when nothing of it is left, maybe after this method has returned
     * @return the answer
     * @throws TimeoutException when the limit is over
     * @throws ExecutionException with the reason why there is no answer
     * @throws InterruptedException when the caller is interrupted
     */
    public Answer run(
            Map<String, String> headers,
            byte[] body,
            Duration limit,
            Executor executor,
            Runnable ended)
            throws ExecutionException, TimeoutException, InterruptedException {
        long begin = System.nanoTime();
        try {
            executor.execute(() -> work(headers, body, limit, ended));
        } catch (RuntimeException | Error e) {
            ended.run();
            throw e;
        }
        boolean left = true;
        try {
            long nanos = limit.toNanos() - (System.nanoTime() - begin);
            Answer given = answer.get(nanos, TimeUnit.NANOSECONDS);
            left = false;
            return given;
        } finally {
            if (left) {
                giveUp(executor);
            }
        }
    }

    private void work(Map<String, String> headers, byte[] body, Duration limit, Runnable ended) {
        Answer given = null;
        Throwable failure = null;
        try {
            given = exchange(headers, body, limit);
        } catch (IOException | RuntimeException | Error e) {
            failure = e; // told by run
        }
        ended.run(); // before the caller may come with the next one
        if (failure == null) {
            answer.complete(given);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    /** On a thread of its own, because closing may wait for a read that is under way. */
    private void giveUp(Executor executor) {
        givenUp = true;
        HttpURLConnection used = connection;
        if (used == null || answer.isDone()) {
            return;
        }
        try {
            executor.execute(used::disconnect);
        } catch (RejectedExecutionException e) {
            used.disconnect(); // the adapter stops
        }
    }

    private Answer exchange(Map<String, String> headers, byte[] body, Duration limit)
            throws IOException {
        HttpURLConnection opened = open(headers, body != null, limit);
        connection = opened;
        try {
            opened.connect();
            check();
            if (body != null) {
                try (OutputStream out = opened.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = opened.getResponseCode();
            if (status < 0) {
                throw new IOException("the answer is not HTTP");
            }
            try (InputStream in =
                    status < 400 ? opened.getInputStream() : opened.getErrorStream()) {
                return new Answer(status, in == null ? new byte[0] : read(in));
            }
        } finally {
            opened.disconnect();
        }
    }

    private HttpURLConnection open(Map<String, String> headers, boolean post, Duration limit)
            throws IOException {
        if (!(uri.toURL().openConnection() instanceof HttpURLConnection opened)) {
            throw new IOException("this JVM's handler of " + uri.getScheme() + " is not HTTP");
        }
        if (opened instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(tls);
            // Asked only when the name is not in the certificate.
            secure.setHostnameVerifier((host, session) -> false);
        }
        int millis = Math.toIntExact(Math.max(1, limit.toMillis()));
        opened.setConnectTimeout(millis);
        opened.setReadTimeout(millis);
        opened.setInstanceFollowRedirects(false);
        opened.setUseCaches(false);
        opened.setAuthenticator(new NoOne());
        opened.setRequestMethod(post ? "POST" : "GET");
        opened.setDoOutput(post);
        headers.forEach(opened::setRequestProperty);
        opened.setRequestProperty("Connection", "close");
        return opened;
    }

    private byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        int count;
        while ((count = in.read(chunk)) >= 0) {
            check();
            if (content.size() + count > mostBytes) {
                throw new IOException("the answer is longer than " + mostBytes + " bytes");
            }
            content.write(chunk, 0, count);
        }
        return content.toByteArray();
    }

    private void check() throws IOException {
        if (givenUp) {
            throw new IOException("given up");
        }
    }

    /** Knows no password: the default authenticator would ask an application's. */
    private static final class NoOne extends Authenticator {}
}
