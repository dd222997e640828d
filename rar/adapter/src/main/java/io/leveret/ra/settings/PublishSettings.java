package io.leveret.ra.settings;

import io.leveret.MqTransactionMode;
import java.io.Serializable;
import java.time.Duration;

/**
 * How a connection factory publishes.
 *
 * @param publishTimeout the longest time that a publish may take
 * @param retry how often it is made again
 * @param confirmWindow unconfirmed publishes per channel
 * @param transactionMode what a publish means in a JTA transaction
 * @param maxMessageSize the largest body, bytes
 * @param leakDetectionThreshold after what time an open handle is reported, zero for never
 */
public record PublishSettings(
        Duration publishTimeout,
        PublishRetrySettings retry,
        int confirmWindow,
        MqTransactionMode transactionMode,
        int maxMessageSize,
        Duration leakDetectionThreshold)
        implements Serializable {}
