package io.leveret.example.orders.check;

import io.leveret.it.ledger.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application's HTTP interface, with the JDK's own means. Thread-safe. */
final class ShopClient {

    /** Longer than any publish timeout, so that the application always gives the answer. */
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final Pattern OBJECT = Pattern.compile("\\{[^{}]*}");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern DELIVERIES = Pattern.compile("\"deliveries\":(\\d+)");
    private static final Pattern OUTCOME = Pattern.compile("\"outcome\":\"([^\"]+)\"");

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI orders;

    ShopClient(URI orders) {
        this.orders = orders;
    }

    Placement place(String item, int quantity) throws InterruptedException {
        String body = "{\"item\":\"" + item + "\",\"quantity\":" + quantity + "}";
        HttpRequest request =
                HttpRequest.newBuilder(orders)
                        .timeout(ANSWER)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return placement(answer.statusCode(), answer.body());
        } catch (IOException e) {
            return Placement.unanswered(e.getClass().getSimpleName());
        }
    }

    /** What an answer tells the customer. */
    static Placement placement(int status, String body) {
        String id = find(ID, body, "");
        if (id.isEmpty()) {
            return Placement.unanswered(status + " without an order");
        }
        return status / 100 == 2
                ? Placement.accepted(id)
                : Placement.refused(id, Outcome.valueOf(find(OUTCOME, body, "UNKNOWN")), status);
    }

    /** Gives what the application knows of its orders. */
    Books books() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(orders).timeout(ANSWER).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("GET " + orders + " answers " + answer.statusCode());
        }
        return read(answer.body());
    }

    /** The orders in the application's list. */
    static Books read(String list) {
        List<Books.Entry> orders = new ArrayList<>();
        Matcher order = OBJECT.matcher(list);
        while (order.find()) {
            orders.add(
                    new Books.Entry(
                            find(ID, order.group(), "no id"),
                            order.group().contains("\"processed\":true"),
                            Integer.parseInt(find(DELIVERIES, order.group(), "0"))));
        }
        return new Books(orders);
    }

    private static String find(Pattern pattern, String text, String otherwise) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : otherwise;
    }
}
