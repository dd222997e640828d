package io.leveret.it.bench.app;

import io.leveret.it.bench.container.ContainerAdapter;
import io.leveret.it.bench.container.ContainerRun;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Round;
import io.leveret.it.bench.load.Waits;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Runs rounds; answers with what passed in them. One call at a time. A call lasts as long as what
 * it runs, because asking again and again would cost CPU time in the process that is measured.
 */
@Path("bench")
@Produces("text/plain")
public class BenchResource {

    /** Called by the server. */
    public BenchResource() {}

    /** Begins a round of Leveret; delivery is to be started next. */
    @POST
    @Path("begin")
    public void begin(
            @QueryParam("round") int round,
            @QueryParam("messages") int messages,
            @QueryParam("sessions") int sessions) {
        Round.begin(round, messages, sessions);
    }

    /** Runs the round that was begun, until Leveret has acknowledged all its messages. */
    @POST
    @Path("run")
    public String run(@QueryParam("messages") int messages) throws JMException {
        Round round = Round.current();
        Reading begin = round.open();
        round.awaitLast();
        ObjectName activation = activation();
        Waits.until(() -> acknowledged(activation) >= messages, "acknowledgements of all messages");
        Reading passed = Reading.now().since(begin);
        round.verify();
        if (acknowledged(activation) != messages) {
            throw new IllegalStateException(acknowledged(activation) + " acknowledgements");
        }
        return passed.line();
    }

    private static ObjectName activation() throws JMException {
        Set<ObjectName> names =
                ManagementFactory.getPlatformMBeanServer()
                        .queryNames(new ObjectName("io.leveret:type=Activation,*"), null);
        if (names.size() != 1) {
            throw new IllegalStateException("not exactly one bean is active: " + names);
        }
        return names.iterator().next();
    }

    private static long acknowledged(ObjectName activation) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            return (Long) server.getAttribute(activation, "Acknowledged");
        } catch (JMException e) {
            throw new IllegalStateException("the activation does not tell", e);
        }
    }

    /** Runs the adapter without a broker. */
    @POST
    @Path("container")
    public String container(
            @QueryParam("bean") String bean,
            @QueryParam("messages") int messages,
            @QueryParam("sessions") int sessions)
            throws InterruptedException {
        ContainerRun run = ContainerAdapter.prepare(bean, messages, sessions);
        run.awaitReady();
        Reading begin = Reading.now();
        run.open();
        run.awaitEnd();
        Reading passed = Reading.now().since(begin);
        run.verify();
        return passed.line();
    }

    /** Tells what passes while nothing is done. */
    @POST
    @Path("idle")
    public String idle(@QueryParam("millis") long millis) {
        Reading begin = Reading.now();
        Waits.pass(millis);
        return Reading.now().since(begin).line();
    }
}
