package io.leveret.ra.inbound;

import io.leveret.MqFailure;
import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.retry.Retries;
import io.leveret.ra.retry.Verdict;
import io.leveret.ra.settings.AckMode;
import io.leveret.ra.settings.RetryMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.BooleanSupplier;

/**
 * What follows when a delivery of one session has ended: who settles it, what is counted and told,
 * and whether the session must hold it.
 *
 * <pre>{@code
 * DONE ------> acknowledged, unless it was that on receipt, or the application does it by itself
 * FAILED ----> handed to the retry room; or held for its delay, when it is tried again IN_PLACE;
 *    |         or nothing, when it was acknowledged on receipt or settled by the application
 *    +-for the last time, and the bean has a failure action--> that runs
 *              DONE: acknowledged; FAILED: handed to the retry room, at its end; UNTOUCHED: below
 * UNTOUCHED -> held by a back-off; when patience is over, the session hears of a refusal instead
 *
 * hostile (no listener can have it), rejected by the application --> handed to the retry room
 * }</pre>
 *
 * <p>Failure cases: its channel is lost (settling does nothing, it comes again); the application
 * has settled it and fails after that (told, nothing else). Used by the session's worker, one
 * delivery at a time; but {@link #rejected} comes from any thread.
 */
final class Aftermath {

    /** What the bean does at the end of a message. */
    interface FailureAction {
        DeliveryRunner.Outcome run(Delivery delivery, MqFailure failure);
    }

    private final Threads threads;
    private final ActivationReport report;
    private final DeliveryCounts counts;
    private final PoisonWatch poison;
    private final Retries retries;
    private final Duration patience;
    private final boolean inPlace;
    private final boolean manual;
    private final FailureAction action;
    private final boolean onReceipt;
    private final DeliveryRunner runner;
    private final BooleanSupplier stopping;
    private final Worker.Owner owner;
    private final Backoff untouched;
    private long untouchedSince;

    /**
     * Creates it.
     *
     * @param type how the bean listens
     * @param runner knows how the last delivery, or failure action, ended
     * @param action runs the bean's failure action, if it has one
     * @param stopping whether the session comes to its end
     */
    Aftermath(
            Activation activation,
            Threads threads,
            MqActivationSpec.Effective settings,
            Retries retries,
            ListenerType type,
            DeliveryRunner runner,
            FailureAction action,
            BooleanSupplier stopping,
            Worker.Owner owner) {
        this.threads = threads;
        this.report = activation.report();
        this.counts = activation.counts();
        this.poison = activation.poison();
        this.retries = retries;
        this.patience = settings.inbound().retry().delay(1);
        this.inPlace = settings.inbound().retry().mode() == RetryMode.IN_PLACE;
        this.manual = type == ListenerType.DELIVERY;
        this.action = type == ListenerType.FAILURE ? action : null;
        this.onReceipt = settings.inbound().ackMode() == AckMode.ON_RECEIPT_MAY_LOSE;
        this.runner = runner;
        this.stopping = stopping;
        this.owner = owner;
        this.untouched = Backoff.withoutLimits(settings.link().reconnect());
    }

    /** The endpoint has taken it, and its listener is about to be called. */
    void taken(Subscription subscription, Delivery delivery) {
        delivery.touch();
        if (onReceipt) {
            subscription.settlement().done(delivery);
        }
    }

    /**
     * It has run.
     *
     * @return for how long it must be held for another try, null when it need not be held
     */
    Duration of(DeliveryRunner.Outcome outcome, Subscription subscription, Delivery delivery) {
        if (outcome != DeliveryRunner.Outcome.UNTOUCHED) {
            untouchedSince = 0;
        }
        return switch (outcome) {
            case DONE -> done(subscription.settlement(), delivery);
            case FAILED -> failed(subscription, delivery);
            case UNTOUCHED -> untouched(subscription, delivery);
        };
    }

    private Duration done(Settlement settlement, Delivery delivery) {
        poison.succeeded();
        if (!manual && !onReceipt) {
            settle(settlement, delivery);
        }
        return null;
    }

    /** Its work is done. */
    private void settle(Settlement settlement, Delivery delivery) {
        boolean written =
                runner.wasTransacted() ? settlement.ack(delivery) : settlement.done(delivery);
        if (!written) {
            report.detail(
                    "processed " + delivery.message() + ", but its channel is lost: it comes again",
                    null);
        }
    }

    private Duration failed(Subscription subscription, Delivery delivery) {
        counts.failed.increment();
        if (onReceipt) {
            report.warning(
                    "failed to process "
                            + delivery.message()
                            + ", it is lost: it was acknowledged on receipt",
                    runner.failure());
            poison.failed(runner.failure(), delivery.firstFailure());
            return null;
        }
        if (manual && !delivery.answer()) {
            report.warning(
                    "failed after the listener had settled " + delivery.message(),
                    runner.failure());
            return null;
        }
        FailedDelivery failed = failure(subscription, delivery);
        Verdict verdict = retries.verdict(delivery.attempts(), runner.failure(), null);
        if (verdict.next() == Verdict.Next.UNCOUNTED) {
            delivery.uncount();
            poison.untried();
        } else {
            poison.failed(runner.failure(), delivery.firstFailure());
        }
        if (action != null && verdict.next() == Verdict.Next.END) {
            return lastFailed(subscription, delivery, failed, verdict.reason());
        }
        report.warning(
                "failed to process " + delivery.message() + " " + verdict.outlook(),
                runner.failure());
        if (inPlace && verdict.next() != Verdict.Next.END) {
            delivery.moves(false);
            delivery.repeat();
            return verdict.delay();
        }
        retries.carryOut(failed, verdict, runner.failure());
        return null;
    }

    /** Lets the bean take care of it; what it cannot is at the end that others have. */
    private Duration lastFailed(
            Subscription subscription, Delivery delivery, FailedDelivery failed, String reason) {
        Throwable why = runner.failure();
        report.warning(
                "failed to process "
                        + delivery.message()
                        + " for the last time (attempt "
                        + delivery.attempts()
                        + ", "
                        + reason
                        + "): its onFailure follows",
                why);
        Date first = delivery.firstFailure();
        DeliveryRunner.Outcome outcome =
                action.run(
                        delivery,
                        new MqFailure(
                                delivery.message(),
                                delivery.attempts(),
                                reason,
                                why,
                                first == null ? null : first.toInstant(),
                                Instant.now()));
        return switch (outcome) {
            case DONE -> {
                counts.handled.increment();
                settle(subscription.settlement(), delivery);
                yield null;
            }
            case FAILED -> {
                Verdict end =
                        retries.end(
                                reason + ", and its onFailure: " + Causes.text(runner.failure()),
                                delivery.attempts());
                report.warning(
                        "could not take care of " + delivery.message() + " " + end.outlook(),
                        runner.failure());
                retries.carryOut(failed, end, why);
                yield null;
            }
            case UNTOUCHED -> {
                // It is tried once more, and then this, when the endpoint takes something again.
                delivery.moves(false);
                delivery.repeat();
                yield untouched(subscription, delivery);
            }
        };
    }

    /** No listener can have it: it is at its end. */
    void hostile(Subscription subscription, Delivery delivery) {
        counts.failed.increment();
        FailedDelivery failed = failure(subscription, delivery);
        Verdict verdict = retries.end(delivery.hostile(), delivery.attempts());
        report.warning("cannot process " + delivery.message() + " " + verdict.outlook(), null);
        retries.carryOut(failed, verdict, null);
    }

    /** The application says that it has failed; on any thread. */
    void rejected(Subscription subscription, Delivery delivery, Duration wish) {
        FailedDelivery failed = failure(subscription, delivery);
        retries.carryOut(failed, retries.verdict(delivery.attempts(), null, wish), null);
    }

    /** Notes that it has failed, and gives it to whoever decides about that. */
    private FailedDelivery failure(Subscription subscription, Delivery delivery) {
        return new FailedDelivery(subscription, delivery, threads, counts, stopping);
    }

    /** Nobody has seen it, so nobody counts it; the others would fare no better. */
    private Duration untouched(Subscription subscription, Delivery delivery) {
        poison.untried();
        long now = System.nanoTime();
        if (untouchedSince == 0) {
            untouchedSince = now;
            untouched.restart();
            report.warning(
                    "could not take " + delivery.message() + ", waits until it can",
                    runner.failure());
        }
        if (now - untouchedSince < patience.toNanos()) {
            return untouched.next();
        }
        untouchedSince = 0;
        owner.refused(subscription, runner.failure());
        return null;
    }
}
