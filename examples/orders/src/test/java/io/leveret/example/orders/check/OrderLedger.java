package io.leveret.example.orders.check;

import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Keeps the ledger of a shop: orders are its messages, the customers its producers, the application
 * its consumer. Thread-safe while orders are placed.
 */
final class OrderLedger implements Closeable {

    private final Path placed;
    private final Path processed;
    private final LedgerLog log;

    /** Begins a ledger in a folder that has none. */
    OrderLedger(Path folder) throws IOException {
        placed = folder.resolve("placed");
        processed = folder.resolve("processed");
        log = LedgerLog.open(placed);
    }

    /**
     * Notes a placement. Only its end, because the application gives the order its id; a customer
     * who never gets an answer is not forgotten, see {@link Customers}.
     *
     * @param begun when it began, by the ledger's clock
     */
    void placed(long begun, Placement placement) {
        log.append(new LedgerEvent.AttemptBegun(begun, placement.orderId()));
        log.outcome(placement.orderId(), placement.outcome());
    }

    void faultBegun(String name) {
        log.faultBegun(name);
    }

    void faultEnded(String name) {
        log.faultEnded(name);
    }

    /**
     * Compares what was placed with what the application has processed and what the broker holds.
     * Call it once, when nothing is placed any more.
     */
    LedgerReport reconcile(Books books, Collection<HeldMessage> inBroker) throws IOException {
        try (LedgerLog consumed = LedgerLog.open(processed)) {
            books.orders().forEach(order -> consume(consumed, order));
        }
        return Ledger.read(placed, processed).reconcile(inBroker);
    }

    /**
     * The application processes an order at one of its deliveries; the others failed, or were
     * recognised as repetitions by the id, and had no effect. It does not say which.
     */
    private static void consume(LedgerLog consumed, Books.Entry order) {
        for (int i = 1; i < order.deliveries(); i++) {
            consumed.processed(delivery(consumed, order), false);
        }
        if (order.processed()) {
            consumed.processed(delivery(consumed, order), true);
        } else if (order.deliveries() > 0) {
            delivery(consumed, order);
        }
    }

    private static LedgerLog.Delivery delivery(LedgerLog consumed, Books.Entry order) {
        return consumed.delivered(order.id(), false, false);
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
