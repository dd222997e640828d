package io.leveret.it.servers;

import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerReader;
import io.leveret.it.servers.publish.Destination;
import io.leveret.it.servers.publish.Ticket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The books of a run of publishing, when nobody writes to them any more: what the application was
 * told, what the queues hold, what the database holds, what the adapter has reported.
 */
final class PublishLedger {

    private static final Pattern UNDELIVERABLE =
            Pattern.compile("has a committed transaction, but its message (\\S+) to exchange");

    private final Map<String, PublishTrail> trails = new HashMap<>();
    private final PublishJudge judge;

    /**
     * Opens them.
     *
     * @param serverLog what the server has logged
     */
    PublishLedger(String serverLog) {
        Set<String> undeliverable = new HashSet<>();
        Matcher matcher = UNDELIVERABLE.matcher(serverLog);
        while (matcher.find()) {
            undeliverable.add(matcher.group(1));
        }
        judge = new PublishJudge(undeliverable);
    }

    /** Reads what was broken; what was never mended lasts to the end. */
    void readFaults(Path file) throws IOException {
        Map<PublishFault, Long> open = new EnumMap<>(PublishFault.class);
        LedgerReader.read(
                file,
                event -> {
                    if (event instanceof LedgerEvent.FaultBegun e) {
                        open.put(PublishFault.valueOf(e.name()), e.time());
                    } else if (event instanceof LedgerEvent.FaultEnded e) {
                        PublishFault fault = PublishFault.valueOf(e.name());
                        judge.fault(fault, open.remove(fault), e.time());
                    }
                });
        open.forEach((fault, begin) -> judge.fault(fault, begin, Long.MAX_VALUE));
    }

    /** Until then, in microseconds since the epoch, all may have taken longer than is usual. */
    void warm(long time) {
        judge.warm(time);
    }

    /** Reads what was published in one life of the server. */
    void readPublished(Path file) throws IOException {
        LedgerReader.read(file, event -> trail(id(event)).add(event));
    }

    private static String id(LedgerEvent event) {
        if (event instanceof LedgerEvent.AttemptBegun e) {
            return e.id();
        } else if (event instanceof LedgerEvent.AttemptEnded e) {
            return e.id();
        } else if (event instanceof LedgerEvent.TransactionEnded e) {
            return e.id();
        }
        throw new IllegalArgumentException("not of a publish: " + event);
    }

    private PublishTrail trail(String id) {
        return trails.computeIfAbsent(id, key -> new PublishTrail());
    }

    /** Adds what the queues hold. */
    void found(List<HeldMessage> held, PublishVerdict verdict) {
        for (HeldMessage message : held) {
            if (message.id().equals(PublishFaults.FILLER)) {
                continue;
            }
            PublishTrail trail = trail(message.id());
            if (message.queue().equals(PublishFaults.PARKING)) {
                trail.parked(message.possibleDuplicate());
                continue;
            }
            trail.found(message.possibleDuplicate());
            Destination destination = Ticket.of(message.id()).destination();
            if (!destination.queue().equals(message.queue())) {
                verdict.wrong(message.id() + " is in " + message.queue());
            }
        }
    }

    /** Adds the ids that the database holds. */
    void rows(List<String> ids) {
        ids.forEach(id -> trail(id).hasRow());
    }

    /** Compares all of them. */
    void judge(PublishVerdict verdict, PublishPlan plan) {
        trails.forEach(
                (id, trail) -> {
                    Ticket ticket = Ticket.of(id);
                    verdict.message(ticket, trail, judge.reproach(ticket, trail));
                });
        verdict.complete(judge, plan);
    }
}
