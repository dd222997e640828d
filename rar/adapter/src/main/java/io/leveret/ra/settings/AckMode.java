package io.leveret.ra.settings;

/** When the deliveries of an activation are acknowledged. */
public enum AckMode {
    /**
     * When the listener has returned normally, its transaction has committed and what it published
     * is confirmed. The default of {@code MqMessageListener}.
     */
    AFTER_SUCCESS,
    /** When the application says so: {@code MqDeliveryListener}, and only it. */
    MANUAL,
    /**
     * Just before the listener is called. A message whose processing fails, or is cut short by a
     * crash, is lost; none is processed twice but for a lost acknowledgement.
     */
    ON_RECEIPT_MAY_LOSE
}
