package io.leveret.ra.link;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All threads of one resource adapter instance: event loops for the sockets, one timer, and workers
 * that exist only while they have something to do. Every one is a daemon, is named {@code
 * leveret-<instance>-<kind>-<n>} and has the adapter's class loader as context class loader. Of the
 * thread that happened to start it, it inherits neither thread locals nor the access control
 * context, so that no application is kept alive by it; only the thread group is that thread's.
 *
 * <p>Thread-safe.
 */
public final class Threads implements Executor {

    private static final int IO_THREADS = 2;
    private static final long CLOSE_IO_MILLIS = 2_000;

    /** How long to wait when the machine has no thread to give. */
    private static final Duration NO_THREAD_PAUSE = Duration.ofSeconds(1);

    private static final Duration IDLE_WORKER = Duration.ofSeconds(5);

    private final String name;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private final EventLoopGroup io;
    private final AtomicInteger alive = new AtomicInteger();

    /**
     * Starts the threads; event loops and workers come up on demand.
     *
     * @param name the instance's name, part of every thread's name
     */
    public Threads(String name) {
        this.name = name;
        this.workers =
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        IDLE_WORKER.toMillis(),
                        TimeUnit.MILLISECONDS,
                        new SynchronousQueue<>(),
                        factory("worker"));
        this.timer = new ScheduledThreadPoolExecutor(1, factory("timer"));
        this.timer.setRemoveOnCancelPolicy(true);
        this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.io =
                new MultiThreadIoEventLoopGroup(
                        IO_THREADS, factory("io"), NioIoHandler.newFactory());
    }

    private ThreadFactory factory(String kind) {
        AtomicInteger number = new AtomicInteger();
        ClassLoader loader = Threads.class.getClassLoader();
        return task -> {
            String threadName = name + "-" + kind + "-" + number.incrementAndGet();
            return withoutCaller(
                    () -> {
                        Thread thread = new Thread(null, () -> counted(task), threadName, 0, false);
                        thread.setDaemon(true);
                        thread.setContextClassLoader(loader);
                        return thread;
                    });
        };
    }

    /**
     * Makes a thread as if nobody had called. Up to Java 23 a thread keeps the access control
     * context of whoever makes it, with the class loaders of all callers on the stack, for as long
     * as it lives, and hands it on to those that it makes itself.
     */
    @SuppressWarnings("removal") // does nothing where that context is gone, and is needed before
    private static Thread withoutCaller(PrivilegedAction<Thread> making) {
        return AccessController.doPrivileged(making);
    }

    private void counted(Runnable task) {
        alive.incrementAndGet();
        try {
            task.run();
        } finally {
            alive.decrementAndGet();
        }
    }

    /**
     * Counts threads.
     *
     * @return how many are alive
     */
    public int count() {
        return alive.get();
    }

    /**
     * Runs a task on a worker thread. Tasks may block, within their own time limits.
     *
     * @param task what to run
     * @throws RejectedExecutionException after {@link #close}
     */
    @Override
    public void execute(Runnable task) {
        workers.execute(task);
    }

    /**
     * Runs a task on a worker thread, or drops it when the adapter has stopped; for tasks that have
     * lost their meaning by then. While the machine has no thread to give, the task waits for one:
     * whoever asked may be on the I/O thread, and nobody would ask again.
     *
     * @param task what to run
     */
    public void executeUnlessClosed(Runnable task) {
        try {
            workers.execute(task);
        } catch (OutOfMemoryError e) {
            after(NO_THREAD_PAUSE, task);
        } catch (RejectedExecutionException e) {
            if (!workers.isShutdown()) {
                throw e;
            }
        }
    }

    /**
     * Runs a task on a worker thread after a delay; dropped when the adapter stops before.
     *
     * @param delay from now
     * @param task what to run
     * @return cancels it
     */
    public Future<?> after(Duration delay, Runnable task) {
        try {
            return timer.schedule(
                    () -> executeUnlessClosed(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (!timer.isShutdown()) {
                throw e;
            }
            return CompletableFuture.completedFuture(null);
        }
    }

    EventLoopGroup io() {
        return io;
    }

    ThreadFactory clientThreads() {
        return factory("client");
    }

    /**
     * Ends all threads. Waits for running tasks, at most until the deadline, then interrupts them;
     * the event loops get up to 2 s more.
     *
     * @param deadline when to be back
     */
    public void close(Deadline deadline) {
        timer.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(deadline.nanos(), TimeUnit.NANOSECONDS)) {
                workers.shutdownNow();
            }
            // Last, because closing connections needs the event loops.
            io.shutdownGracefully(0, CLOSE_IO_MILLIS, TimeUnit.MILLISECONDS);
            io.awaitTermination(CLOSE_IO_MILLIS, TimeUnit.MILLISECONDS);
            timer.awaitTermination(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            workers.shutdownNow();
            io.shutdownGracefully(0, CLOSE_IO_MILLIS, TimeUnit.MILLISECONDS);
            Thread.currentThread().interrupt();
        }
    }
}
