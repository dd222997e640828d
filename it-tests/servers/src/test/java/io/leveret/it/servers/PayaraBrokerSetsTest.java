package io.leveret.it.servers;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@OnPayara
class PayaraBrokerSetsTest extends BrokerSetsScenarios {

    private static PayaraBrokerSets sets;

    @BeforeAll
    static void start() throws Exception {
        sets = PayaraBrokerSets.start(PayaraExtension.server());
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
