package io.leveret.it.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What clocks show at a moment, or what passed between two.
 *
 * @param nanos wall-clock time
 * @param cpuNanos CPU time of this process, all its threads; the kernel counts it in steps of 10 ms
 * @param stolen CPU time that the host gave to others while this machine wanted it, in ticks
 * @param ticks CPU time of the machine, idle and stolen included, in the same ticks
 */
public record Reading(long nanos, long cpuNanos, long stolen, long ticks) {

    private static final Path STAT = Path.of("/proc/stat");

    /** In /proc/stat, the columns after these are parts of user and nice. */
    private static final int COLUMNS = 8;

    private static final int STEAL = 7;

    /** Reads the clocks now. */
    public static Reading now() {
        String[] columns = machine();
        long ticks = 0;
        for (int i = 0; i < COLUMNS; i++) {
            ticks += Long.parseLong(columns[i + 1]);
        }
        return new Reading(
                System.nanoTime(), cpuOfThisProcess(), Long.parseLong(columns[STEAL + 1]), ticks);
    }

    /** By JMX, because a server does not show the JDK's own interface to applications. */
    private static long cpuOfThisProcess() {
        try {
            return (Long)
                    ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(
                                    new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME),
                                    "ProcessCpuTime");
        } catch (JMException e) {
            throw new IllegalStateException("this JVM does not tell its CPU time", e);
        }
    }

    /** The first line of the file: "cpu", then one number per column. */
    private static String[] machine() {
        try (var lines = Files.lines(STAT)) {
            return lines.findFirst().orElseThrow().split(" +");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has passed since an earlier reading. */
    public Reading since(Reading earlier) {
        return new Reading(
                nanos - earlier.nanos,
                cpuNanos - earlier.cpuNanos,
                stolen - earlier.stolen,
                ticks - earlier.ticks);
    }

    /** The share of the machine's CPU time that was stolen, 0 to 1. */
    public double stolenShare() {
        return ticks == 0 ? 0 : (double) stolen / ticks;
    }

    /** One line, for {@link #parse}. */
    public String line() {
        return nanos + " " + cpuNanos + " " + stolen + " " + ticks;
    }

    /** Reads a {@link #line}. */
    public static Reading parse(String line) {
        String[] numbers = line.strip().split(" ");
        return new Reading(
                Long.parseLong(numbers[0]),
                Long.parseLong(numbers[1]),
                Long.parseLong(numbers[2]),
                Long.parseLong(numbers[3]));
    }
}
