package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.CONNECTION_FACTORY_LOOKUP;
import static io.leveret.ra.settings.Setting.MANAGEMENT_URL;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * Reads where the management API is. It is asked with the credentials of the broker set, so the
 * address must come from where those come from, or from the activation itself: another place may
 * speak of another broker. Stateless but for the errors that it notes.
 */
final class ManagementReader {

    private final Problems problems;

    ManagementReader(Problems problems) {
        this.problems = problems;
    }

    /** Gives the address without a slash at its end, or null when there is none. */
    URI read(Level bean, Level adapter, Level outside) {
        for (Level level : trusted(bean, adapter, outside)) {
            if (level.has(MANAGEMENT_URL)) {
                return level.get(MANAGEMENT_URL).map(String::trim).map(this::parse).orElse(null);
            }
        }
        return null;
    }

    private static List<Level> trusted(Level bean, Level adapter, Level outside) {
        if (!bean.brokerSet().isEmpty() || bean.has(CONNECTION_FACTORY_LOOKUP)) {
            String own = bean.values().get(MANAGEMENT_URL);
            // An equal one is a container's copy.
            boolean copied = own != null && own.equals(adapter.values().get(MANAGEMENT_URL));
            return copied ? List.of() : List.of(bean);
        }
        return adapter.brokerSet().isEmpty()
                ? List.of(bean, adapter, outside)
                : List.of(bean, adapter);
    }

    private URI parse(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http =
                    "http".equalsIgnoreCase(uri.getScheme())
                            || "https".equalsIgnoreCase(uri.getScheme());
            if (http
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // The problem below says what is right.
            assert e.getMessage() != null;
        }
        problems.add(
                MANAGEMENT_URL,
                text,
                "is no address of a management API",
                "write it as in https://rabbit.example:15671, without user, query and fragment;"
                        + " the user is the one of the broker set");
        return null;
    }
}
