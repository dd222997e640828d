package io.leveret.it.contract;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Threads that publish as fast as they can, and how long each of their calls took. */
final class FrozenCallers {

    /** One publish of one of the threads; throws when it failed. */
    interface Publish {
        void once(int caller) throws Exception;
    }

    private final String path;
    private final Publish publish;
    private final AtomicLongArray callStarted;
    private final AtomicLong longest = new AtomicLong();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final ExecutorService threads;
    private volatile boolean stopped;

    FrozenCallers(String path, int callers, Publish publish) {
        this.path = path;
        this.publish = publish;
        this.callStarted = new AtomicLongArray(callers);
        this.threads =
                Executors.newFixedThreadPool(
                        callers,
                        task -> {
                            Thread thread = new Thread(task, "caller of " + path);
                            thread.setDaemon(true); // some of them may hang for minutes
                            return thread;
                        });
    }

    void start() {
        for (int i = 0; i < callStarted.length(); i++) {
            int caller = i;
            threads.execute(() -> run(caller));
        }
    }

    private void run(int caller) {
        while (!stopped) {
            long start = System.nanoTime();
            callStarted.set(caller, start);
            String end = "done";
            try {
                publish.once(caller);
            } catch (Exception e) {
                end = String.valueOf(e.getMessage()).split("[:(]")[0].trim();
            }
            longest.accumulateAndGet(System.nanoTime() - start, Math::max);
            callStarted.set(caller, 0);
            note(end);
        }
    }

    private synchronized void note(String end) {
        ends.merge(end, 1, Integer::sum);
    }

    /** Counts callers whose call has been running for longer than that. */
    int stuckLongerThan(Duration time) {
        int stuck = 0;
        for (int i = 0; i < callStarted.length(); i++) {
            long start = callStarted.get(i);
            if (start != 0 && System.nanoTime() - start > time.toNanos()) {
                stuck++;
            }
        }
        return stuck;
    }

    /** The longest call, those that are still running included. */
    long longestMillis() {
        long most = longest.get();
        for (int i = 0; i < callStarted.length(); i++) {
            long start = callStarted.get(i);
            if (start != 0) {
                most = Math.max(most, System.nanoTime() - start);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(most);
    }

    /** One line of the experiment's table. */
    synchronized String row(int stuckAtLimit) {
        return String.format(
                Locale.ROOT,
                "| %-44s | %2d of %2d | %6d ms | %s",
                path,
                stuckAtLimit,
                callStarted.length(),
                longestMillis(),
                ends);
    }

    /** Lets each thread end after its call. */
    void stop() {
        stopped = true;
        threads.shutdown();
    }
}
