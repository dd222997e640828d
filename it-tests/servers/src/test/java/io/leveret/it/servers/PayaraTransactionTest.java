package io.leveret.it.servers;

@OnPayara
class PayaraTransactionTest extends TransactionScenarios {

    @Override
    ServerUnderTest server() {
        return PayaraExtension.server();
    }
}
