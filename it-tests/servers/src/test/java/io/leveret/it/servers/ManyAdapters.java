package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;

/** A server with two resource adapter instances, each with a broker of its own. */
interface ManyAdapters {

    BrokerNode firstBroker();

    BrokerNode secondBroker();

    /** The name of the first instance's connection factory in the server's directory. */
    String firstFactory();

    /** The name of the second instance's, as the user of its configuration. */
    String secondFactory();

    String secondUser();

    /** The name of one to the second broker, for which the server signs on. */
    String signedFactory();

    String signedUser();

    /** The application that publishes, and receives from the first broker. */
    Control sender();

    /** The application that receives from the second broker. */
    Control receiver();

    /** Stops the second instance, and the application that needs it. */
    void stopSecond() throws Exception;

    void startSecond() throws Exception;
}
