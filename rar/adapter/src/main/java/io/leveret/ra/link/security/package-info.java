/**
 * What a connection needs to be trusted, and to trust: TLS contexts from stores and PEM files, and
 * the credentials of a login.
 *
 * <p>Called by the link room for each attempt to connect. Knows settings and events; must not know
 * links. Everything it throws says which property and which file is wrong, and holds no secret.
 */
package io.leveret.ra.link.security;
