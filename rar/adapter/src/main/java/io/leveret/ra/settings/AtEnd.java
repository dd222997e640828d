package io.leveret.ra.settings;

/** What becomes of a message that has failed for the last time. */
public enum AtEnd {
    /** It is moved to the parking queue, with a description of the failure in its headers. */
    PARK,
    /**
     * It is rejected, so that the broker moves it to the dead-letter exchange of its queue. The
     * broker drops it when the queue has none.
     */
    DEAD_LETTER
}
