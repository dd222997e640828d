package io.leveret.it.servers;

@OnPayara
class PayaraLifecycleTest extends LifecycleScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
