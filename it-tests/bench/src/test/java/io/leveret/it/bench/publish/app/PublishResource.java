package io.leveret.it.bench.publish.app;

import io.leveret.it.bench.publish.client.LeveretClient;
import io.leveret.it.bench.publish.client.Orders;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;

/** Runs rounds; a call lasts as long as its run, and answers with what passed in it. */
@RequestScoped
@Path("publish")
@Produces("text/plain")
public class PublishResource {

    @Resource private ManagedThreadFactory threads;
    @Inject private PublishBean bean;

    /** Carries out {@link Orders}. */
    @POST
    public String publish(
            @QueryParam("blocks") boolean blocks,
            @QueryParam("batches") boolean batches,
            @QueryParam("queue") String queue,
            @QueryParam("run") int run,
            @QueryParam("messages") int messages,
            @QueryParam("most") int most)
            throws Exception {
        return new Orders(blocks, queue, run, messages, most)
                .carryOut(new LeveretClient(bean, batches), threads)
                .line();
    }
}
