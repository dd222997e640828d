package io.leveret.ra.link;

import com.rabbitmq.client.BlockedListener;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says whether a publish may be written to a link now, so that no caller ever waits inside a socket
 * write. It is closed while the socket's outbound buffer is above its high-water mark (a frozen or
 * slow broker that no longer reads), and while the broker says that it blocks publishers.
 *
 * <pre>{@code
 *          buffer high / connection.blocked
 * OPEN  ------------------------------------>  SHUT
 *       <------------------------------------
 *          buffer low / connection.unblocked
 * any   --- link lost ---> ENDED
 * }</pre>
 *
 * <p>It sits in the client's Netty pipeline before the client's own handler and keeps the
 * writability events from it: otherwise the client would let callers wait for its own enqueuing
 * timeout in the middle of a message, and a message cut off between two of its frames spoils the
 * whole connection. What may pile up beyond the mark is one message.
 *
 * <p>Thread-safe. A gate belongs to one connection; the blocked flag dies with it.
 */
public final class WriteGate extends ChannelDuplexHandler implements BlockedListener {

    /** What a wait for the gate ended with. */
    public enum State {
        /** A publish may be written. */
        OPEN,
        /** The socket takes no more, or the broker blocks publishers. */
        SHUT,
        /** The link is lost. */
        ENDED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean full;
    private volatile String blocked;
    private volatile boolean ended;
    private boolean inUse; // on the event loop
    private final List<Runnable> waiting = new ArrayList<>(); // on the event loop
    private volatile Executor io;
    private volatile Runnable onChange = () -> {};

    WriteGate() {}

    /** Has a listener called after each change, on the thread that made it: it must not wait. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /** The broker's reason while it blocks publishers, else null. */
    String blocked() {
        return blocked;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        io = context.channel().eventLoop();
    }

    /**
     * Runs a task on the I/O thread of the link, which it must not hold up.
     *
     * @param task what to run
     * @throws RejectedExecutionException when the adapter has stopped
     */
    public void onIoThread(Runnable task) {
        io.execute(task);
    }

    /**
     * Says whether more may be written at once; has the caller come again when it may not. On the
     * I/O thread only.
     *
     * @param again runs on the I/O thread when the socket has taken what was written; not when the
     *     link is lost
     * @return false when the caller is to wait for that
     */
    public boolean takesMore(Runnable again) {
        if (!full) {
            return true;
        }
        waiting.add(again);
        return false;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
            throws Exception {
        inUse = true;
        super.write(context, message, promise);
    }

    /**
     * A connection that fails before the client has written to it is a failed attempt, which the
     * connect reports. The client's handler would answer with a NullPointerException in the log.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (inUse) {
            super.exceptionCaught(context, cause);
        } else {
            context.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            context.flush();
        }
        change(() -> full = !context.channel().isWritable());
        if (!full) {
            List<Runnable> ready = List.copyOf(waiting);
            waiting.clear();
            ready.forEach(Runnable::run);
        }
    }

    @Override
    public void handleBlocked(String reason) {
        change(() -> blocked = reason == null ? "" : reason);
    }

    @Override
    public void handleUnblocked() {
        change(() -> blocked = null);
    }

    void end() {
        change(() -> ended = true);
    }

    private void change(Runnable update) {
        lock.lock();
        try {
            update.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onChange.run();
    }

    /**
     * Gives the state now.
     *
     * @return the state
     */
    public State state() {
        return ended ? State.ENDED : full || blocked != null ? State.SHUT : State.OPEN;
    }

    /**
     * Waits until the gate is open or the link is lost.
     *
     * @param deadline when to be back
     * @return the state at the end, {@link State#SHUT} when the deadline passed
     * @throws InterruptedException when the caller is interrupted
     */
    public State await(Deadline deadline) throws InterruptedException {
        State now = state();
        if (now != State.SHUT) {
            return now;
        }
        lock.lockInterruptibly();
        try {
            long left = deadline.nanos();
            while ((now = state()) == State.SHUT && left > 0) {
                left = Math.min(changed.awaitNanos(left), deadline.nanos());
            }
            return now;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says why the gate is shut.
     *
     * @return one sentence
     */
    public String why() {
        String reason = blocked;
        if (reason != null) {
            return "the broker blocks publishers (" + reason + ")";
        }
        return full ? "the broker does not read from the connection" : "the connection is lost";
    }
}
