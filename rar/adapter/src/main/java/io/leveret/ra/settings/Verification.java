package io.leveret.ra.settings;

/** What follows when a queue has something about it that will lose messages or stop working. */
public enum Verification {
    /** It is told once, as a warning. */
    WARN,
    /** The activation does not consume until it is mended. */
    FAIL,
    /** Nobody looks. */
    NONE
}
