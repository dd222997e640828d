package io.leveret.ra.settings;

import java.io.Serializable;
import java.time.Duration;

/**
 * How physical connections are made and kept.
 *
 * @param connections physical connections per purpose and broker
 * @param channelsPerConnection channels on each
 * @param heartbeat AMQP heartbeat, whole seconds
 * @param connectTimeout bound of the TCP connect, and again of the TLS and AMQP handshakes
 * @param rpcTimeout bound of each answer of the broker
 * @param reconnect when to try again, and when to give up
 * @param idleTimeout how long an unused connection stays open
 * @param connectionName the name the broker shows, or null for a derived one
 */
public record LinkSettings(
        int connections,
        int channelsPerConnection,
        Duration heartbeat,
        Duration connectTimeout,
        Duration rpcTimeout,
        Reconnect reconnect,
        Duration idleTimeout,
        String connectionName)
        implements Serializable {

    /**
     * The same with one connection.
     *
     * @return a changed copy
     */
    public LinkSettings single() {
        return new LinkSettings(
                1,
                channelsPerConnection,
                heartbeat,
                connectTimeout,
                rpcTimeout,
                reconnect,
                idleTimeout,
                connectionName);
    }

    /**
     * When to try again, and when to give up.
     *
     * @param interval bound of the first delay
     * @param multiplier growth of that bound per attempt
     * @param maxInterval the greatest delay
     * @param attempts how many attempts in one outage, 0 for no limit
     * @param timeLimit how long an outage may last, zero for no limit
     * @param stablePeriod how long a connection must have been up for its loss to be a new outage
     * @param recovery what happens at a loss and at the limit
     * @param probeInterval how often a connection that is FAILED, or that is not at the address of
     *     its turn, looks whether that has changed
     */
    public record Reconnect(
            Duration interval,
            int multiplier,
            Duration maxInterval,
            int attempts,
            Duration timeLimit,
            Duration stablePeriod,
            Recovery recovery,
            Duration probeInterval)
            implements Serializable {}
}
