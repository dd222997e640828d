/** What all tests share: the secrets they use, and how these are searched for. */
package io.leveret.it;
