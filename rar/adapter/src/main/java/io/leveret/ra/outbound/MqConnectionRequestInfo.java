package io.leveret.ra.outbound;

import io.leveret.ra.settings.Secret;
import jakarta.resource.spi.ConnectionRequestInfo;

/**
 * Credentials that an application asked for a connection with. Nothing else goes in here, because
 * servers partition their pools by it.
 *
 * @param userName the user
 * @param password its password
 */
record MqConnectionRequestInfo(String userName, Secret password) implements ConnectionRequestInfo {}
