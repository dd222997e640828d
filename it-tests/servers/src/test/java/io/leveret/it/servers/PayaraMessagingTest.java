package io.leveret.it.servers;

@OnPayara
class PayaraMessagingTest extends MessagingScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
