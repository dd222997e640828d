package io.leveret.it.bench;

/** Whether each delivery is in a transaction, and so how it is acknowledged. */
enum Mode {
    /** Acknowledgements may be batched; the bare client does so at half the prefetch. */
    NOT_TRANSACTED("not transacted", "NotTransacted", Rounds.PREFETCH / 2),
    /** Each delivery is acknowledged after its commit. */
    TRANSACTED("transacted", "Transacted", 1);

    private final String text;
    private final String bean;
    private final int ackEvery;

    Mode(String text, String bean, int ackEvery) {
        this.text = text;
        this.bean = bean;
        this.ackEvery = ackEvery;
    }

    String text() {
        return text;
    }

    /** The class name of Leveret's bean. */
    String leveretBean() {
        return bean + "Listener";
    }

    /** The class name of the bean of the adapter without a broker. */
    String containerBean() {
        return "Container" + bean;
    }

    /** After how many messages the bare client acknowledges. */
    int ackEvery() {
        return ackEvery;
    }
}
