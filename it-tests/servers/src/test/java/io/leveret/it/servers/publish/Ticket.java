package io.leveret.it.servers.publish;

/**
 * How a message is published, as its id says.
 *
 * @param destination where to
 * @param style by which part of the API
 * @param frame what is around it
 * @param life in which life of the server, from 0
 * @param number makes it differ from all others of that life
 */
public record Ticket(Destination destination, Style style, Frame frame, int life, String number) {

    private static final String SEPARATOR = "/";

    /** The id of the message. */
    public String id() {
        return String.join(
                SEPARATOR, destination.name(), style.name(), frame.name(), "" + life, number);
    }

    /**
     * Reads an id.
     *
     * @throws IllegalArgumentException when it is the id of something else
     */
    public static Ticket of(String id) {
        String[] parts = id.split(SEPARATOR, -1);
        if (parts.length != 5) {
            throw new IllegalArgumentException("not a ticket: " + id);
        }
        return new Ticket(
                Destination.valueOf(parts[0]),
                Style.valueOf(parts[1]),
                Frame.valueOf(parts[2]),
                Integer.parseInt(parts[3]),
                parts[4]);
    }
}
