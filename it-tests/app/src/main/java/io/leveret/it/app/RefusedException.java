package io.leveret.it.app;

/** A checked exception: enterprise beans commit when one of these passes through. */
class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
