package io.leveret.it.container;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.List;

/** The locks that the calling thread holds, as the virtual machine knows them. */
final class HeldLocks {

    /** A thread of a pool holds this one while it runs a task; nobody ever waits for it. */
    private static final String WORKER = "java.util.concurrent.ThreadPoolExecutor$Worker";

    private HeldLocks() {}

    /** Gives monitors and ownable synchronizers, empty when the thread holds none. */
    static List<String> now() {
        long[] self = {Thread.currentThread().getId()};
        ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(self, true, true)[0];
        List<String> held = new ArrayList<>();
        for (MonitorInfo monitor : info.getLockedMonitors()) {
            held.add(monitor.getClassName() + " since " + monitor.getLockedStackFrame());
        }
        for (LockInfo lock : info.getLockedSynchronizers()) {
            if (!lock.getClassName().equals(WORKER)) {
                held.add(lock.getClassName());
            }
        }
        return held;
    }
}
