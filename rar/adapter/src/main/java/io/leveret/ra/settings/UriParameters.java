package io.leveret.ra.settings;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The query parameters of {@code amqp(s)://} URIs, as RabbitMQ's page "URI query parameters" names
 * them, and the settings that they stand for. Stateless.
 */
final class UriParameters {

    private static final Map<String, Setting> KNOWN =
            new TreeMap<>(
                    Map.of(
                            "heartbeat", Setting.HEARTBEAT,
                            "connection_timeout", Setting.CONNECT_TIMEOUT,
                            "channel_max", Setting.CHANNELS_PER_CONNECTION,
                            "auth_mechanism", Setting.SASL_MECHANISM,
                            "cacertfile", Setting.TRUST_STORE,
                            "certfile", Setting.KEY_STORE,
                            "keyfile", Setting.PRIVATE_KEY,
                            "verify", Setting.TLS_VERIFICATION));

    /** More would not fit an {@code int} in milliseconds; the range check says what is allowed. */
    private static final int MOST_DIGITS = 6;

    private UriParameters() {}

    static boolean isKnown(String name) {
        return KNOWN.containsKey(name);
    }

    /**
     * Reads a query.
     *
     * @param query as in the URI, may be null
     * @param said takes what it says
     * @param wrong takes what is wrong with it
     */
    static void read(String query, BiConsumer<Setting, String> said, Consumer<String> wrong) {
        if (query == null) {
            return;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!isKnown(name)) {
                wrong.accept(
                        "has a URI with an unknown parameter; known are "
                                + String.join(", ", KNOWN.keySet()));
            } else if (equals < 0 || equals == pair.length() - 1) {
                wrong.accept("has a URI whose parameter " + name + " has no value");
            } else {
                read(name, decode(pair.substring(equals + 1)), said, wrong);
            }
        }
    }

    private static void read(
            String name, String value, BiConsumer<Setting, String> said, Consumer<String> wrong) {
        Setting setting = KNOWN.get(name);
        switch (setting) {
            case HEARTBEAT -> {
                if (isNumber(value)) {
                    said.accept(setting, String.valueOf(Long.parseLong(value) * 1_000));
                } else {
                    wrong.accept("has a URI whose heartbeat is no number of seconds");
                }
            }
            case CONNECT_TIMEOUT, CHANNELS_PER_CONNECTION -> {
                if (isNumber(value)) {
                    said.accept(setting, value);
                } else {
                    wrong.accept("has a URI whose " + name + " is no whole number");
                }
            }
            case SASL_MECHANISM -> choose(name, value, List.of("plain", "external"), said, wrong);
            case TLS_VERIFICATION ->
                    choose(name, value, List.of("verify_peer", "verify_none"), said, wrong);
            case TRUST_STORE -> {
                said.accept(setting, value);
                said.accept(Setting.TRUST_STORE_TYPE, TlsSettings.Type.PEM.name());
            }
            case KEY_STORE -> {
                said.accept(setting, value);
                said.accept(Setting.KEY_STORE_TYPE, TlsSettings.Type.PEM.name());
            }
            default -> said.accept(setting, value);
        }
    }

    private static void choose(
            String name,
            String value,
            List<String> words,
            BiConsumer<Setting, String> said,
            Consumer<String> wrong) {
        int chosen = words.indexOf(value);
        if (chosen < 0) {
            wrong.accept("has a URI whose " + name + " is neither " + String.join(" nor ", words));
        } else if (name.equals("verify")) {
            said.accept(Setting.TLS_VERIFICATION, chosen == 0 ? "FULL" : "NONE");
        } else {
            said.accept(Setting.SASL_MECHANISM, chosen == 0 ? "PLAIN" : "EXTERNAL");
        }
    }

    private static boolean isNumber(String value) {
        return value.length() <= MOST_DIGITS && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A plus sign is itself here, as in the rest of the URI. */
    static String decode(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
