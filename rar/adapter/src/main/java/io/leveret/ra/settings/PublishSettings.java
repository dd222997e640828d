package io.leveret.ra.settings;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a connection factory publishes.
 *
 * @param publishTimeout the longest time that a publish may take
 * @param retry how often it is made again
 * @param confirmWindow unconfirmed publishes per channel
 * @param transactions what a publish means in a JTA transaction
 * @param maxMessageSize the largest body, bytes
 * @param leakDetectionThreshold after what time an open handle is reported, zero for never
 */
public record PublishSettings(
        Duration publishTimeout,
        PublishRetrySettings retry,
        int confirmWindow,
        TransactionSettings transactions,
        int maxMessageSize,
        Duration leakDetectionThreshold)
        implements Serializable {}
