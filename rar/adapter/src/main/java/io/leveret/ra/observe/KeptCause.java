package io.leveret.ra.observe;

/**
 * The text and the stack trace of an exception, for events that are kept: the exception itself may
 * be of a class of an application, which must not be held after the application is gone.
 */
final class KeptCause extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int DEPTH = 6;

    private final String kind;
    private final String text;

    private KeptCause(Throwable original, String message, String text, KeptCause cause) {
        super(message, cause);
        this.kind = original.getClass().getSimpleName();
        this.text = text;
        setStackTrace(original.getStackTrace());
    }

    /** Copies an exception and its causes; null for null. */
    static KeptCause of(Throwable original) {
        return of(original, DEPTH);
    }

    private static KeptCause of(Throwable original, int depth) {
        if (original == null || depth == 0) {
            return null;
        }
        try {
            return new KeptCause(
                    original,
                    original.getMessage(),
                    original.toString(),
                    of(original.getCause(), depth - 1));
        } catch (RuntimeException | LinkageError e) {
            // Its methods are an application's.
            return new KeptCause(original, null, original.getClass().getName(), null);
        }
    }

    /** Gives the simple name of the exception's class. */
    static String kind(Throwable exception) {
        return exception instanceof KeptCause kept
                ? kept.kind
                : exception.getClass().getSimpleName();
    }

    /** Nothing is filled in: the frames of the thread that publishes hold classes too. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return text;
    }
}
