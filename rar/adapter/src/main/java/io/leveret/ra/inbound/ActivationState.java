package io.leveret.ra.inbound;

/** The states of an {@link Activation}; drawn there. Operators see the names in JMX and events. */
enum ActivationState {
    LOOKING_UP,
    WAITING,
    CONSUMING,
    PAUSING,
    PAUSED,
    STOPPING,
    STOPPED;

    /** Neither paused nor stopped, nor about to be. */
    boolean isRunning() {
        return this == LOOKING_UP || this == WAITING || this == CONSUMING;
    }

    boolean isStopping() {
        return this == STOPPING || this == STOPPED;
    }
}
