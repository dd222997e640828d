package io.leveret.it.bench.publish.client;

import io.leveret.it.bench.load.Waits;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Bounds and counts what one thread has on its way. The answers may come on any thread. */
final class Outstanding {

    private final Semaphore places;
    private final AtomicInteger left;
    private final CountDownLatch last = new CountDownLatch(1);
    private final AtomicReference<String> trouble = new AtomicReference<>();

    Outstanding(int most, int messages) {
        this.places = new Semaphore(most);
        this.left = new AtomicInteger(messages);
    }

    /** Waits until one more may be published. */
    void begin() throws InterruptedException {
        if (!places.tryAcquire(Waits.LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer, " + left + " are left");
        }
    }

    /** So many more are answered. */
    void confirmed(int count) {
        places.release(count);
        if (left.addAndGet(-count) == 0) {
            last.countDown();
        }
    }

    /** One was not confirmed, which is the end of it all. */
    void failed(String why) {
        trouble.compareAndSet(null, why);
        last.countDown();
    }

    /** Waits until all are confirmed. */
    void awaitAll() {
        Waits.await(last, "the last confirm");
        if (trouble.get() != null) {
            throw new IllegalStateException(trouble.get());
        }
    }
}
