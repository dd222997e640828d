package io.leveret.ra.observe;

/**
 * One thing that happened.
 *
 * @param severity how much it matters
 * @param subject the link, activation or factory that it happened to
 * @param what what happened, in one line
 * @param cause why, may be null
 */
public record Event(Severity severity, String subject, String what, Throwable cause) {

    /** How much an event matters. */
    public enum Severity {
        /** Only of interest when looking for a fault. */
        DETAIL,
        /** A change for the better, or an expected one. */
        INFO,
        /** A change for the worse that the adapter deals with by itself. */
        WARNING,
        /** Something that needs a person: a message may be lost, or work has stopped. */
        ALARM
    }
}
