package io.leveret.example.orders.check;

import io.leveret.it.ledger.LedgerLog;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Customers who place orders at the same time, until told to go home. */
final class Customers {

    private static final int HEADS = 8;
    private static final long LAST_ANSWER_S = 120;

    /** Between two orders of one customer: an outage should hit orders, not be one of thousands. */
    private static final long PAUSE_MS = 10;

    /** Every so many orders, one fails at its first delivery. */
    private static final int FAILING = 50;

    private final ShopClient shop;
    private final OrderLedger ledger;
    private final int orders;
    private final AtomicInteger placed = new AtomicInteger();
    private final ConcurrentLinkedQueue<Placement> placements = new ConcurrentLinkedQueue<>();
    private final CountDownLatch home = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newFixedThreadPool(HEADS);

    private Customers(ShopClient shop, OrderLedger ledger, int orders) {
        this.shop = shop;
        this.ledger = ledger;
        this.orders = orders;
        for (int i = 0; i < HEADS; i++) {
            threads.execute(this::orderAndOrder);
        }
        threads.shutdown();
    }

    /** Lets them place a number of orders and gives the results. */
    static List<Placement> place(ShopClient shop, OrderLedger ledger, int orders)
            throws InterruptedException {
        return new Customers(shop, ledger, orders).results();
    }

    /** Lets them place orders until {@link #goHome()}. */
    static Customers come(ShopClient shop, OrderLedger ledger) {
        return new Customers(shop, ledger, Integer.MAX_VALUE);
    }

    /** Gives the results when every customer has got the last answer. */
    List<Placement> goHome() throws InterruptedException {
        home.countDown();
        return results();
    }

    private List<Placement> results() throws InterruptedException {
        if (!threads.awaitTermination(LAST_ANSWER_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("an order is not answered");
        }
        return List.copyOf(placements);
    }

    private void orderAndOrder() {
        try {
            for (int n; (n = placed.incrementAndGet()) <= orders; ) {
                String item = n % FAILING == 0 ? "out of stock" : "carrot";
                long begun = LedgerLog.now();
                Placement placement = shop.place(item, n);
                ledger.placed(begun, placement);
                placements.add(placement);
                if (home.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
