package io.leveret.ra.link;

/** The states of a {@link Link}; it draws how they follow each other. */
enum LinkState {
    NEW,
    CONNECTING,
    UP,
    BLOCKED,
    BACKING_OFF,
    FAILED,
    CLOSED;

    /** Whether a link in this state will be up again without anybody's doing. */
    boolean mayComeBack() {
        return this != FAILED && this != CLOSED;
    }
}
