package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.database.PostgresNode;
import java.net.URI;
import java.nio.file.Path;

/** A running server, the broker that the adapter in it talks to, and the database. */
public interface ServerUnderTest {

    BrokerNode broker();

    /** What is behind the application's data sources jdbc/it-xa and jdbc/it-local. */
    PostgresNode database();

    /** Where the control interface of the test application answers; ends with a slash. */
    URI application();

    /** The server's process. */
    long pid() throws Exception;

    void deployAdapter() throws Exception;

    void undeployAdapter() throws Exception;

    void deployApplication() throws Exception;

    void undeployApplication() throws Exception;

    /**
     * Sees to it that transactions of the application's hasty listener, and maybe others, that
     * begin from now on may take one second only.
     */
    void limitTransactions() throws Exception;

    /** Ends {@link #limitTransactions()}. */
    void unlimitTransactions() throws Exception;

    /** Makes the server close the idle connections in the pool of the connection factory. */
    void flushPool() throws Exception;

    /**
     * Deploys an application that the server must refuse, and cleans up behind it.
     *
     * @return what the server says about the failure; null when it accepted the application
     */
    String refusalOf(Path war) throws Exception;
}
