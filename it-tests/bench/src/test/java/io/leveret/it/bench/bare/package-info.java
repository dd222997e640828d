/** The bare client as a program of its own: what the adapter is compared with. */
package io.leveret.it.bench.bare;
