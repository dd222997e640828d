package io.leveret.it.servers.publish;

import io.leveret.MqOutcome;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** The ledger of one life of the server, and what is in it, in numbers. */
@ApplicationScoped
public class PublishBooks {

    /** System property: the folder of the ledgers. */
    public static final String FOLDER = "it.ledgers";

    private static final int STRANGE = 20;

    private final LongAdder attempted = new LongAdder();
    private final Map<MqOutcome, LongAdder> outcomes = new EnumMap<>(MqOutcome.class);
    private final Map<Destination, LongAdder> confirmed = new EnumMap<>(Destination.class);
    private final Queue<String> strange = new ConcurrentLinkedQueue<>();
    private volatile LedgerLog log;

    /** Creates books that are not open yet. */
    public PublishBooks() {
        for (MqOutcome outcome : MqOutcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
        for (Destination destination : Destination.values()) {
            confirmed.put(destination, new LongAdder());
        }
    }

    /** The file of one life. */
    public static String file(int life) {
        return "published-" + life + ".ledger";
    }

    void open(int life) {
        try {
            log = LedgerLog.open(Path.of(System.getProperty(FOLDER), file(life)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A publish begins. */
    void attempt(List<String> ids) {
        ids.forEach(log::attempt);
        attempted.add(ids.size());
    }

    /** The application was told how a publish ended. */
    void outcome(String id, MqOutcome outcome) {
        log.outcome(id, Outcome.valueOf(outcome.name()));
        Ticket ticket = Ticket.of(id);
        if (!ticket.frame().joins()) {
            outcomes.get(outcome).increment();
        }
        if (outcome == MqOutcome.CONFIRMED) {
            confirmed.get(ticket.destination()).increment();
        }
    }

    /** The transaction that these belong to has ended. */
    void ended(List<String> ids, boolean committed) {
        ids.forEach(committed ? log::committed : log::rolledBack);
    }

    /** Something happened that the API does not speak of. */
    void strange(Object where, Throwable what) {
        if (strange.size() < STRANGE) {
            strange.add(where + ": " + what);
        }
    }

    long attempted() {
        return attempted.sum();
    }

    /**
     * Numbers, and what was strange, as lines of names and values. Outcomes are those of publishes
     * outside of transactions: inside, a rollback has one too.
     */
    String counts() {
        StringBuilder text = new StringBuilder("ATTEMPTED=").append(attempted).append('\n');
        outcomes.forEach((name, count) -> text.append(name + "=" + count + "\n"));
        confirmed.forEach((name, count) -> text.append("AT_" + name + "=" + count + "\n"));
        strange.forEach(line -> text.append("STRANGE=" + line.replaceAll("\\R", " ") + "\n"));
        return text.toString();
    }

    @PreDestroy
    void close() {
        try {
            if (log != null) {
                log.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
