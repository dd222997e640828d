package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqConnectionException;
import io.leveret.MqException;
import io.leveret.MqRefusedException;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.observe.Causes;

/** Translates what requests of a handle end with into the exceptions of the API. Stateless. */
final class Refusal {

    /** Below it, the reply code says why a connection ended, which nobody has asked for. */
    private static final int ERRORS = 400;

    private Refusal() {}

    /**
     * Makes the exception.
     *
     * @param what what could not be done
     * @param failure what the link room or the client has thrown
     */
    static MqException of(String what, Throwable failure) {
        CloseReason said = CloseReason.of(failure);
        if (said.code() < ERRORS) {
            return new MqConnectionException(what + ": " + Causes.text(failure), failure);
        }
        String hint = hint(said);
        return new MqRefusedException(
                said.code(),
                what + ": " + said.code() + " " + said.text() + (hint == null ? "" : "; " + hint),
                failure);
    }

    private static String hint(CloseReason said) {
        return switch (said.code()) {
            case AMQP.ACCESS_REFUSED -> "grant the user what the broker names";
            case AMQP.NOT_FOUND -> "declare it first";
            case AMQP.RESOURCE_LOCKED -> "it belongs to another connection until that ends";
            case AMQP.PRECONDITION_FAILED ->
                    said.text().contains("inequivalent")
                            ? "it exists and is different, and nothing was changed: declare it as"
                                    + " it is, or delete it first"
                            : null;
            case AMQP.COMMAND_INVALID -> "a plug-in of the broker that has it is not enabled";
            case AMQP.NOT_IMPLEMENTED -> "a stream is consumed, by a message-driven bean";
            case AMQP.INTERNAL_ERROR -> "this broker does not permit it any more";
            default -> null;
        };
    }
}
