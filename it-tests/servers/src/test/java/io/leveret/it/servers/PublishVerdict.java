package io.leveret.it.servers;

import io.leveret.it.ledger.Outcome;
import io.leveret.it.servers.publish.Destination;
import io.leveret.it.servers.publish.Frame;
import io.leveret.it.servers.publish.Style;
import io.leveret.it.servers.publish.Ticket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a ledger run of publishing came to: tables, and what is wrong. One thread at a time. */
final class PublishVerdict {

    private static final int EXAMPLES = 20;

    /** A busy machine may take longer to confirm than a commit waits, without any fault. */
    private static final double UNPROVOKED = 0.01;

    private final Recoveries<PublishFault> recoveries = new Recoveries<>(PublishFault::label);
    private final PublishTally<Frame> byFrame = new PublishTally<>("around it", Frame.class);
    private final PublishTally<Style> byStyle = new PublishTally<>("published by", Style.class);
    private final PublishTally<Destination> byDestination =
            new PublishTally<>("to", Destination.class);
    private final Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
    private final Set<String> ways = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private int messages;
    private int reproaches;

    /** A fault was survived: so long after its end, all was as before. */
    void recovered(PublishFault fault, long millis) {
        recoveries.add(fault, millis);
    }

    /** One message. */
    void message(Ticket ticket, PublishTrail trail, String reproach) {
        messages++;
        byFrame.add(ticket.frame(), trail);
        byStyle.add(ticket.style(), trail);
        byDestination.add(ticket.destination(), trail);
        ways.add(ticket.style() + " in " + ticket.frame());
        if (trail.outcome() != null) {
            outcomes.add(trail.outcome());
        }
        if (reproach != null && ++reproaches <= EXAMPLES) {
            wrong.add(ticket.id() + ": " + reproach);
        }
    }

    /** All messages have been added. */
    void complete(PublishJudge judge, PublishPlan plan) {
        remark(
                judge.repeated()
                        + " messages of transactions are there more than once, each with a reason"
                        + " and the mark; "
                        + judge.givenBack()
                        + " were given back after the commit, each reported and parked");
        remark(
                judge.killed().size()
                        + " were committed and never published, because the server was killed: "
                        + judge.killed());
        remark(
                judge.unprovoked().size()
                        + " messages of transactions carry the mark although nothing was broken");
        if (judge.unprovoked().size() > messages * UNPROVOKED) {
            wrong.add("too many marks for nothing: " + judge.unprovoked());
        }
        if (reproaches > EXAMPLES) {
            wrong.add("and more, " + reproaches + " in all");
        }
        if (plan.faults().contains(PublishFault.SERVER_KILL)
                && judge.killed().size() < PublishFaults.LOST) {
            wrong.add("the kill of the server should have cost more");
        }
        if (messages < plan.messages()) {
            wrong.add("only " + messages + " messages were published");
        }
        if (outcomes.size() < Outcome.values().length) {
            wrong.add("not every outcome was seen: " + outcomes);
        }
        for (Style style : Style.values()) {
            for (Frame frame : Frame.values()) {
                String way = style + " in " + frame;
                if (frame.allows(style) && !ways.contains(way)) {
                    wrong.add("nothing was published by " + way);
                }
            }
        }
    }

    /** Something that readers want to know. */
    void remark(String text) {
        remarks.add(text);
    }

    void wrong(String what) {
        wrong.add(what);
    }

    /** What the application met that the API does not speak of. */
    void strange(List<String> what) {
        what.forEach(line -> wrong.add("strange: " + line));
    }

    /** What is wrong; empty when nothing is. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    int messages() {
        return messages;
    }

    /** The tables. */
    String markdown(String title) {
        StringBuilder text = new StringBuilder(title).append("\n\n");
        text.append(byFrame.markdown()).append('\n');
        text.append(byStyle.markdown()).append('\n');
        text.append(byDestination.markdown()).append('\n');
        text.append(recoveries.markdown());
        text.append('\n');
        remarks.forEach(line -> text.append(line).append(".\n"));
        wrong.forEach(line -> text.append("WRONG: ").append(line).append('\n'));
        return text.toString();
    }
}
