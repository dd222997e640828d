package io.leveret.ra.settings;

/**
 * How much may wait for a commit or, after it, for the broker, in all transactions together.
 *
 * @param messages messages
 * @param bytes bytes of their bodies
 */
public record AfterCommitBounds(int messages, long bytes) {}
