package io.leveret.example.orders;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** Orders over HTTP. */
@Path("/orders")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class OrderResource {

    @Inject private OrderDesk desk;
    @Inject private OrderStore store;

    /** Called by the container. */
    public OrderResource() {}

    /**
     * Places an order.
     *
     * @param request the order
     * @param uri where this was called
     * @return 201 with the order; 400 for an invalid one; 503 when it could not be published, see
     *     {@link PublishFailureMapper}
     */
    @POST
    public Response place(OrderRequest request, @Context UriInfo uri) {
        if (request == null || !request.valid()) {
            return Response.status(Response.Status.BAD_REQUEST).build();
        }
        Order order = desk.place(request);
        return Response.created(uri.getAbsolutePathBuilder().path(order.id()).build())
                .entity(order)
                .build();
    }

    /**
     * Lists all orders.
     *
     * @return in no particular order
     */
    @GET
    public List<Order> list() {
        return store.all();
    }

    /**
     * Gives one order.
     *
     * @param id its id
     * @return the order as it is now
     */
    @GET
    @Path("{id}")
    public Order get(@PathParam("id") String id) {
        return store.find(id).orElseThrow(NotFoundException::new);
    }
}
