/**
 * The resource adapter bean: the life of one instance, from start to stop, and what its parts
 * share.
 *
 * <p>Called by the server. It wires the rooms together and holds no logic of theirs.
 */
package io.leveret.ra;
