package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.database.PostgresNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of messages and rows share. The rows are asked from PostgreSQL itself. */
abstract class DatabaseScenarios extends ServerScenarios {

    static final String BEAN_MANAGED = "it.bean-managed";
    static final String NO_TRANSACTION = "it.no-transaction";

    /** Its listener's transactions can be limited. */
    static final String HASTY = "it.hasty";

    /** Its listener has more sessions than instances. */
    static final String NARROW = "it.narrow";

    private static final Map<String, Long> SESSIONS =
            Map.of(IN, 2L, BEAN_MANAGED, 2L, NO_TRANSACTION, 2L, HASTY, 2L, NARROW, 4L);

    /** The listeners' retryDelay, and what two clocks may differ in. */
    private static final long SHORTEST_DELAY_MILLIS = 500 - 50;

    /** A trigger that runs when a transaction commits or is prepared. */
    private static final String AT_COMMIT =
            """
            create or replace function it_at_commit() returns trigger language plpgsql as $$
            begin
                if new.attempt = 1 and new.id like 'refused-%' then
                    raise exception 'refused at the commit';
                elsif new.attempt = 1 and new.id like 'slow-%' then
                    perform pg_sleep(60);
                end if;
                return null;
            end $$;
            drop trigger if exists it_at_commit on it_rows;
            create constraint trigger it_at_commit after insert on it_rows
                deferrable initially deferred for each row execute function it_at_commit();
            """;

    @BeforeEach
    void emptyFurtherQueues() throws Exception {
        queues().declare(queueType(), BEAN_MANAGED, NO_TRANSACTION, HASTY, NARROW);
        // Else the first session to come could prefetch what another one is to work on meanwhile.
        awaitConsumers();
    }

    final void awaitConsumers() {
        Eventually.value("consumers", this::consumers, SESSIONS::equals);
    }

    /** Consumers of the queues of these tests. */
    final Map<String, Long> consumers() {
        return Ctl.consumers(broker()).stream()
                .map(row -> row.get(0))
                .filter(SESSIONS::containsKey)
                .collect(Collectors.groupingBy(queue -> queue, Collectors.counting()));
    }

    final PostgresNode database() {
        return server().database();
    }

    /**
     * From now on the database works at the commit of each row, in its first attempt only: it
     * refuses those whose id begins with "refused-", and takes a minute for those with "slow-".
     */
    final void workAtCommit() {
        database().sql(AT_COMMIT);
    }

    /** Publishes a message whose listener inserts a row and then does what is said. */
    final String publish(String queue, String id, String rows, String... further) throws Exception {
        Map<String, Object> headers = new HashMap<>(Map.of("it-rows", rows));
        for (int i = 0; i < further.length; i += 2) {
            headers.put(further[i], further[i + 1]);
        }
        queues().publish(queue, id, headers);
        return id;
    }

    /** The same with a listener that then waits at a gate with the name of the message's id. */
    final String publishHeldUp(String queue, String id, String rows, String... further)
            throws Exception {
        publish(queue, id, rows, with(further, "it-gate", id));
        return id;
    }

    private static String[] with(String[] some, String name, String value) {
        String[] all = Arrays.copyOf(some, some.length + 2);
        all[some.length] = name;
        all[some.length + 1] = value;
        return all;
    }

    /** The attempts that wrote the committed rows of a message. */
    final List<Integer> rows(String id) {
        return database()
                .sql("select attempt from it_rows where id = '" + id + "' order by attempt")
                .stream()
                .map(Integer::valueOf)
                .toList();
    }

    final void awaitRows(String id, List<Integer> wanted) {
        Eventually.value("rows of " + id, () -> rows(id), wanted::equals);
    }

    /** Waits until work for a message has been committed. */
    final void awaitDone(String id) {
        Eventually.value("rows of " + id, () -> rows(id), rows -> !rows.isEmpty());
    }

    final void awaitHeldUp(List<String> ids) {
        ids.forEach(app()::awaitGateReached);
    }

    final void letGo(List<String> ids) {
        ids.forEach(app()::openGate);
    }

    /**
     * Insists that a message was received so often: for the first time without a mark, then each
     * time with the mark, and not before the delay when the listener had failed.
     */
    final void assertReceived(int times, String id, boolean delayed) {
        List<AppClient.Call> calls = app().calls(id);
        assertEquals(times, calls.size(), () -> "calls for " + id + ": " + calls);
        assertFalse(calls.get(0).possibleDuplicate(), () -> "mark of the first call for " + id);
        for (int i = 1; i < times; i++) {
            AppClient.Call call = calls.get(i);
            assertTrue(call.possibleDuplicate(), () -> "mark of " + call + " for " + id);
            long gap = call.atMillis() - calls.get(i - 1).atMillis();
            assertTrue(
                    !delayed || gap >= SHORTEST_DELAY_MILLIS,
                    () -> id + " came again after ms: " + gap);
        }
    }

    /**
     * Insists that work on a message failed, that it was received again until it did not, and that
     * nothing but what the last attempt did was kept.
     *
     * @param sources how many data sources it writes to
     */
    final int assertDoneAgain(String id, int sources) {
        int last = app().calls(id).size();
        assertTrue(last > 1, () -> "work on " + id + " did not fail");
        assertReceived(last, id, true);
        assertEquals(Collections.nCopies(sources, last), rows(id), "attempts that were kept");
        return last;
    }

    /** Insists that the database holds no transaction that was prepared and never ended. */
    final void assertNothingInDoubt() {
        assertEquals(List.of(), database().sql("select gid from pg_prepared_xacts"), "in doubt");
    }
}
