package io.leveret.ra.outbound;

/** Looks into chains of causes: containers wrap what the adapter throws at them. */
final class Chain {

    private Chain() {}

    /** Gives the first one of a kind, or null. */
    static <T extends Throwable> T find(Throwable e, Class<T> kind) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) {
                return kind.cast(at);
            }
        }
        return null;
    }

    static boolean has(Throwable e, Class<? extends Throwable> kind) {
        return find(e, kind) != null;
    }
}
