package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Database or broker fail while a message is worked on: its row and its end agree all the same. */
abstract class DatabaseOutageScenarios extends DatabaseScenarios {

    private static final String APPLICATION =
            "backend_type = 'client backend' and pid <> pg_backend_pid()";

    /** At the end of a transaction, in what {@link #workAtCommit} has put there. */
    private static final String COMMITTING = "wait_event = 'PgSleep'";

    /** Says of a message that it may be a repetition. */
    private static final String MARK = "x-possible-duplicate";

    private static final int BEHIND = 12;

    private static final int CONNECTIONS = 2;
    private static final Duration SPREAD = Duration.ofSeconds(4);

    /** The kind that is meant to survive. */
    @Override
    String queueType() {
        return "quorum";
    }

    /**
     * When connections have come back after an outage and proved stable, which takes two seconds,
     * sessions spread over them once more. A test that needs all of them at work must not begin
     * before: whoever is on its way leaves the next messages to another, where they wait behind
     * what that one works on.
     */
    @BeforeEach
    void awaitSpread() {
        Eventually.value(
                "connections since",
                () -> Ctl.consumingSince(broker()),
                since ->
                        since.size() == CONNECTIONS
                                && since.stream().allMatch(Instant.now().minus(SPREAD)::isAfter));
        awaitConsumers();
    }

    @Test
    @Tag("smoke")
    void work_whose_database_session_is_killed_is_done_again() throws Exception {
        List<String> ids =
                List.of(
                        publishHeldUp(IN, newId("xa"), "XA"),
                        publishHeldUp(IN, newId("local"), "LOCAL"),
                        publishHeldUp(BEAN_MANAGED, newId("bean"), "XA"),
                        publishHeldUp(BEAN_MANAGED, newId("bean"), "LOCAL"));
        awaitHeldUp(ids);

        killSessions(APPLICATION);
        letGo(ids);

        assertDoneAgain(ids);
    }

    @Test
    @Tag("smoke")
    void work_whose_database_session_is_killed_in_the_commit_is_done_again() throws Exception {
        workAtCommit();
        List<String> ids =
                List.of(
                        publish(IN, newId("slow-xa"), "XA"),
                        publish(IN, newId("slow-local"), "LOCAL"),
                        publish(BEAN_MANAGED, newId("slow-bean"), "XA"),
                        publish(BEAN_MANAGED, newId("slow-bean"), "LOCAL"));
        Eventually.value(
                "commits under way",
                () -> database().sql("select pid from pg_stat_activity where " + COMMITTING).size(),
                count -> count == ids.size());

        killSessions(COMMITTING);

        assertDoneAgain(ids);
    }

    private void killSessions(String which) {
        database().sql("select pg_terminate_backend(pid) from pg_stat_activity where " + which);
    }

    private void assertDoneAgain(List<String> ids) {
        ids.forEach(this::awaitDone);
        awaitSettled(IN);
        awaitSettled(BEAN_MANAGED);
        ids.forEach(id -> assertDoneAgain(id, id.startsWith("both") ? 2 : 1));
        assertNothingInDoubt();
    }

    @Test
    @Tag("smoke")
    void when_the_database_is_killed_and_restarted_each_message_has_one_row_in_the_end()
            throws Exception {
        List<String> running =
                List.of(
                        publishHeldUp(IN, newId("xa"), "XA"),
                        publishHeldUp(IN, newId("both"), "XA,LOCAL"),
                        publishHeldUp(BEAN_MANAGED, newId("bean"), "XA"),
                        publishHeldUp(BEAN_MANAGED, newId("bean"), "LOCAL"));
        awaitHeldUp(running); // all sessions
        List<String> behind = new ArrayList<>();
        for (int i = 0; i < BEHIND; i++) {
            behind.add(
                    publish(
                            i % 3 == 0 ? BEAN_MANAGED : IN,
                            newId("behind"),
                            i % 2 == 0 ? "XA" : "LOCAL"));
        }

        database().kill();
        try {
            letGo(running);
            // The work fails, and what was behind it is tried.
            behind.forEach(this::awaitReceived);
        } finally {
            database().restart();
        }

        assertDoneAgain(Stream.concat(running.stream(), behind.stream()).toList());
    }

    @Test
    @Tag("smoke")
    void when_the_broker_cuts_the_connection_the_work_commits_and_comes_again_marked()
            throws Exception {
        List<String> ids =
                List.of(
                        publishHeldUp(IN, newId("xa"), "XA", "it-publish-to", OUT),
                        publishHeldUp(IN, newId("local"), "LOCAL", "it-publish-to", OUT));
        awaitHeldUp(ids);

        broker().closeConnections("for a test");
        letGo(ids);

        assertCallsExplainRows(ids);
        List<Queues.Taken> published = queues().drain(OUT);
        for (String id : ids) {
            Set<Object> attempts =
                    published.stream()
                            .filter(taken -> taken.id().equals(id))
                            .map(taken -> taken.headers().get("it-attempt"))
                            .collect(Collectors.toSet());
            assertEquals(attempts(app().calls(id).size()), attempts, "published for " + id);
        }
        assertTrue(
                published.stream()
                        .filter(taken -> !taken.headers().get("it-attempt").equals(1))
                        .allMatch(taken -> taken.headers().containsKey(MARK)),
                () -> "marks of " + published);
    }

    @Test
    void when_the_broker_is_killed_the_work_commits_and_comes_again_marked() throws Exception {
        broker().flush();
        List<String> ids =
                List.of(
                        publishHeldUp(IN, newId("xa"), "XA"),
                        publishHeldUp(IN, newId("local"), "LOCAL"));
        awaitHeldUp(ids);

        broker().kill();
        try {
            letGo(ids);
            ids.forEach(id -> awaitRows(id, List.of(1)));
        } finally {
            broker().restart();
        }

        assertCallsExplainRows(ids);
    }

    /** Each call left a row, and each but the first knew that the work might be done already. */
    private void assertCallsExplainRows(List<String> ids) {
        for (String id : ids) {
            Eventually.value("calls for " + id, () -> app().calls(id), calls -> calls.size() > 1);
        }
        awaitSettled(IN);
        for (String id : ids) {
            int calls = app().calls(id).size();
            assertReceived(calls, id, false);
            assertEquals(attempts(calls), Set.copyOf(rows(id)), "rows of " + id);
            assertEquals(calls, rows(id).size(), "rows of " + id);
        }
    }

    private static Set<Object> attempts(int count) {
        return IntStream.rangeClosed(1, count).boxed().collect(Collectors.toSet());
    }
}
