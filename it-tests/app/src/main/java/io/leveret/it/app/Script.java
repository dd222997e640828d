package io.leveret.it.app;

import io.leveret.MqMessage;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a message asks its listener to do, read from its headers. Without any the listener succeeds.
 *
 * @param failure how to fail, null for not at all
 * @param failures how many attempts fail before one succeeds
 * @param publishTo the queue to publish a message of the same id to, null for none
 * @param rows the data sources to insert a row into each, in this order
 * @param timeout how long a transaction that the bean begins itself may take, in seconds, 0 for the
 *     server's default
 * @param gate the gate to wait at when everything else is done, null for none
 */
record Script(
        Failure failure,
        int failures,
        String publishTo,
        List<Rows.Source> rows,
        int timeout,
        String gate) {

    /** Header: one of {@link Failure}. */
    static final String FAIL = "it-fail";

    /** Header: how many attempts fail. */
    static final String FAIL_TIMES = "it-fail-times";

    /** Header: the queue to publish to. */
    static final String PUBLISH_TO = "it-publish-to";

    /** Header: names of {@link Rows.Source}, separated by commas. */
    static final String ROWS = "it-rows";

    /** Header: seconds. */
    static final String TIMEOUT = "it-timeout";

    /** Header: the gate to wait at. */
    static final String GATE = "it-gate";

    /** The ways in which a listener can fail. */
    enum Failure {
        RUNTIME,
        CHECKED,
        ROLLBACK_ONLY,
        /** An unchecked exception of another enterprise bean. */
        HOPELESS
    }

    static Script of(MqMessage message) {
        String fail = header(message, FAIL);
        String times = header(message, FAIL_TIMES);
        String rows = header(message, ROWS);
        String timeout = header(message, TIMEOUT);
        return new Script(
                fail == null ? null : Failure.valueOf(fail),
                times == null ? 0 : Integer.parseInt(times),
                header(message, PUBLISH_TO),
                rows == null
                        ? List.of()
                        : Stream.of(rows.split(",")).map(Rows.Source::valueOf).toList(),
                timeout == null ? 0 : Integer.parseInt(timeout),
                header(message, GATE));
    }

    boolean failsAt(int attempt) {
        return failure != null && attempt <= failures;
    }

    private static String header(MqMessage message, String name) {
        Object value = message.headers().get(name);
        return value == null ? null : value.toString();
    }
}
