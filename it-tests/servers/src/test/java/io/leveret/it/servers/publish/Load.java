package io.leveret.it.servers.publish;

import io.leveret.MqMessage;
import io.leveret.it.ledger.LedgerLog;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.EJBTransactionRolledbackException;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * The threads that publish. Up to a number of messages they go as fast as they can, from then on
 * each of them pauses between two calls: so a fault always falls into traffic.
 */
@ApplicationScoped
public class Load {

    /** How many there are. */
    public static final int THREADS = 64;

    private static final List<Frame> FRAMES =
            Arrays.stream(Frame.values())
                    .flatMap(frame -> Collections.nCopies(frame.weight(), frame).stream())
                    .toList();

    private static final long IDLE = Long.MAX_VALUE;
    private static final int BODY = 256;

    /** Several times what a publish and a transaction may take together. */
    private static final int END_SECONDS = 60;

    @Resource private ManagedThreadFactory threads;
    @Inject private WorkBean bean;
    @Inject private PublishBooks books;

    private final List<Thread> running = new ArrayList<>();

    /** When each thread has begun the call that it is in; {@code IDLE} when it is in none. */
    private final AtomicLongArray begun = new AtomicLongArray(THREADS);

    private volatile boolean stop;
    private volatile long allowed;
    private volatile long pauseNanos;

    /**
     * Starts them.
     *
     * @param life which life of the server it is, from 0
     * @param pauseMillis what each of them pauses beyond what is allowed, in ms
     */
    synchronized void start(int life, int pauseMillis) {
        if (!running.isEmpty()) {
            throw new IllegalStateException("they run");
        }
        books.open(life);
        pauseNanos = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            running.add(threads.newThread(() -> run(life, number)));
        }
        running.forEach(Thread::start);
    }

    /** So many messages may be attempted without pauses. */
    void allow(long messages) {
        allowed = messages;
        running.forEach(LockSupport::unpark);
    }

    /** Lets them end; returns how many still run then. */
    synchronized int stop() {
        stop = true;
        running.forEach(LockSupport::unpark);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        for (Thread thread : running) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the load ended", e);
            }
        }
        return (int) running.stream().filter(Thread::isAlive).count();
    }

    @PreDestroy
    void end() {
        stop = true;
    }

    private void run(int life, int number) {
        SplittableRandom random = new SplittableRandom(1_000L * life + number);
        for (int call = 0; !stop; call++) {
            Work work = work(random, life, number + "-" + call + "-");
            begun.set(number, LedgerLog.now());
            try {
                await(work.frame().transaction() ? bean.inside(work) : bean.outside(work));
            } catch (EJBTransactionRolledbackException e) {
                // the commit was refused: in the ledger it is rolled back
            } catch (Exception e) {
                books.strange(work.ids(), e);
            }
            begun.set(number, IDLE);
            pause();
        }
    }

    /** When the oldest call has begun that still runs, in microseconds since the epoch. */
    long oldestCall() {
        return LongStream.range(0, THREADS).map(i -> begun.get((int) i)).min().orElseThrow();
    }

    private static void await(List<CompletableFuture<Void>> open) throws Exception {
        for (CompletableFuture<Void> stage : open) {
            stage.get(END_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void pause() {
        long begin = System.nanoTime();
        long left;
        while (!stop
                && books.attempted() >= allowed
                && (left = pauseNanos - (System.nanoTime() - begin)) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    private static Work work(SplittableRandom random, int life, String prefix) {
        Destination destination = any(random, Destination.values());
        Style style = any(random, Style.values());
        Frame frame = frame(random);
        while (!frame.allows(style)) {
            frame = frame(random);
        }
        List<MqMessage> messages = new ArrayList<>();
        for (int i = 0; i < style.messages(); i++) {
            String id = new Ticket(destination, style, frame, life, prefix + i).id();
            messages.add(MqMessage.builder().messageId(id).body(new byte[BODY]).build());
        }
        return new Work(destination, style, frame, List.copyOf(messages));
    }

    private static <T> T any(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static Frame frame(SplittableRandom random) {
        return FRAMES.get(random.nextInt(FRAMES.size()));
    }
}
