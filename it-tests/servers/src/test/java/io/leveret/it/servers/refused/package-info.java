/**
 * The beans of the applications that a server must refuse; each goes into an archive of its own.
 */
package io.leveret.it.servers.refused;
