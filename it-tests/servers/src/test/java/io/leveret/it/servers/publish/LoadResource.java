package io.leveret.it.servers.publish;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Starts, watches and stops the load. */
@RequestScoped
@Path("load")
@Produces("text/plain")
public class LoadResource {

    @Inject private Load load;
    @Inject private PublishBooks books;
    @Inject private Publishers publishers;

    /** Starts it. */
    @POST
    public String start(@QueryParam("life") int life, @QueryParam("pause") int pauseMillis) {
        load.start(life, pauseMillis);
        return "started";
    }

    /** Lets it go as fast as it can, up to so many messages. */
    @PUT
    public String allow(@QueryParam("messages") long messages) {
        load.allow(messages);
        return "allowed";
    }

    /** Answers what it has come to, and what of it goes on in the background after a commit. */
    @GET
    public String counts() throws JMException {
        return books.counts()
                + "OLDEST_CALL="
                + load.oldestCall()
                + "\nWAITING="
                + waiting()
                + "\n";
    }

    /** Stops it; answers how many threads do not end. */
    @DELETE
    public String stop() {
        return "" + load.stop();
    }

    /** Publishes something else, and answers how that ended. */
    @POST
    @Path("beside")
    public String beside(@QueryParam("exchange") String exchange, @QueryParam("key") String key) {
        return publishers.publishBeside(exchange, key).name();
    }

    private static long waiting() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        long sum = 0;
        ObjectName factories = new ObjectName("io.leveret:type=ConnectionFactory,*");
        for (ObjectName factory : server.queryNames(factories, null)) {
            sum += (Long) server.getAttribute(factory, "WaitingInBackground");
        }
        return sum;
    }
}
