/**
 * Contract tests: the adapter in a fake container against a real private RabbitMQ node, the write
 * path experiment, the restart figures and the tests of the built archive.
 *
 * <p>The short form is the default; {@code -Dleveret.it.full=true} runs the long one.
 */
package io.leveret.it.contract;
