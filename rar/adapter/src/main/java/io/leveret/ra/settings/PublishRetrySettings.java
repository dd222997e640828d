package io.leveret.ra.settings;

import java.io.Serializable;
import java.time.Duration;

/**
 * Whether and how a publish that was not confirmed is made again, within its publish timeout.
 *
 * @param retries how often at most, 0 for never
 * @param delay the pause before the first repetition; it doubles, up to sixteen times itself
 * @param unknownToo whether one whose answer is missing is made again, not only one that was nacked
 */
public record PublishRetrySettings(int retries, Duration delay, boolean unknownToo)
        implements Serializable {}
