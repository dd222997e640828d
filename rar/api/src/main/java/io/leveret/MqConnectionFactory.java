package io.leveret;

import jakarta.resource.Referenceable;
import java.io.Serializable;

/**
 * The connection factory that a server binds into JNDI.
 *
 * <pre>{@code
 * @Resource(lookup = "java:/leveret/ConnectionFactory")
 * MqConnectionFactory factory;
 * }</pre>
 *
 * <p>Thread-safe.
 */
public interface MqConnectionFactory extends Serializable, Referenceable {

    /**
     * Takes a connection from the server's pool, with the configured credentials. The caller closes
     * it, best in the method that got it.
     *
     * @return an open handle
     * @throws MqConnectionException when none can be had; returns or throws at once while the
     *     broker is known to be away
     */
    MqConnection getConnection();

    /**
     * Takes a connection from the server's pool, with other credentials.
     *
     * @param userName the user
     * @param password its password
     * @return an open handle
     * @throws MqConnectionException when none can be had
     */
    MqConnection getConnection(String userName, String password);

    /**
     * Creates a publisher. It takes connections from the pool only while it writes; it needs no
     * closing.
     *
     * @param options how it publishes
     * @return a thread-safe publisher
     * @throws IllegalArgumentException when its transaction mode contradicts the factory's: {@link
     *     MqTransactionMode#LOCAL} is for all publishers of a factory or for none
     */
    MqPublisher createPublisher(MqPublisherOptions options);

    /**
     * Gives what happens inside the resource adapter behind this factory, to look at and to listen
     * to.
     *
     * @return the events of the instance; the same object for all its factories
     * @throws IllegalStateException when the resource adapter is not started
     */
    MqEvents events();
}
