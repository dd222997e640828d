package io.leveret.ra.observe;

import java.util.HashSet;
import java.util.Set;

/** Renders a chain of causes in one line, for logs and for the messages of exceptions. */
public final class Causes {

    private static final int DEPTH = 6;

    private Causes() {}

    /**
     * Renders an exception and its causes, each distinct message once.
     *
     * @param cause the exception, may be null; of an application's class perhaps, whose methods may
     *     fail: its class is named then
     * @return one line
     */
    public static String text(Throwable cause) {
        if (cause == null) {
            return "unknown cause";
        }
        try {
            return chain(cause);
        } catch (RuntimeException | LinkageError e) {
            return cause.getClass().getName();
        }
    }

    /**
     * Gives the cause of an exception that may be of an application's class.
     *
     * @param exception the exception
     * @return its cause; null when it has none, or fails to say so
     */
    public static Throwable of(Throwable exception) {
        try {
            return exception.getCause();
        } catch (RuntimeException | LinkageError e) {
            return null;
        }
    }

    private static String chain(Throwable cause) {
        StringBuilder out = new StringBuilder();
        Set<String> said = new HashSet<>();
        Throwable at = cause;
        for (int i = 0; at != null && i < DEPTH; i++, at = at.getCause()) {
            String message = at.getMessage();
            String text = KeptCause.kind(at);
            if (message != null && !message.isBlank()) {
                String first = message.lines().findFirst().orElse("").strip();
                // A single word says nothing without the kind of the exception.
                text = first.indexOf(' ') < 0 ? text + " " + first : first;
            }
            if (said.add(text)) {
                out.append(out.isEmpty() ? "" : ": ").append(text);
            }
        }
        return out.toString();
    }
}
