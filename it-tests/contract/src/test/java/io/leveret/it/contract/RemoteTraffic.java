package io.leveret.it.contract;

import io.leveret.it.broker.SideJvm;
import io.leveret.it.ledger.HeldMessage;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** {@link Traffic} in a {@link SideJvm} that runs {@link TrafficMain}. */
final class RemoteTraffic implements Load {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final SideJvm jvm;

    RemoteTraffic(SideJvm jvm, Traffic.Plan plan) {
        this.jvm = jvm;
        jvm.tell(
                LIMIT,
                "start",
                plan.addresses(),
                plan.user(),
                plan.password(),
                plan.queue(),
                String.valueOf(plan.connections()),
                String.valueOf(plan.probeMillis()),
                plan.folder().toString());
    }

    @Override
    public Progress progress() {
        String[] p = jvm.tell(LIMIT, "progress").split(" ");
        return new Progress(
                Long.parseLong(p[0]),
                Long.parseLong(p[1]),
                Integer.parseInt(p[2]),
                Long.parseLong(p[3]));
    }

    @Override
    public List<HeldMessage> finish() {
        return Stream.of(jvm.tell(LIMIT, "finish").split(" "))
                .filter(text -> !text.isEmpty())
                .map(TrafficMain::read)
                .toList();
    }

    @Override
    public void close() {
        jvm.tell(LIMIT, "end");
    }
}
