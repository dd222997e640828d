package io.leveret.ra.settings;

import java.io.Serializable;
import java.time.Duration;

/**
 * How physical connections are made and kept.
 *
 * @param connections physical connections per purpose and broker
 * @param channelsPerConnection channels on each
 * @param heartbeat AMQP heartbeat, whole seconds
 * @param connectTimeout bound of the TCP connect, and again of the AMQP handshake
 * @param rpcTimeout bound of each answer of the broker
 * @param reconnectInterval bound of the first reconnect delay
 * @param reconnectMultiplier growth of that bound per attempt
 * @param reconnectMaxInterval the greatest reconnect delay
 * @param idleTimeout how long an unused connection stays open
 * @param connectionName the name the broker shows, or null for a derived one
 */
public record LinkSettings(
        int connections,
        int channelsPerConnection,
        Duration heartbeat,
        Duration connectTimeout,
        Duration rpcTimeout,
        Duration reconnectInterval,
        int reconnectMultiplier,
        Duration reconnectMaxInterval,
        Duration idleTimeout,
        String connectionName)
        implements Serializable {}
