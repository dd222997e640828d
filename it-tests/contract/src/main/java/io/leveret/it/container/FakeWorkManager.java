package io.leveret.it.container;

import jakarta.resource.spi.work.ExecutionContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkEvent;
import jakarta.resource.spi.work.WorkException;
import jakarta.resource.spi.work.WorkListener;
import jakarta.resource.spi.work.WorkManager;
import jakarta.resource.spi.work.WorkRejectedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A work manager with few threads and a short queue, as servers have for all adapters together. */
final class FakeWorkManager implements WorkManager, AutoCloseable {

    private static final long WAIT_MILLIS = 10_000;

    private final AtomicInteger names = new AtomicInteger();
    private final ExecutorService threads =
            new ThreadPoolExecutor(
                    4,
                    4,
                    1,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(50),
                    task -> {
                        Thread thread = new Thread(task, "fake-work-" + names.incrementAndGet());
                        thread.setDaemon(true);
                        return thread;
                    });

    @Override
    public void doWork(Work work) throws WorkException {
        await(submit(work, null)[1]);
    }

    @Override
    public void doWork(
            Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkException {
        await(submit(work, listener)[1]);
    }

    @Override
    public long startWork(Work work) throws WorkException {
        await(submit(work, null)[0]);
        return UNKNOWN;
    }

    @Override
    public long startWork(
            Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkException {
        await(submit(work, listener)[0]);
        return UNKNOWN;
    }

    @Override
    public void scheduleWork(Work work) throws WorkException {
        submit(work, null);
    }

    @Override
    public void scheduleWork(
            Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkException {
        submit(work, listener);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private CountDownLatch[] submit(Work work, WorkListener listener) throws WorkException {
        CountDownLatch[] latches = {new CountDownLatch(1), new CountDownLatch(1)};
        try {
            threads.execute(() -> run(work, listener, latches));
        } catch (RejectedExecutionException e) {
            throw new WorkRejectedException("no thread is free", e);
        }
        if (listener != null) {
            listener.workAccepted(new WorkEvent(this, WorkEvent.WORK_ACCEPTED, work, null));
        }
        return latches;
    }

    private void run(Work work, WorkListener listener, CountDownLatch[] latches) {
        WorkException failure = null;
        try {
            if (listener != null) {
                listener.workStarted(new WorkEvent(this, WorkEvent.WORK_STARTED, work, null));
            }
            latches[0].countDown();
            work.run();
        } catch (RuntimeException e) {
            failure = new WorkException(e);
        } finally {
            work.release(); // servers call it after a normal end as well
            if (listener != null) {
                listener.workCompleted(
                        new WorkEvent(this, WorkEvent.WORK_COMPLETED, work, failure));
            }
            latches[1].countDown();
        }
    }

    private static void await(CountDownLatch latch) throws WorkException {
        try {
            if (!latch.await(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new WorkException("work did not get there within " + WAIT_MILLIS + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkException(e);
        }
    }
}
