package io.leveret.it.bench.publish.app;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The root of the HTTP interface; its resources are found by scanning. */
@ApplicationPath("control")
public class PublishApplication extends Application {}
