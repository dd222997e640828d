package io.leveret.ra.settings;

/** How the broker is told who connects. */
enum SaslMechanism {
    /** User and password, or an access token in the password's place. */
    PLAIN,
    /** The TLS client certificate. */
    EXTERNAL
}
