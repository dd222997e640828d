package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;

/** What all scenarios share: the application is up and its queues are empty when a test begins. */
abstract class ServerScenarios {

    static final String IN = "it.in";
    static final String OUT = "it.out";

    /** Missing unless a test declares it. */
    static final String SLOW = "it.slow";

    /** Missing unless a test declares it. */
    static final String MANUAL = "it.manual";

    /** The server that this class runs on, with adapter and application deployed. */
    abstract ServerUnderTest server();

    /** Classic unless overridden: the broker counts the messages of quorum queues with a delay. */
    String queueType() {
        return "classic";
    }

    @BeforeEach
    void emptyQueues() throws Exception {
        Eventually.value("application ready", app()::ready, ready -> ready);
        queues().declare(queueType(), IN, OUT);
    }

    final BrokerNode broker() {
        return server().broker();
    }

    final AppClient app() {
        return new AppClient(server().application());
    }

    final Queues queues() {
        return new Queues(broker());
    }

    /** Something that a test does. */
    interface Step {
        void run() throws Exception;
    }

    /** Does something while the application is not deployed. */
    final void withoutApplication(Step step) throws Exception {
        server().undeployApplication();
        try {
            step.run();
        } finally {
            server().deployApplication();
        }
    }

    /** Does something while neither adapter nor application are deployed. */
    final void withoutAdapter(Step step) throws Exception {
        withoutApplication(
                () -> {
                    server().undeployAdapter();
                    try {
                        step.run();
                    } finally {
                        server().deployAdapter();
                    }
                });
    }

    /** Waits until a listener was called for this message. */
    final void awaitReceived(String id) {
        Eventually.value("calls for " + id, () -> app().calls(id), calls -> !calls.isEmpty());
    }

    /** Waits until a queue holds nothing, unacknowledged deliveries included. */
    final void awaitSettled(String queue) {
        Eventually.value("messages in " + queue, () -> messages().get(queue), count -> count == 0);
    }

    /** Messages per queue, unacknowledged deliveries included. */
    final Map<String, Integer> messages() {
        return Ctl.queues(broker()).stream()
                .collect(Collectors.toMap(row -> row.get(0), row -> Integer.valueOf(row.get(1))));
    }

    /** A new folder below the build's, which stays for those who want to know why a test failed. */
    static Path newFolder(String what) throws IOException {
        return Files.createDirectories(
                Deployments.folder("leveret.it.target").resolve(newId(what)));
    }

    static String newId(String what) {
        return what + "-" + UUID.randomUUID();
    }
}
