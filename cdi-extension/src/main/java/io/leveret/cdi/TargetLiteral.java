package io.leveret.cdi;

import io.leveret.MqTarget;
import io.leveret.MqTransactionMode;
import jakarta.enterprise.util.AnnotationLiteral;

/** The qualifier of the publisher bean. Its members are non-binding: it matches every target. */
final class TargetLiteral extends AnnotationLiteral<MqTarget> implements MqTarget {

    static final TargetLiteral ANY_TARGET = new TargetLiteral();

    private static final long serialVersionUID = 1L;

    private TargetLiteral() {}

    @Override
    public String exchange() {
        return "";
    }

    @Override
    public String routingKey() {
        return "";
    }

    @Override
    public String connectionFactory() {
        return "";
    }

    @Override
    public MqTransactionMode[] transactionMode() {
        return new MqTransactionMode[0];
    }

    @Override
    public boolean unconfirmed() {
        return false;
    }
}
