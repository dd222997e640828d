/** Searches all output of the test suite for the secrets that it used. */
package io.leveret.it.secrets;
