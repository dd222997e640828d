package io.leveret.it.servers;

@OnPayara
class PayaraDatabaseOutageTest extends DatabaseOutageScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
