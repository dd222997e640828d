package io.leveret.it.servers;

import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.Archive;

@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
class WildFlyRetryTest extends RetryScenarios {

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
}
