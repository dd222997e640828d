/**
 * A resource adapter without a broker: it delivers prepared messages, so that what the container
 * itself takes can be measured. Calls the container as Leveret does; knows nothing of Leveret.
 */
package io.leveret.it.bench.container;
