package io.leveret.ra.inbound;

import io.leveret.MqDelivery;
import io.leveret.MqDeliveryListener;
import io.leveret.MqFailure;
import io.leveret.MqFailureListener;
import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.ra.settings.AckMode;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import java.lang.reflect.Method;

/** The ways of listening, and how each is called. */
enum ListenerType {
    /** {@link MqMessageListener}: the adapter settles. */
    MESSAGE(MqMessageListener.class, "onMessage", MqMessage.class),
    /** {@link MqFailureListener}: the same, and it is asked at the end of a message. */
    FAILURE(MqFailureListener.class, "onMessage", MqMessage.class),
    /** {@link MqDeliveryListener}: the application settles. */
    DELIVERY(MqDeliveryListener.class, "onDelivery", MqDelivery.class);

    private final Class<?> listener;
    private final Method method;

    ListenerType(Class<?> listener, String method, Class<?> argument) {
        this.listener = listener;
        try {
            this.method = listener.getMethod(method, argument);
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Finds out how a bean listens.
     *
     * @param bean its class, or null where the server does not tell it
     * @param ackMode what its configuration says, or null
     * @throws InvalidPropertyException when the two contradict each other
     */
    static ListenerType of(Class<?> bean, AckMode ackMode) throws InvalidPropertyException {
        if (bean == null) {
            return ackMode == AckMode.MANUAL ? DELIVERY : MESSAGE;
        }
        ListenerType type =
                DELIVERY.listener.isAssignableFrom(bean)
                        ? DELIVERY
                        : FAILURE.listener.isAssignableFrom(bean) ? FAILURE : MESSAGE;
        if (ackMode != null && (ackMode == AckMode.MANUAL) != (type == DELIVERY)) {
            throw new InvalidPropertyException(
                    "The activation configuration of "
                            + bean.getName()
                            + " is wrong: ackMode="
                            + ackMode
                            + (type == DELIVERY
                                    ? " contradicts MqDeliveryListener, which settles by itself:"
                                            + " remove ackMode, or implement MqMessageListener"
                                    : " needs a listener that settles by itself: implement"
                                            + " MqDeliveryListener, or remove ackMode"));
        }
        return type;
    }

    Method method() {
        return method;
    }

    /** Gives the method for the end of a message; of {@link #FAILURE} only. */
    static Method failureMethod() {
        try {
            return MqFailureListener.class.getMethod("onFailure", MqFailure.class);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("the API has it", e);
        }
    }

    void call(MessageEndpoint endpoint, MqDelivery delivery) throws Exception {
        if (this == DELIVERY) {
            ((MqDeliveryListener) endpoint).onDelivery(delivery);
        } else {
            ((MqMessageListener) endpoint).onMessage(delivery.message());
        }
    }
}
