package io.leveret.it.servers.publish;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The root of the HTTP interface. */
@ApplicationPath("control")
public class LoadApplication extends Application {}
