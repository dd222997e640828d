package io.leveret.it.servers;

@OnPayara
class PayaraRetryTest extends RetryScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
