package io.leveret.it.app;

import jakarta.ejb.Stateless;

/** An enterprise bean between a listener and its exception. */
@Stateless
public class Judge {

    /** Throws, in the caller's transaction. */
    public void refuse(String reason) {
        throw new HopelessException(reason);
    }
}
