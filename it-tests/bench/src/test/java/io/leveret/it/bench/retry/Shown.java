package io.leveret.it.bench.retry;

/**
 * What the messages that do not fail showed in one run of a scene.
 *
 * @param perSecond how many were processed, of a queue that was full at the start
 * @param failuresMeanwhile failed deliveries of the same queue in that time
 * @param median ms from when one was due to be published until the bean had it, at a steady rate
 * @param p99 the same that 99 % did not exceed
 */
record Shown(double perSecond, int failuresMeanwhile, double median, double p99) {}
