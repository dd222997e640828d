/**
 * The application that the server tests deploy: beans that publish, beans that receive, and an HTTP
 * interface through which a test tells them what to do and asks what happened.
 *
 * <p>It uses Jakarta EE and Leveret's API only, so that the same archive runs on every server. It
 * keeps no state of its own beyond the life of the deployment, except rows in the server's data
 * sources. What a received message should do is written in its headers, see {@link
 * io.leveret.it.app.Script}.
 */
package io.leveret.it.app;
