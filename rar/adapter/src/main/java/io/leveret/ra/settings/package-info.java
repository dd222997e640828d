/**
 * Settings: the one vocabulary of property names, how a value is found (bean, resource adapter,
 * system property, environment, built-in default), parsed and checked, and the immutable records
 * that the rest of the adapter works with.
 *
 * <p>Called by the three beans. Knows nothing of connections, of the broker client or of the
 * server; parsing happens here and nowhere else.
 */
package io.leveret.ra.settings;
