package io.leveret.it.app;

import io.leveret.MqMessage;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes one message after the other on several threads until it is told to stop. */
@ApplicationScoped
public class PublishStream {

    /** Longer than a publish may take. */
    private static final int STOP_SECONDS = 30;

    @Resource private ManagedExecutorService executor;
    @Inject private PublishingBean bean;
    @Inject private Ledgers ledgers;

    private final AtomicLong attempted = new AtomicLong();
    private final AtomicLong confirmed = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final List<Future<?>> workers = new ArrayList<>();
    private volatile boolean running;
    private volatile String lastFailure = "";

    synchronized void start(String prefix, int threads, String forwardTo) {
        if (running) {
            throw new IllegalStateException("a stream is running");
        }
        attempted.set(0);
        confirmed.set(0);
        failed.set(0);
        lastFailure = "";
        running = true;
        for (int i = 0; i < threads; i++) {
            String name = prefix + "-" + i + "-";
            workers.add(executor.submit(() -> publish(name, forwardTo)));
        }
    }

    String counts() {
        return "attempted="
                + attempted
                + "\nconfirmed="
                + confirmed
                + "\nfailed="
                + failed
                + "\nlast="
                + lastFailure;
    }

    synchronized String stop() {
        running = false;
        for (Future<?> worker : workers) {
            await(worker);
        }
        workers.clear();
        return counts();
    }

    @PreDestroy
    void end() {
        running = false;
    }

    private void publish(String prefix, String forwardTo) {
        for (int i = 0; running; i++) {
            String id = prefix + i;
            MqMessage message =
                    MqMessage.builder()
                            .messageId(id)
                            .body(id)
                            .header(Script.PUBLISH_TO, forwardTo)
                            .build();
            ledgers.attempt(id);
            attempted.incrementAndGet();
            Attempt attempt = bean.publish("", "it.in", message);
            ledgers.outcome(id, attempt);
            if (attempt.confirmed()) {
                confirmed.incrementAndGet();
            } else {
                failed.incrementAndGet();
                lastFailure = attempt.toString();
            }
        }
    }

    private static void await(Future<?> worker) {
        try {
            worker.get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a stream ended", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a stream did not end well", e);
        }
    }
}
