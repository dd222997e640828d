package io.leveret.ra.settings;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The notation of exchanges, queues, their options and bindings: reads words, options and arguments
 * from left to right.
 *
 * <pre>{@code
 * exchanges     exchange {; exchange}           orders type=topic; audit type=fanout durable=false
 * exchange      word {option} [arguments]
 * queueOptions  {option} [arguments]            type=quorum max-length=1000 [x-anything='5']
 * queues        queue {; queue}                 orders type=quorum; audit max-length=1000
 * queue         word {option} [arguments]
 * bindings      binding {; binding}             orders: order.*, payment.#; audit; hdrs: [kind=a]
 * binding       word [-> word] [: key {, key}]  shop -> orders: order.*    (a factory's: its queue)
 * key           word [arguments] | arguments
 * option        word = value
 * arguments     [ word = value {, word = value} ]
 * value         word                            a whole number, true, false, or else text
 * word          characters without a meaning here, or any at all between '...' ('' is a '):
 *               that is always text
 * }</pre>
 *
 * <p>Not thread-safe.
 */
final class Notation {

    /** Says where the text cannot be read, and why. */
    static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /** The characters that end a name, besides white space. */
    private static final String NAME_ENDS = ";,:=[]'";

    /** The same for values and routing keys. */
    private static final String VALUE_ENDS = ";,[]'";

    private static final String ARROW = "->";

    private final String text;
    private int at;

    Notation(String text) {
        this.text = text;
    }

    boolean isAtEnd() {
        skipSpace();
        return at == text.length();
    }

    /** Whether an entry is over, either by its semicolon, which is read then, or by the end. */
    boolean endsEntry() {
        return isAtEnd() || takes(';');
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean isNext(char which) {
        skipSpace();
        return at < text.length() && text.charAt(at) == which;
    }

    /** Reads a character if it is the next one. */
    boolean takes(char which) {
        boolean next = isNext(which);
        if (next) {
            at++;
        }
        return next;
    }

    /** Reads an arrow and the name that must follow it. */
    String arrowTo(String what) throws MalformedException {
        skipSpace();
        if (!text.startsWith(ARROW, at)) {
            throw expected(ARROW + " and " + what);
        }
        at += ARROW.length();
        return name(what);
    }

    /** Whether arguments come next. */
    boolean hasArguments() {
        return isNext('[');
    }

    private MalformedException expected(String what) {
        String rest = text.substring(at);
        String found =
                rest.isEmpty()
                        ? "ends"
                        : "has \"" + (rest.length() > 20 ? rest.substring(0, 20) + "..." : rest);
        return new MalformedException(
                "at character "
                        + (at + 1)
                        + " "
                        + found
                        + (rest.isEmpty() ? "" : "\"")
                        + " where "
                        + what
                        + " is expected");
    }

    /** Reads a name. */
    String name(String what) throws MalformedException {
        return isNext('\'') ? quoted() : bare(NAME_ENDS, what);
    }

    /** Reads a routing key. */
    String key() throws MalformedException {
        return isNext('\'') ? quoted() : bare(VALUE_ENDS, "a routing key");
    }

    private String bare(String ends, String what) throws MalformedException {
        skipSpace();
        int from = at;
        while (at < text.length()
                && !Character.isWhitespace(text.charAt(at))
                && ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == from) {
            throw expected(what);
        }
        return text.substring(from, at);
    }

    private String quoted() throws MalformedException {
        StringBuilder word = new StringBuilder();
        int open = at;
        at++;
        while (true) {
            int close = text.indexOf('\'', at);
            if (close < 0) {
                throw new MalformedException("at character " + (open + 1) + " a ' is not closed");
            }
            word.append(text, at, close);
            at = close + 1;
            if (at == text.length() || text.charAt(at) != '\'') {
                return word.toString();
            }
            word.append('\'');
            at++;
        }
    }

    private Object value() throws MalformedException {
        if (isNext('\'')) {
            return quoted();
        }
        String word = bare(VALUE_ENDS, "a value");
        if (word.equals("true") || word.equals("false")) {
            return Boolean.valueOf(word);
        }
        return word.matches("-?\\d{1,18}") ? (Object) Long.valueOf(word) : word;
    }

    /** Reads options until something else comes. */
    Map<String, Object> options() throws MalformedException {
        Map<String, Object> all = new LinkedHashMap<>();
        while (!isAtEnd() && !isNext(';') && !isNext('[')) {
            pair(all, "an option, as in durable=false,");
        }
        return all;
    }

    /** Reads arguments in brackets, if they come next. */
    Map<String, Object> arguments() throws MalformedException {
        Map<String, Object> all = new LinkedHashMap<>();
        if (takes('[')) {
            do {
                pair(all, "an argument, as in x-match=all,");
            } while (takes(','));
            if (!takes(']')) {
                throw expected("a comma or ]");
            }
        }
        return all;
    }

    private void pair(Map<String, Object> to, String what) throws MalformedException {
        int from = at;
        String name = name(what);
        if (!takes('=')) {
            at = from;
            skipSpace();
            throw expected(what);
        }
        if (to.put(name, value()) != null) {
            throw new MalformedException("says " + name + " twice");
        }
    }

    /** Fails unless an entry is over; reads its semicolon. */
    void endEntry() throws MalformedException {
        if (!endsEntry()) {
            throw expected("a semicolon or the end");
        }
    }
}
