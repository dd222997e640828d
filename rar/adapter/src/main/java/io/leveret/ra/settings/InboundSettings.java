package io.leveret.ra.settings;

import java.time.Duration;

/**
 * How an activation receives.
 *
 * @param destination the queue
 * @param maxSession concurrent sessions
 * @param prefetch unacknowledged deliveries per session
 * @param retryDelay after what time a failed message comes again
 */
public record InboundSettings(
        String destination, int maxSession, int prefetch, Duration retryDelay) {}
