/**
 * What the adapter tells about itself: one stream of events, which the log listens to.
 *
 * <p>Called by every other room; knows none of them. Events carry no secrets.
 */
package io.leveret.ra.observe;
