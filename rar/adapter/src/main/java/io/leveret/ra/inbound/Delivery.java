package io.leveret.ra.inbound;

import io.leveret.MqMessage;

/**
 * One delivery on one subscription.
 *
 * @param tag its tag, valid on that subscription's channel only
 * @param message the message
 */
record Delivery(long tag, MqMessage message) {}
