package io.leveret.it.ledger;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Text form of events: a code, the time and the fields, parted by blanks; texts are URL-encoded.
 */
final class LedgerLine {

    /** Ends what a killed process or a full disk left of a line; such lines are skipped. */
    static final String TORN = " !torn";

    private static final String ATTEMPT_BEGUN = "attempt";
    private static final String ATTEMPT_ENDED = "outcome";
    private static final String TRANSACTION_ENDED = "transaction";
    private static final String DELIVERY_BEGUN = "delivery";
    private static final String DELIVERY_ENDED = "processed";
    private static final String FAULT_BEGUN = "fault-begin";
    private static final String FAULT_ENDED = "fault-end";

    private LedgerLine() {}

    static String format(LedgerEvent event) {
        if (event instanceof LedgerEvent.AttemptBegun e) {
            return join(ATTEMPT_BEGUN, e.time(), text(e.id()));
        } else if (event instanceof LedgerEvent.AttemptEnded e) {
            return join(ATTEMPT_ENDED, e.time(), text(e.id()), e.outcome());
        } else if (event instanceof LedgerEvent.TransactionEnded e) {
            return join(TRANSACTION_ENDED, e.time(), text(e.id()), e.committed());
        } else if (event instanceof LedgerEvent.DeliveryBegun e) {
            return join(
                    DELIVERY_BEGUN,
                    e.time(),
                    text(e.id()),
                    text(e.delivery()),
                    e.redelivered(),
                    e.possibleDuplicate());
        } else if (event instanceof LedgerEvent.DeliveryEnded e) {
            return join(DELIVERY_ENDED, e.time(), text(e.id()), text(e.delivery()), e.ok());
        } else if (event instanceof LedgerEvent.FaultBegun e) {
            return join(FAULT_BEGUN, e.time(), text(e.name()));
        } else if (event instanceof LedgerEvent.FaultEnded e) {
            return join(FAULT_ENDED, e.time(), text(e.name()));
        }
        throw new IllegalArgumentException("unknown event " + event);
    }

    /**
     * Reads one complete line.
     *
     * @throws IllegalArgumentException when it is not a ledger line
     */
    static LedgerEvent parse(String line) {
        String[] f = line.split(" ", -1);
        long time = Long.parseLong(field(f, 1));
        String name = URLDecoder.decode(field(f, 2), StandardCharsets.UTF_8);
        LedgerEvent event =
                switch (f[0]) {
                    case ATTEMPT_BEGUN -> new LedgerEvent.AttemptBegun(time, name);
                    case ATTEMPT_ENDED ->
                            new LedgerEvent.AttemptEnded(time, name, Outcome.valueOf(field(f, 3)));
                    case TRANSACTION_ENDED ->
                            new LedgerEvent.TransactionEnded(time, name, flag(f, 3));
                    case DELIVERY_BEGUN ->
                            new LedgerEvent.DeliveryBegun(
                                    time, name, decoded(f, 3), flag(f, 4), flag(f, 5));
                    case DELIVERY_ENDED ->
                            new LedgerEvent.DeliveryEnded(time, name, decoded(f, 3), flag(f, 4));
                    case FAULT_BEGUN -> new LedgerEvent.FaultBegun(time, name);
                    case FAULT_ENDED -> new LedgerEvent.FaultEnded(time, name);
                    default -> throw new IllegalArgumentException("unknown code " + f[0]);
                };
        if (!format(event).equals(line)) {
            throw new IllegalArgumentException("surplus or damaged fields");
        }
        return event;
    }

    private static String join(String code, long time, Object... fields) {
        StringBuilder line = new StringBuilder(64).append(code).append(' ').append(time);
        for (Object field : fields) {
            line.append(' ').append(field);
        }
        return line.toString();
    }

    private static String text(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String decoded(String[] fields, int index) {
        return URLDecoder.decode(field(fields, index), StandardCharsets.UTF_8);
    }

    private static boolean flag(String[] fields, int index) {
        return switch (field(fields, index)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static String field(String[] fields, int index) {
        if (index >= fields.length) {
            throw new IllegalArgumentException("too few fields");
        }
        return fields[index];
    }
}
