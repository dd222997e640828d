package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a publish in a transaction guarantees, beside PostgreSQL with and without XA: both or none,
 * and where not, what then.
 */
abstract class CommitScenarios extends DatabaseScenarios {

    private static final Duration A_WHILE = Duration.ofMillis(500);

    /** A queue that nobody declares. */
    private static final String NOWHERE = "it.nowhere";

    /** The name of a data source in the server's directory. */
    abstract String source(String name);

    /** The name of the connection factory as it is, AFTER_COMMIT. */
    abstract String factory();

    /** The name of one with transactionMode=LOCAL. */
    abstract String localFactory();

    private String xa() {
        return source("it-xa");
    }

    private String local() {
        return source("it-local");
    }

    final String commit(String factory, List<String> sources, String key, String id) {
        return app().commit(factory, sources, key, id, true);
    }

    private void assertBoth(String factory, List<String> sources) throws Exception {
        String id = newId("both");
        assertEquals("COMMITTED", commit(factory, sources, OUT, id));
        assertEquals(sources.size(), rows(id).size(), "rows");
        assertEquals(List.of(id), queues().drainIds(OUT));
    }

    private void assertNone(String id) throws Exception {
        assertEquals(List.of(), rows(id));
        Eventually.never("a message", A_WHILE, () -> messages().get(OUT) != 0);
        assertNothingInDoubt();
    }

    private void assertNoneOnRollback(String factory, List<String> sources) throws Exception {
        String id = newId("none");
        assertEquals("ROLLED_BACK as asked", app().commit(factory, sources, OUT, id, false));
        assertNone(id);
    }

    // --- AFTER_COMMIT ---

    @Test
    @Tag("smoke")
    void after_commit_gives_both_or_none_beside_any_data_sources() throws Exception {
        for (List<String> sources :
                List.of(List.of(xa()), List.of(local()), List.of(xa(), local()))) {
            assertBoth(factory(), sources);
            assertNoneOnRollback(factory(), sources);
        }
    }

    @Test
    @Tag("smoke")
    void after_commit_publishes_nothing_when_a_database_without_xa_refuses_the_commit()
            throws Exception {
        workAtCommit();
        String id = newId("refused");
        assertRolledBack(commit(factory(), List.of(local()), OUT, id));
        assertNone(id);
    }

    @Test
    @Tag("smoke")
    void after_commit_when_a_database_with_xa_refuses_the_commit() throws Exception {
        workAtCommit();
        for (List<String> sources : List.of(List.of(xa()), List.of(xa(), local()))) {
            String id = newId("refused");
            assertRolledBack(commit(factory(), sources, OUT, id));
            if (takesRefusalForCommit()) {
                Eventually.value("messages", () -> messages().get(OUT), count -> count == 1);
                assertEquals(List.of(), rows(id));
                assertEquals(List.of(id), queues().drainIds(OUT));
            } else {
                assertNone(id);
            }
        }
    }

    /**
     * Whether the transaction manager takes that for an outcome that is mixed, and tells
     * synchronizations that it has committed.
     */
    abstract boolean takesRefusalForCommit();

    @Test
    @Tag("smoke")
    void after_commit_keeps_the_rows_of_a_message_that_can_never_be_published() throws Exception {
        String id = newId("nowhere");
        assertEquals("COMMITTED", commit(factory(), List.of(xa()), NOWHERE, id));
        assertEquals(List.of(1), rows(id));
    }

    // --- LOCAL ---

    @Test
    @Tag("smoke")
    void local_gives_both_or_none_beside_a_data_source_with_xa_and_alone() throws Exception {
        for (List<String> sources : List.of(List.of(xa()), List.<String>of())) {
            assertBoth(localFactory(), sources);
            assertNoneOnRollback(localFactory(), sources);
        }
    }

    @Test
    @Tag("smoke")
    void local_rolls_the_database_back_when_the_broker_does_not_take_the_message()
            throws Exception {
        String id = newId("nowhere");
        assertRolledBack(commit(localFactory(), List.of(xa()), NOWHERE, id));
        assertNone(id);
    }

    @Test
    @Tag("smoke")
    void local_when_the_database_refuses_to_prepare() throws Exception {
        workAtCommit();
        String id = newId("refused");
        assertRolledBack(commit(localFactory(), List.of(xa()), OUT, id));
        if (publishesBeforeThePrepare()) {
            assertEquals(List.of(), rows(id));
            assertEquals(List.of(id), queues().drainIds(OUT));
        } else {
            assertNone(id);
        }
    }

    /** Whether LOCAL has published before databases are asked. */
    abstract boolean publishesBeforeThePrepare();

    @Test
    @Tag("smoke")
    void local_and_a_data_source_without_xa_are_refused_by_the_server() throws Exception {
        String id = newId("two");
        assertRolledBack(commit(localFactory(), List.of(local()), OUT, id));
        assertNone(id);
    }

    private static void assertRolledBack(String answer) {
        assertTrue(answer.startsWith("ROLLED_BACK "), answer);
    }
}
