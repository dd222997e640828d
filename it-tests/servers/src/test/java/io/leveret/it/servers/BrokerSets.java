package io.leveret.it.servers;

/**
 * A server whose resource adapter instances and connection factories lead to a {@link
 * SecuredBroker}, in all the ways in which one may say how and as whom.
 */
interface BrokerSets {

    SecuredBroker broker();

    /** A factory that connects over TLS. */
    String tlsFactory();

    /** One with a trust store that does not know the broker's authority. */
    String distrustingFactory();

    /** One that connects with tokens, of a resource adapter that leads elsewhere. */
    String tokensFactory();

    /** The application that receives over TLS, and from the broker of {@link #tokensFactory()}. */
    Control application();

    /** The application whose factory comes late. */
    Control lateApplication();

    /** Deploys {@link #lateApplication()}, of a resource adapter that leads elsewhere. */
    void deployLateApplication() throws Exception;

    void undeployLateApplication() throws Exception;

    /** Makes the factory that {@link #lateApplication()} names, with a password. */
    void addLateFactory() throws Exception;

    void removeLateFactory() throws Exception;

    /** What the server has logged so far. */
    String log() throws Exception;
}
