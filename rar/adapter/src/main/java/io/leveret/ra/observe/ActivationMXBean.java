package io.leveret.ra.observe;

import java.util.Date;

/**
 * One active message-driven bean, as JMX shows it: {@code io.leveret:type=Activation}. Attributes
 * are read from memory, without I/O, and hold no secrets. The operations return at once, but those
 * on parked messages, which ask the broker; what they start shows in the state. Counters begin with
 * the activation and only grow.
 */
public interface ActivationMXBean {

    /**
     * Gives the name: the bean's class, numbered when there are several.
     *
     * @return as in events
     */
    String getName();

    /**
     * Gives the queue that it consumes from.
     *
     * @return the queue's name
     */
    String getDestination();

    /**
     * Gives the state.
     *
     * @return {@code LOOKING_UP} (the connection factory whose broker it takes), {@code WAITING},
     *     {@code CONSUMING}, {@code PAUSING}, {@code PAUSED} or {@code STOPPING}
     */
    String getState();

    /**
     * Gives since when it has been in this state.
     *
     * @return the time
     */
    Date getSince();

    /**
     * Gives how many sessions there are when all is well.
     *
     * @return {@code maxSession}
     */
    int getSessions();

    /**
     * Gives how many sessions have a consumer at the broker now.
     *
     * @return the number, at most {@link #getSessions}
     */
    int getSessionsConsuming();

    /**
     * Counts sessions that are STUCK.
     *
     * @return how many have a delivery that runs for longer than {@code stuckThreshold}
     */
    int getSessionsStuck();

    /**
     * Gives how often its sessions have tried to subscribe since all of them consumed.
     *
     * @return the number of the session that has tried most often; 0 while all of them consume
     */
    int getAttempts();

    /**
     * Gives how many messages the bean works on now.
     *
     * @return the number, at most one for each session
     */
    int getInFlight();

    /**
     * Gives how many messages were handed to the bean, repetitions included.
     *
     * @return the number
     */
    long getDelivered();

    /**
     * Gives how many messages were acknowledged.
     *
     * @return the number of acknowledgements written
     */
    long getAcknowledged();

    /**
     * Gives how many times the bean, its transaction or its publishes failed.
     *
     * @return the number
     */
    long getFailed();

    /**
     * Gives how many failed messages were moved to a wait queue, or rejected to a queue that delays
     * by itself, from where they come again.
     *
     * @return the number
     */
    long getRetried();

    /**
     * Gives of how many messages the bean has taken care by itself, in {@code onFailure}, when they
     * had failed for the last time.
     *
     * @return the number so far
     */
    long getHandled();

    /**
     * Gives how many messages have failed for the last time, and were parked or dead-lettered.
     *
     * @return the number
     */
    long getParked();

    /**
     * Counts the failures since a message was processed last, over all sessions.
     *
     * @return the number
     */
    int getFailuresInARow();

    /**
     * Says whether it pauses because of them, and tries one message at a time only.
     *
     * @return true from {@code pauseAfterFailures} on, until a message is processed
     */
    boolean isPausedByFailures();

    /**
     * Gives how many messages were given back to the queue, mostly untouched when delivery stopped.
     *
     * @return the number
     */
    long getReturned();

    /**
     * Gives what was last in the way of consuming.
     *
     * @return one line, null when there was no trouble yet
     */
    String getLastTrouble();

    /**
     * Shows messages that were parked here, the oldest first: id, size, where they were published,
     * and why they failed. They stay parked. Asks the broker; takes at most some seconds.
     *
     * @param most at most so many, 1 to 1,000
     * @return one line each
     * @throws IllegalArgumentException when the number is out of range
     * @throws IllegalStateException when the broker or the queue cannot be worked on
     */
    String[] showParked(int most);

    /**
     * Puts messages that were parked here back into their queue, the oldest first, as if they had
     * never failed, and marked as possible duplicates. Waits until the broker has confirmed them.
     *
     * @param most at most so many, 1 to 1,000
     * @return how many were put back; fewer when there are fewer, or the broker confirms fewer
     * @throws IllegalArgumentException when the number is out of range
     * @throws IllegalStateException when the broker or the queue cannot be worked on
     */
    int returnParked(int most);

    /**
     * Pauses delivery: consumers are cancelled, running deliveries end, what waits goes back to the
     * queue. It stays so until {@link #start}. Does nothing when it is paused.
     */
    void stop();

    /**
     * Goes on after {@link #stop}. A session whose last delivery from before still runs begins when
     * that has ended. Does nothing when it is not paused.
     */
    void start();

    /**
     * Lets all sessions that are backing off try now, and when it is paused by failures, one
     * message. Does nothing while it is paused by {@link #stop}.
     */
    void resume();
}
