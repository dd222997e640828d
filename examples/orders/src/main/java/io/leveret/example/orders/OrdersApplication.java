package io.leveret.example.orders;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Switches Jakarta REST on. */
@ApplicationPath("/")
public class OrdersApplication extends Application {

    /** Called by the container. */
    public OrdersApplication() {}
}
