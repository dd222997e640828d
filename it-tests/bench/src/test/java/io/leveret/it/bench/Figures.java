package io.leveret.it.bench;

import io.leveret.it.bench.load.Reading;
import java.util.concurrent.TimeUnit;

/**
 * What one case showed in one round.
 *
 * @param messagesPerSecond from the opening of the round to its last acknowledgement, or confirm
 * @param cpuMicros CPU time of the process that is measured, compilers left out, per message, in µs
 * @param compilerShare share of the compilers in that process's CPU time, 0 to 1
 */
public record Figures(double messagesPerSecond, double cpuMicros, double compilerShare) {

    /**
     * Works them out.
     *
     * @param passed what passed in the round
     * @param idleShare CPU time per wall-clock time that the process takes when it does nothing
     */
    public static Figures of(int messages, Reading passed, double idleShare) {
        double cpu = passed.workNanos() - idleShare * passed.nanos();
        return new Figures(
                messages * (double) TimeUnit.SECONDS.toNanos(1) / passed.nanos(),
                cpu / TimeUnit.MICROSECONDS.toNanos(1) / messages,
                passed.compilerShare());
    }
}
