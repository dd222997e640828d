package io.leveret.it.servers;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.Test;

@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
class WildFlyTransactionTest extends TransactionScenarios {

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Deployment(name = "application", order = 2, testable = false)
    static Archive<?> application() {
        return WildFlyServer.testApplication();
    }

    @Override
    ServerUnderTest server() {
        return WildFlyExtension.server();
    }

    /** Elsewhere such a transaction is rolled back a minute late, and may commit until then. */
    @Test
    void a_listener_that_outlives_its_transaction_on_an_xa_data_source_gets_the_message_again()
            throws Exception {
        outlivesItsTransaction("XA");
    }
}
