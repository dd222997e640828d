package io.leveret.ra.settings;

/**
 * Which connection factory's broker set an activation takes.
 *
 * @param name the JNDI name
 * @param beside the activation's own broker set, which must be the same, or null when it has none
 */
public record Lookup(String name, BrokerSettings beside) {}
