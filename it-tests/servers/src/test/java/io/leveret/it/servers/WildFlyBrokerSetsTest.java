package io.leveret.it.servers;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
class WildFlyBrokerSetsTest extends BrokerSetsScenarios {

    private static WildFlyBrokerSets sets;

    @Deployment(name = "adapter", testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @BeforeAll
    static void start() throws Exception {
        sets = WildFlyBrokerSets.start(WildFlyExtension.server());
    }

    @AfterAll
    static void end() throws Exception {
        if (sets != null) {
            sets.end();
        }
    }

    @Override
    BrokerSets sets() {
        return sets;
    }
}
