package io.leveret.it.app;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.nio.file.Path;

/** Starts, watches and stops a stream of messages. */
@RequestScoped
@jakarta.ws.rs.Path("stream")
@Produces("text/plain")
public class StreamResource {

    @Inject private PublishStream stream;
    @Inject private Ledgers ledgers;

    /** Starts a stream to {@code it.in}; what is received is forwarded where that is asked for. */
    @POST
    public String start(
            @QueryParam("prefix") String prefix,
            @QueryParam("threads") @DefaultValue("1") int threads,
            @QueryParam("forwardTo") String forwardTo,
            @QueryParam("ledgers") String ledgerFolder) {
        ledgers.open(Path.of(ledgerFolder));
        stream.start(prefix, threads, forwardTo);
        return "started";
    }

    /** Answers how many messages were attempted, confirmed and failed so far. */
    @GET
    public String counts() {
        return stream.counts();
    }

    /** Stops the stream, and answers the counts when its last publish has ended. */
    @DELETE
    public String stop() {
        return stream.stop();
    }

    /** Closes the ledgers. Listeners that are called later write nowhere. */
    @DELETE
    @jakarta.ws.rs.Path("ledgers")
    public String closeLedgers() {
        ledgers.close();
        return "closed";
    }
}
