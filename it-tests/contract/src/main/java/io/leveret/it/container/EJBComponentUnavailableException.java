package io.leveret.it.container;

/** Has the name of what WildFly throws when a call reaches no bean. */
final class EJBComponentUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EJBComponentUnavailableException(String message) {
        super(message);
    }
}
