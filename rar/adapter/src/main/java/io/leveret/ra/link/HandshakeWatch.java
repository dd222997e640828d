package io.leveret.ra.link;

import io.leveret.ra.link.security.TlsTrouble;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.TlsSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Bounds one attempt from the TCP connect on, as a whole: the client bounds each of its steps only,
 * and a broker that trickles could use up one after the other. It also keeps what TLS threw, which
 * the client may lose, to say it in plain words.
 *
 * <pre>{@code
 * TCP --connected--> TLS --handshake done--> AMQP --open--> DONE
 *          |          |                       |
 *          |          +-------limit-----------+--> the socket is closed, expired
 *          +---(without TLS)------------------^
 * }</pre>
 *
 * <p>Failure cases: the broker never answers (frozen, or it only accepts); it answers something
 * that is not TLS; a certificate is refused by us (the handshake fails) or by it (with TLS 1.3 that
 * arrives after the handshake is done for us); the limit passes in the moment of success (the
 * socket is closed, and the link hears of the loss).
 *
 * <p>Thread-safe: its fields are written on the event loop.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {

    private enum Phase {
        TCP,
        TLS,
        AMQP,
        DONE
    }

    private static final String NAME = "leveret-handshake-watch";

    private final Duration limit;
    private volatile Phase phase = Phase.TCP;
    private volatile Phase expired;
    private volatile long connected;
    private volatile Throwable tlsFailure;
    private volatile Future<?> timer;

    HandshakeWatch(Duration limit) {
        this.limit = limit;
    }

    Duration limit() {
        return limit;
    }

    /** Goes in behind TLS, before everything that is AMQP. */
    void insert(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.pipeline().addFirst(NAME, this);
        } else {
            tls.setHandshakeTimeoutMillis(limit.toMillis());
            channel.pipeline().addAfter(channel.pipeline().context(tls).name(), NAME, this);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        connected = System.nanoTime();
        phase = context.pipeline().get(SslHandler.class) == null ? Phase.AMQP : Phase.TLS;
        timer =
                context.executor()
                        .schedule(() -> expire(context), limit.toNanos(), TimeUnit.NANOSECONDS);
        super.channelActive(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                phase = Phase.AMQP;
            } else {
                note(completion.cause());
            }
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        note(
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause);
        super.exceptionCaught(context, cause);
    }

    private void note(Throwable cause) {
        if (tlsFailure == null && phase != Phase.DONE && cause instanceof SSLException) {
            tlsFailure = cause;
        }
    }

    private void expire(ChannelHandlerContext context) {
        if (phase != Phase.DONE) {
            expired = phase;
            context.close();
        }
    }

    /** The connection is open: the limit is off. */
    void done() {
        phase = Phase.DONE;
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** Gives the moment of the TCP connect by {@code System.nanoTime()}, or now when it failed. */
    long connected() {
        return phase == Phase.TCP ? System.nanoTime() : connected;
    }

    /** Says what the client's failure came from, as far as it is known here. */
    IOException explain(Exception failure, HostPort host, TlsSettings tls) {
        if (expired != null) {
            return new IOException(
                    "the broker did not answer the "
                            + expired
                            + " handshake within "
                            + limit.toMillis()
                            + " ms",
                    failure);
        }
        if (tlsFailure != null && tls != null) {
            return new IOException(TlsTrouble.text(tlsFailure, host.host(), tls), tlsFailure);
        }
        if (phase == Phase.TLS) {
            return new IOException(TlsTrouble.CLOSED, failure);
        }
        return failure instanceof IOException known
                ? known
                : new IOException("no answer to the " + phase + " handshake", failure);
    }
}
