package io.leveret.it.servers;

@OnPayara
class PayaraOutageTest extends OutageScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
