package io.leveret.it.app;

import io.leveret.MqMessage;

/**
 * What a message asks its listener to do, read from its headers. Without any the listener succeeds.
 *
 * @param failure how to fail, null for not at all
 * @param failures how many attempts fail before one succeeds
 * @param publishTo the queue to publish a message of the same id to, null for none
 * @param row whether to insert a row into the default data source
 */
record Script(Failure failure, int failures, String publishTo, boolean row) {

    /** Header: one of {@link Failure}. */
    static final String FAIL = "it-fail";

    /** Header: how many attempts fail. */
    static final String FAIL_TIMES = "it-fail-times";

    /** Header: the queue to publish to. */
    static final String PUBLISH_TO = "it-publish-to";

    /** Header: "true" to insert a row. */
    static final String ROW = "it-row";

    /** The ways in which a listener can fail. */
    enum Failure {
        RUNTIME,
        CHECKED,
        ROLLBACK_ONLY
    }

    static Script of(MqMessage message) {
        String fail = header(message, FAIL);
        String times = header(message, FAIL_TIMES);
        return new Script(
                fail == null ? null : Failure.valueOf(fail),
                times == null ? 0 : Integer.parseInt(times),
                header(message, PUBLISH_TO),
                Boolean.parseBoolean(header(message, ROW)));
    }

    boolean failsAt(int attempt) {
        return failure != null && attempt <= failures;
    }

    private static String header(MqMessage message, String name) {
        Object value = message.headers().get(name);
        return value == null ? null : value.toString();
    }
}
