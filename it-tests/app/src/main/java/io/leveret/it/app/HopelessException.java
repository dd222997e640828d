package io.leveret.it.app;

/** An unchecked exception: when it leaves an enterprise bean, the container wraps it. */
class HopelessException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HopelessException(String message) {
        super(message);
    }
}
