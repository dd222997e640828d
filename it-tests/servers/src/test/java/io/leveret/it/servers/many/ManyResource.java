package io.leveret.it.servers.many;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisherOptions;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Publishes through any connection factory, and says what was received. */
@RequestScoped
@Path("many")
@Produces("text/plain")
public class ManyResource {

    @Inject private Received received;

    /** Lists the message ids that the application's listeners have received. */
    @GET
    @Path("received")
    public String received() {
        return String.join("\n", received.ids());
    }

    /** Lists the adapter's activations: bean and state. */
    @GET
    @Path("activations")
    public String activations() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        StringBuilder lines = new StringBuilder();
        for (ObjectName name :
                server.queryNames(new ObjectName("io.leveret:type=Activation,*"), null)) {
            lines.append(server.getAttribute(name, "Name"))
                    .append(' ')
                    .append(server.getAttribute(name, "State"))
                    .append('\n');
        }
        return lines.toString();
    }

    /**
     * Publishes through a publisher of the named factory. The factory is looked up in each call, as
     * an application must that wants to see it come and go.
     */
    @POST
    @Path("publisher")
    public String publisher(
            @QueryParam("factory") String factory,
            @QueryParam("key") String key,
            @QueryParam("id") String id)
            throws NamingException {
        try {
            MqConnectionFactory found = lookup(factory);
            found.createPublisher(MqPublisherOptions.defaults()).publish("", key, message(id));
            return "CONFIRMED";
        } catch (MqPublishException e) {
            return e.getMessage();
        }
    }

    /** Publishes on a connection of the named factory; with a user, on that user's. */
    @POST
    @Path("connection")
    public String connection(
            @QueryParam("factory") String factory,
            @QueryParam("key") String key,
            @QueryParam("id") String id,
            @QueryParam("user") String user,
            @QueryParam("password") String password)
            throws NamingException {
        MqConnectionFactory found = lookup(factory);
        try (MqConnection connection =
                user == null ? found.getConnection() : found.getConnection(user, password)) {
            connection.publish("", key, message(id));
            return "CONFIRMED";
        } catch (MqPublishException e) {
            return e.getMessage();
        } catch (MqConnectionException e) {
            return "NO CONNECTION " + e.getMessage();
        }
    }

    private static MqConnectionFactory lookup(String name) throws NamingException {
        return (MqConnectionFactory) new InitialContext().lookup(name);
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().messageId(id).body(id).build();
    }
}
