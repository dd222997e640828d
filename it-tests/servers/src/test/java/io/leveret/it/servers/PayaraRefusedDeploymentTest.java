package io.leveret.it.servers;

@OnPayara
class PayaraRefusedDeploymentTest extends RefusedDeploymentScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
