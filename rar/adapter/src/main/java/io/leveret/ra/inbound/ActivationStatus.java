package io.leveret.ra.inbound;

import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.retry.Retries;
import java.util.Date;
import java.util.List;

/** What JMX shows of an activation. Thread-safe. */
final class ActivationStatus implements ActivationMXBean {

    private final Activation activation;
    private final MqActivationSpec.Effective settings;

    ActivationStatus(Activation activation, MqActivationSpec.Effective settings) {
        this.activation = activation;
        this.settings = settings;
    }

    @Override
    public String getName() {
        return activation.report().name();
    }

    @Override
    public String getDestination() {
        return settings.inbound().destination();
    }

    @Override
    public String getState() {
        return activation.state().name();
    }

    @Override
    public Date getSince() {
        return Date.from(activation.since());
    }

    @Override
    public int getSessions() {
        return settings.inbound().maxSession();
    }

    @Override
    public int getSessionsConsuming() {
        return (int) activation.sessions().stream().filter(Session::isConsuming).count();
    }

    @Override
    public int getSessionsStuck() {
        return (int) activation.sessions().stream().filter(Session::isStuck).count();
    }

    @Override
    public int getAttempts() {
        List<Session> sessions = activation.sessions();
        return sessions.stream().mapToInt(Session::attempts).max().orElse(0);
    }

    @Override
    public int getInFlight() {
        return activation.counts().inFlight.intValue();
    }

    @Override
    public long getDelivered() {
        return activation.counts().delivered.sum();
    }

    @Override
    public long getAcknowledged() {
        return activation.counts().acknowledged.sum();
    }

    @Override
    public long getFailed() {
        return activation.counts().failed.sum();
    }

    @Override
    public long getRetried() {
        return activation.counts().retried.sum();
    }

    @Override
    public long getHandled() {
        return activation.counts().handled.sum();
    }

    @Override
    public long getParked() {
        return activation.counts().parked.sum();
    }

    @Override
    public int getFailuresInARow() {
        return activation.poison().failures();
    }

    @Override
    public boolean isPausedByFailures() {
        return activation.poison().isPaused();
    }

    @Override
    public long getReturned() {
        return activation.counts().returned.sum();
    }

    @Override
    public String getLastTrouble() {
        return activation.report().lastTrouble();
    }

    @Override
    public String[] showParked(int most) {
        return retries().showParked(most).toArray(String[]::new);
    }

    @Override
    public int returnParked(int most) {
        return retries().returnParked(most);
    }

    private Retries retries() {
        Retries now = activation.retries();
        if (now == null) {
            throw new IllegalStateException("the activation is not connected to a broker");
        }
        return now;
    }

    @Override
    public void stop() {
        activation.pause();
    }

    @Override
    public void start() {
        activation.goOn();
    }

    @Override
    public void resume() {
        activation.tryNow();
    }
}
