package io.leveret.it.app;

import com.rabbitmq.client.Channel;
import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqTopology;
import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.io.IOException;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** An enterprise bean that works with connection handles. */
@Stateless
public class HandleBean {

    private static final String[] NAMES = {
        "java:/leveret/ConnectionFactory", "leveret/ConnectionFactory"
    };

    @Resource private SessionContext context;

    /** Takes a message in one transaction, whose end comes after the handle is closed. */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public String take(String queue, boolean commit) {
        try (MqConnection connection = factory().getConnection()) {
            String id = connection.get(queue).map(MqMessage::messageId).orElse("nothing");
            if (!commit) {
                context.setRollbackOnly();
            }
            return id;
        }
    }

    /** Declares a queue through the API, and counts its messages through the broker's client. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public String declareAndCount(String queue) {
        try (MqConnection connection = factory().getConnection()) {
            connection.declare(MqTopology.empty().queue(MqTopology.quoted(queue)));
            Channel channel = connection.unwrap(Channel.class);
            return "" + channel.queueDeclarePassive(queue).getMessageCount();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MqConnectionFactory factory() {
        NamingException last = null;
        for (String each : NAMES) {
            try {
                return InitialContext.doLookup(each);
            } catch (NamingException e) {
                last = e;
            }
        }
        throw new IllegalStateException(last);
    }
}
