package io.leveret.ra.topology;

import com.rabbitmq.client.AMQP;
import io.leveret.ra.link.CloseReason;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The broker has refused a part of a topology, or did not answer. The message says which part and
 * what to do; the cause has the broker's own words, such as the difference that it names.
 */
public final class TopologyException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final Pattern ARGUMENT = Pattern.compile("inequivalent arg '([^']+)'");

    private final String what;
    private final int code;
    private final String words;

    private TopologyException(
            String what, String message, int code, String words, Throwable cause) {
        super(message, cause);
        this.what = what;
        this.code = code;
        this.words = words;
    }

    /**
     * Wraps what the client has thrown.
     *
     * @param what what could not be done
     * @param hints says what to do, by the code of the broker
     */
    static TopologyException of(String what, Hints hints, Exception cause) {
        CloseReason reason = CloseReason.of(cause);
        String hint = reason.code() == 0 ? null : hints.of(reason.code(), reason.text());
        return new TopologyException(
                what,
                hint == null ? what : what + " (" + hint + ")",
                reason.code(),
                reason.text(),
                cause);
    }

    /**
     * Says that it was found unfit.
     *
     * @param what what is wrong, and what to do
     * @return the exception, without a cause
     */
    public static TopologyException unfit(String what) {
        return new TopologyException(what, what, 0, "", null);
    }

    /** What to do about a refusal. */
    interface Hints {

        /** Gives what to do, or null when nothing more can be said. */
        String of(int code, String words);
    }

    /**
     * Says whether the broker has refused.
     *
     * @return false when it did not answer, or the connection was lost
     */
    public boolean isRefused() {
        return code != 0;
    }

    /**
     * Gives the part that could not be done, without what to do about it.
     *
     * @return such as "cannot declare queue 'x'"
     */
    public String what() {
        return what;
    }

    /** The code of the broker, 0 when it did not answer. */
    int code() {
        return code;
    }

    /** What the broker said, in its own words. */
    String words() {
        return words;
    }

    /** The argument or property that is different, null when that is not what is wrong. */
    String difference() {
        Matcher found = ARGUMENT.matcher(words);
        return code == AMQP.PRECONDITION_FAILED && found.find() ? found.group(1) : null;
    }
}
