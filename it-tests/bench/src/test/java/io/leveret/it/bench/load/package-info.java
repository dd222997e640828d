/**
 * What goes on in the process that consumes, whichever it is: one round of messages, counted and
 * timed. Used by the bare client's program and deployed with the application, so that both pay the
 * same for it; needs nothing but the JDK.
 */
package io.leveret.it.bench.load;
