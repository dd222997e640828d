package io.leveret.ra.settings;

import io.leveret.MqTransactionMode;
import java.io.Serializable;
import java.time.Duration;

/**
 * What a publish means in a JTA transaction.
 *
 * @param mode the mode
 * @param afterCommitTimeout how long a transaction waits for the broker, before its commit and
 *     again after it
 * @param parkingQueue the queue for what a committed transaction can never publish, or null
 */
public record TransactionSettings(
        MqTransactionMode mode, Duration afterCommitTimeout, String parkingQueue)
        implements Serializable {}
