package io.leveret.it.servers;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@OnPayara
class PayaraCommitTest extends CommitScenarios {

    private static final String LOCAL = "local";

    @BeforeEach
    void addLocalFactory() throws Exception {
        PayaraExtension.server()
                .addFactory(LOCAL, "LocalTransaction", Map.of("transactionMode", "LOCAL"));
    }

    @AfterEach
    void removeLocalFactory() throws Exception {
        PayaraExtension.server().removeFactory(LOCAL);
    }

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }

    @Override
    boolean publishesBeforeThePrepare() {
        return true;
    }

    @Override
    boolean takesRefusalForCommit() {
        return false;
    }

    @Override
    String source(String name) {
        return "jdbc/" + name;
    }

    @Override
    String factory() {
        return PayaraServer.jndi("ConnectionFactory");
    }

    @Override
    String localFactory() {
        return PayaraServer.jndi(LOCAL);
    }
}
