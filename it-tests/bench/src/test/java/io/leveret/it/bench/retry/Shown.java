package io.leveret.it.bench.retry;

/**
 * What the messages that do not fail showed in one run of a scene.
 *
 * @param perSecond how many were processed in a second, of a queue that is kept full
 * @param failuresPerSecond failed deliveries of the same queue meanwhile
 * @param ready how many were left in the queue at the end of that
 * @param median ms from when one was due to be published until the bean had it, at a steady rate
 * @param p99 the same that 99 % did not exceed
 */
record Shown(double perSecond, double failuresPerSecond, int ready, double median, double p99) {}
