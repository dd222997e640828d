package io.leveret.ra.outbound;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where in the application something was opened. Never thrown: it is the cause of a report, so that
 * its message goes into the log line and its stack to those who ask for more.
 *
 * <p>The stack holds what an application's developer recognizes: the frames of this adapter, of the
 * server and of the JDK are cut out, and what is left is bounded.
 */
final class AllocationSite extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int FRAMES = 10;

    private static final String OURS = "io.leveret.ra.";

    /** What calls applications on the servers that the adapter runs on, and the JDK between. */
    private static final List<String> CONTAINERS =
            List.of(
                    "java.",
                    "javax.",
                    "jdk.",
                    "sun.",
                    "com.sun.",
                    "jakarta.",
                    "org.jboss.",
                    "org.wildfly.",
                    "org.xnio.",
                    "io.undertow.",
                    "io.smallrye.",
                    "org.glassfish.",
                    "fish.payara.",
                    "org.omnifaces.services.",
                    "com.ibm.",
                    "io.openliberty.",
                    "org.apache.catalina.",
                    "org.apache.coyote.",
                    "org.apache.tomcat.",
                    "org.apache.openejb.",
                    "org.apache.tomee.",
                    "org.apache.webbeans.",
                    "org.apache.cxf.");

    private AllocationSite(List<StackTraceElement> frames) {
        super(frames.isEmpty() ? "opened at an unknown place" : "opened at " + frames.get(0));
        setStackTrace(frames.toArray(StackTraceElement[]::new));
    }

    /** The place that the calling thread is at now. */
    static AllocationSite here() {
        StackWalker walker = StackWalker.getInstance();
        List<StackTraceElement> application =
                walker.walk(
                        frames -> elements(frames.filter(f -> !isContainers(f.getClassName()))));
        // An application below one of those names is better named by them than not at all.
        return new AllocationSite(
                application.isEmpty() ? walker.walk(AllocationSite::elements) : application);
    }

    private static List<StackTraceElement> elements(Stream<StackWalker.StackFrame> frames) {
        return frames.filter(f -> !f.getClassName().startsWith(OURS))
                .limit(FRAMES)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .toList();
    }

    private static boolean isContainers(String className) {
        return CONTAINERS.stream().anyMatch(className::startsWith);
    }

    /** The stack is given, not taken. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
