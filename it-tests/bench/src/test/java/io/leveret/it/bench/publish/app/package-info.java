/**
 * The application of the publishing bench, for WildFly: an enterprise bean that publishes, and what
 * has it do so in runs like those of the programs beside.
 */
package io.leveret.it.bench.publish.app;
