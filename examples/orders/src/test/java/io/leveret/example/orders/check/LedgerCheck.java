package io.leveret.example.orders.check;

import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.ledger.LedgerReport;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Places orders before, during and after an outage of the broker, and checks that every accepted
 * order is processed and that nothing stays in the queue. Prints a table; ends with an exception
 * when the books do not balance.
 */
public final class LedgerCheck {

    private static final int CALM_ORDERS = 300;
    private static final long BEFORE_OUTAGE_MS = 1_000;
    private static final long AFTER_OUTAGE_MS = 3_000;
    private static final long LONGEST_PROCESSING_S = 90;
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);
    private static final String OUTAGE = "broker killed (kill -9)";
    private static final String QUEUE = "orders";

    private final PrintStream out = System.out;
    private final CountDownLatch never = new CountDownLatch(1);
    private final Phases phases = new Phases();
    private final ShopClient shop;
    private final BrokerNode broker;
    private final OrderLedger ledger;

    private LedgerCheck(ShopClient shop, BrokerNode broker, OrderLedger ledger) {
        this.shop = shop;
        this.broker = broker;
        this.ledger = ledger;
    }

    /**
     * Runs the check.
     *
     * @param args the URL of the orders, the folder of the running broker, a folder for the ledger
     * @throws Exception when the books do not balance or something cannot be done at all
     */
    public static void main(String[] args) throws Exception {
        ShopClient shop = new ShopClient(URI.create(args[0]));
        // The broker runs already: this finds it. It belongs to the caller, who also removes it.
        BrokerNode broker = BrokerNode.start(Path.of(args[1]), BrokerOptions.defaults());
        try (OrderLedger ledger = new OrderLedger(Path.of(args[2]))) {
            new LedgerCheck(shop, broker, ledger).run();
        }
    }

    private void run() throws Exception {
        say("placing " + CALM_ORDERS + " orders");
        phases.add("calm", Customers.place(shop, ledger, CALM_ORDERS));

        say("placing orders while the broker is killed and started again");
        Customers customers = Customers.come(shop, ledger);
        try {
            pause(BEFORE_OUTAGE_MS);
            killAndRestart();
            pause(AFTER_OUTAGE_MS);
        } finally {
            phases.add(OUTAGE, customers.goHome());
        }

        say("placing " + CALM_ORDERS + " more");
        phases.add("after it came back", Customers.place(shop, ledger, CALM_ORDERS));

        balance();
    }

    private void killAndRestart() {
        ledger.faultBegun(OUTAGE);
        long killed = System.nanoTime();
        broker.kill();
        broker.restart();
        long away = System.nanoTime() - killed;
        ledger.faultEnded(OUTAGE);
        say("the broker was away for " + TimeUnit.NANOSECONDS.toMillis(away) + " ms");
    }

    private void balance() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_PROCESSING_S);
        Books books = shop.books();
        long left = left();
        while ((books.open() > 0 || left > 0) && System.nanoTime() < deadline) {
            pause(500);
            books = shop.books();
            left = left();
        }
        LedgerReport report =
                ledger.reconcile(
                        books, BrokerContents.drain(broker.uri(), List.of(QUEUE), LONGEST_DRAIN));
        out.println();
        out.print(phases.table());
        out.println();
        out.print(report);
        out.println("delivered more than once: " + books.redelivered());
        out.println("open in the application: " + books.open());
        out.println("left in the queue: " + left);
        if (!report.clean() || !phases.everyPhaseSold() || books.open() > 0 || left > 0) {
            throw new IllegalStateException("the books do not balance");
        }
        out.println("OK: every accepted order has been processed");
    }

    /** Counts the messages of the queue, delivered but not acknowledged ones included. */
    private long left() {
        String answer = broker.ctl("list_queues", "name", "messages");
        return answer.lines()
                .map(line -> line.split("\t"))
                .filter(fields -> fields.length == 2 && fields[0].equals(QUEUE))
                .mapToLong(fields -> Long.parseLong(fields[1].strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no queue " + QUEUE + ": " + answer));
    }

    private void say(String what) {
        out.println("-- " + what);
    }

    private void pause(long ms) throws InterruptedException {
        if (never.await(ms, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nothing counts this down");
        }
    }
}
