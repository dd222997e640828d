package io.leveret.it.servers;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;

/** Calls the control interface of an application. Thread-safe. */
public final class Control {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI root;

    /**
     * Creates a caller.
     *
     * @param root where the interface answers; ends with a slash
     */
    public Control(URI root) {
        this.root = root;
    }

    /**
     * Calls and gives the answer.
     *
     * @param query names and values in turn
     * @throws IllegalStateException when the answer is no success, or there is none
     */
    public String call(String method, String path, String... query) {
        return call(method, path, List.of(query));
    }

    /** The same for many of them. */
    String call(String method, String path, List<String> query) {
        StringJoiner parameters = new StringJoiner("&", "?", "").setEmptyValue("");
        for (int i = 0; i < query.size(); i += 2) {
            parameters.add(query.get(i) + "=" + encoded(query.get(i + 1)));
        }
        URI uri = root.resolve(path + parameters);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(LIMIT)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        try {
            HttpResponse<String> answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + uri + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + uri + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + method + " " + uri, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
