package io.leveret.ra.link;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;

/**
 * Why a channel or a connection was closed, as the one who closed it has said.
 *
 * @param ofChannel whether it was a channel, by itself; false for a connection, and for nothing
 * @param code the reply code of AMQP, 0 when nothing was said
 * @param classId the class of the method that was refused, 0 when it was none
 * @param methodId that method within its class, 0 when it was none
 * @param text in its own words, empty when nothing was said
 */
public record CloseReason(boolean ofChannel, int code, int classId, int methodId, String text) {

    private static final int BASIC = 60;
    private static final int BASIC_PUBLISH = 40;
    private static final CloseReason NONE = new CloseReason(false, 0, 0, 0, "");

    /**
     * Finds it in what the client has thrown.
     *
     * @param thrown the exception; it or one of its causes has the reason. May be null
     * @return the reason, with the code 0 when nobody has said one: the peer was lost, or this is
     *     about something else
     */
    public static CloseReason of(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof ShutdownSignalException signal) {
                CloseReason said = of(signal.getReason());
                if (said != NONE) {
                    return said;
                }
            }
        }
        return NONE;
    }

    private static CloseReason of(Method said) {
        if (said instanceof AMQP.Channel.Close c) {
            return new CloseReason(
                    true, c.getReplyCode(), c.getClassId(), c.getMethodId(), c.getReplyText());
        }
        if (said instanceof AMQP.Connection.Close c) {
            return new CloseReason(
                    false, c.getReplyCode(), c.getClassId(), c.getMethodId(), c.getReplyText());
        }
        return NONE;
    }

    /**
     * Gives the code when a channel alone was closed, which is what a broker does when it refuses
     * something.
     *
     * @return the reply code, 0 when nothing was said or the whole connection was closed
     */
    public int channelCode() {
        return ofChannel ? code : 0;
    }

    /**
     * Says whether a publish was refused.
     *
     * @return whether a channel was closed because of a publish
     */
    public boolean isOfPublish() {
        return ofChannel && classId == BASIC && methodId == BASIC_PUBLISH;
    }
}
