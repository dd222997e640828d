package io.leveret.it.app;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.util.stream.Collectors;

/** Answers what has happened inside the server, to a message or to the adapter. */
@RequestScoped
@Path("messages")
@Produces("text/plain")
public class JournalResource {

    @Inject private Journal journal;
    @Inject private Rows rows;
    @Inject private Watcher watcher;

    /** Lists the calls of listeners for one message: attempt, time in ms, duplicate mark. */
    @GET
    @Path("attempts")
    public String attempts(@QueryParam("id") String id) {
        return journal.of(id).stream()
                .map(e -> e.attempt() + " " + e.atMillis() + " " + e.possibleDuplicate())
                .collect(Collectors.joining("\n"));
    }

    /** Lists the committed rows of one message: the attempt that wrote each. */
    @GET
    @Path("rows")
    public String rows(@QueryParam("id") String id) {
        return rows.of(id).stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    /** Lists the changes of state that a bean has heard of: kind and state. */
    @GET
    @Path("changes")
    public String changes() {
        return String.join("\n", watcher.changes());
    }
}
