package io.leveret.ra.settings;

/**
 * What can say to which broker it connects, and as whom. The connection factories that lie in JNDI
 * implement it, so that an activation may take their broker set without knowing their room.
 */
public interface BrokerSource {

    /**
     * Gives the configured broker set, without any sign-on of a caller's.
     *
     * @return the broker set
     * @throws IllegalStateException when the configuration has errors
     */
    BrokerSettings broker();
}
