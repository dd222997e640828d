package io.leveret.example.orders.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.leveret.it.ledger.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShopClientTest {

    @Test
    void anOrderInTheAnswerIsAccepted() {
        assertEquals(
                Placement.accepted("a-1"),
                ShopClient.placement(201, "{\"id\":\"a-1\",\"item\":\"carrot\"}"));
    }

    @Test
    void aFailedOrderKeepsItsIdAndItsOutcome() {
        assertEquals(
                new Placement("a-1", Outcome.NOT_SENT, "503 NOT_SENT"),
                ShopClient.placement(
                        503, "{\"id\":\"a-1\",\"outcome\":\"NOT_SENT\",\"mayDuplicate\":false}"));
    }

    @Test
    void answersWithoutAnOrderAreUnknownAndNeverTheSame() {
        Placement first = ShopClient.placement(500, "");
        assertEquals(Outcome.UNKNOWN, first.outcome());
        assertNotEquals(first.orderId(), ShopClient.placement(500, "").orderId());
    }

    @Test
    void theBooksSayWhatIsProcessedAndHowOftenItWasDelivered() {
        Books books =
                ShopClient.read(
                        "[{\"deliveries\":2,\"id\":\"a\",\"item\":\"x\",\"processed\":true},"
                                + "{\"deliveries\":0,\"id\":\"b\",\"processed\":false}]");
        assertEquals(
                List.of(new Books.Entry("a", true, 2), new Books.Entry("b", false, 0)),
                books.orders());
        assertEquals(1, books.open());
        assertEquals(1, books.redelivered());
    }
}
