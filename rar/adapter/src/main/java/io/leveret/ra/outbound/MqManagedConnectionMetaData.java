package io.leveret.ra.outbound;

import jakarta.resource.spi.ManagedConnectionMetaData;

/**
 * What is known about the broker of a managed connection.
 *
 * @param version the broker's version
 * @param user the user
 */
record MqManagedConnectionMetaData(String version, String user)
        implements ManagedConnectionMetaData {

    @Override
    public String getEISProductName() {
        return "RabbitMQ";
    }

    @Override
    public String getEISProductVersion() {
        return version;
    }

    /** No limit of its own: the pool bounds the connections. */
    @Override
    public int getMaxConnections() {
        return 0;
    }

    @Override
    public String getUserName() {
        return user;
    }
}
