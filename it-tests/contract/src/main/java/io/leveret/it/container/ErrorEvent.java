package io.leveret.it.container;

import jakarta.resource.spi.ManagedConnection;
import java.util.List;

/**
 * One connectionErrorOccurred.
 *
 * @param connection the source
 * @param thread the name of the thread that fired it
 * @param stack how that thread got there
 * @param cause what the event carried, may be null
 */
public record ErrorEvent(
        ManagedConnection connection,
        String thread,
        List<StackTraceElement> stack,
        Exception cause) {

    /** Says whether a class of the package, or below it, was on the firing thread's stack. */
    public boolean firedFrom(String packageName) {
        return stack.stream().anyMatch(e -> e.getClassName().startsWith(packageName + "."));
    }
}
