package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Bounded waits for something that has no event of its own to wait for. */
public final class Until {

    /** What is waited for. */
    public interface Check {
        boolean holds() throws Exception;
    }

    private static final long STEP_NANOS = 5_000_000;

    private Until() {}

    /**
     * Returns as soon as the check holds, and fails when it does not in time. What all threads were
     * doing is printed then: that is gone when somebody looks for the reason.
     */
    public static void holds(String what, Duration limit, Check check) throws Exception {
        if (!within(limit, check)) {
            printThreads();
            fail("not within " + limit.toMillis() + " ms: " + what);
        }
    }

    /** Watches for the whole time, and fails as soon as the check holds. */
    public static void never(String what, Duration window, Check check) throws Exception {
        if (within(window, check)) {
            fail("must not happen: " + what);
        }
    }

    /** Lets some time pass, where the passing of time is the point. */
    public static void passed(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        holds("some time", time.plusSeconds(5), () -> System.nanoTime() - end >= 0);
    }

    private static void printThreads() {
        StringBuilder all = new StringBuilder();
        Thread.getAllStackTraces()
                .forEach(
                        (thread, frames) -> {
                            all.append(thread).append(' ').append(thread.getState()).append('\n');
                            for (StackTraceElement frame : frames) {
                                all.append("    ").append(frame).append('\n');
                            }
                        });
        System.out.println(all);
    }

    private static boolean within(Duration limit, Check check) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!check.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return true;
    }
}
