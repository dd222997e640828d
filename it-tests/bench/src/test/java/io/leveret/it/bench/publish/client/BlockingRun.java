package io.leveret.it.bench.publish.client;

import io.leveret.it.bench.load.Body;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Waits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Many threads that publish and wait for each confirm, until all messages are published. */
final class BlockingRun {

    private final Client client;
    private final String queue;
    private final int run;
    private final int messages;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch arrivals;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch last;
    private final AtomicReference<Exception> trouble = new AtomicReference<>();
    private final int threads;
    private final ThreadFactory factory;

    BlockingRun(
            Client client,
            String queue,
            int run,
            int messages,
            int threads,
            ThreadFactory factory) {
        this.client = client;
        this.factory = factory;
        this.queue = queue;
        this.run = run;
        this.messages = messages;
        this.threads = threads;
        this.arrivals = new CountDownLatch(threads);
        this.last = new CountDownLatch(threads);
    }

    /** Runs it; the end is that of the last thread. */
    Reading passed() throws Exception {
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = factory.newThread(this::publish);
            thread.start();
            all.add(thread);
        }
        Waits.await(arrivals, arrivals.getCount() + " threads that have published nothing yet");
        Reading begin = Reading.now();
        gate.countDown();
        Waits.await(last, last.getCount() + " threads that publish");
        Reading passed = Reading.now().since(begin);
        if (trouble.get() != null) {
            throw trouble.get();
        }
        for (Thread thread : all) {
            thread.join(Waits.LIMIT_SECONDS * 1_000);
        }
        return passed;
    }

    private void publish() {
        try (Publisher publisher = client.publisher(queue)) {
            publisher.publish(Body.of(run, next.getAndIncrement()));
            arrivals.countDown();
            Waits.await(gate, "the opening of the run");
            for (int i = next.getAndIncrement(); i < messages; i = next.getAndIncrement()) {
                publisher.publish(Body.of(run, i));
            }
            last.countDown();
        } catch (Exception e) {
            trouble.compareAndSet(null, e);
            arrivals.countDown();
            last.countDown();
        }
    }
}
