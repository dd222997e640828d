/**
 * An application that takes orders by HTTP, sends them through RabbitMQ and processes them.
 *
 * <p>Read it in the order of an order's life: {@link io.leveret.example.orders.OrderResource} takes
 * it, {@link io.leveret.example.orders.OrderDesk} stores and publishes it, {@link
 * io.leveret.example.orders.OrderProcessor} receives and processes it. {@code examples/run} builds,
 * deploys and runs everything.
 */
package io.leveret.example.orders;
