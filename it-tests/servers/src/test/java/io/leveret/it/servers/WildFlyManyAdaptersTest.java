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
class WildFlyManyAdaptersTest extends ManyAdaptersScenarios {

    private static WildFlyManyAdapters many;

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Deployment(name = "application", order = 2, testable = false)
    static Archive<?> application() {
        return WildFlyManyAdapters.senderArchive();
    }

    @BeforeAll
    static void startSecond() throws Exception {
        many = WildFlyManyAdapters.start(WildFlyExtension.server());
    }

    @AfterAll
    static void endSecond() throws Exception {
        if (many != null) {
            many.end();
        }
    }

    @Override
    ManyAdapters many() {
        return many;
    }
}
