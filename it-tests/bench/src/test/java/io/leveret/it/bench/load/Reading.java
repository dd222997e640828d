package io.leveret.it.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What clocks show at a moment, or what passed between two.
 *
 * @param nanos wall-clock time
 * @param cpuNanos CPU time of this process, all its threads; the kernel counts it in steps of 10 ms
 * @param compilerNanos the part of it that went into compiling: work that ends with time, but takes
 *     minutes on a busy machine
 * @param stolen CPU time that the host gave to others while this machine wanted it, in ticks
 * @param ticks CPU time of the machine, idle and stolen included, in the same ticks
 */
public record Reading(long nanos, long cpuNanos, long compilerNanos, long stolen, long ticks) {

    private static final Path STAT = Path.of("/proc/stat");
    private static final Path THREADS = Path.of("/proc/self/task");

    /** How Linux names the JVM's compilers, "C1 CompilerThread0", in 15 characters. */
    private static final Pattern COMPILER = Pattern.compile("\\d+ \\((C[12] Compiler.*)\\) (.*)");

    /**
     * In a thread's line, counted from behind its name: user and system time, in ticks of 10 ms.
     */
    private static final int USER = 11;

    private static final int SYSTEM = 12;
    private static final long TICK_NANOS = 10_000_000;

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
                System.nanoTime(),
                cpuOfThisProcess(),
                cpuOfCompilers(),
                Long.parseLong(columns[STEAL + 1]),
                ticks);
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

    private static long cpuOfCompilers() {
        try (Stream<Path> threads = Files.list(THREADS)) {
            return threads.mapToLong(Reading::cpuIfCompiler).sum() * TICK_NANOS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long cpuIfCompiler(Path thread) {
        try {
            Matcher line = COMPILER.matcher(Files.readString(thread.resolve("stat")).strip());
            if (!line.matches()) {
                return 0;
            }
            String[] fields = line.group(2).split(" ");
            return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
        } catch (NoSuchFileException e) {
            return 0; // has ended meanwhile, so it is none of the compilers'
        } catch (IOException e) {
            if ("No such process".equals(e.getMessage())) {
                return 0; // the same, told while reading
            }
            throw new UncheckedIOException(e);
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
                compilerNanos - earlier.compilerNanos,
                stolen - earlier.stolen,
                ticks - earlier.ticks);
    }

    /** CPU time of this process without its compilers. */
    public long workNanos() {
        return cpuNanos - compilerNanos;
    }

    /** The share of this process's CPU time that went into compiling, 0 to 1. */
    public double compilerShare() {
        return cpuNanos == 0 ? 0 : (double) compilerNanos / cpuNanos;
    }

    /** The share of the machine's CPU time that was stolen, 0 to 1. */
    public double stolenShare() {
        return ticks == 0 ? 0 : (double) stolen / ticks;
    }

    /** One line, for {@link #parse}. */
    public String line() {
        return nanos + " " + cpuNanos + " " + compilerNanos + " " + stolen + " " + ticks;
    }

    /** Reads a {@link #line}. */
    public static Reading parse(String line) {
        String[] numbers = line.strip().split(" ");
        return new Reading(
                Long.parseLong(numbers[0]),
                Long.parseLong(numbers[1]),
                Long.parseLong(numbers[2]),
                Long.parseLong(numbers[3]),
                Long.parseLong(numbers[4]));
    }
}
