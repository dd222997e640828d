package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakePool;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's channel behind a handle belongs to the handle alone. */
@Timeout(60)
class UnwrapTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("unwrap");
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setLinkIdleTimeout("300"))
                        .with(a -> a.setConnections("1"))
                        .start();
        pool = rig.pool();
        factory = Rig.connected(pool);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private static int channels() {
        return Nodes.channels("publish");
    }

    @Test
    void itIsTheSameUntilTheHandleIsClosedAndClosedWithIt() throws Exception {
        MqConnection handle = factory.getConnection();
        Channel channel = handle.unwrap(Channel.class);
        assertSame(channel, handle.unwrap(Channel.class));
        channel.basicPublish("", queue, null, new byte[] {'m'});
        Until.holds("published", SOON, () -> bare.ready(queue) == 1);
        assertEquals(2, channels());
        handle.close();
        Until.holds("closed", SOON, () -> !channel.isOpen() && channels() == 1);
        assertThrows(IllegalStateException.class, () -> handle.unwrap(Channel.class));
    }

    @Test
    void whatIsRefusedOnItCostsNoPublishItsConfirm() throws Exception {
        try (MqConnection handle = factory.getConnection();
                MqConnection neighbour = factory.getConnection()) {
            Channel channel = handle.unwrap(Channel.class);
            assertThrows(
                    IOException.class, () -> channel.queueDeclarePassive(Bare.name("missing")));
            handle.publish("", queue, MqMessage.text("one"));
            neighbour.publish("", queue, MqMessage.text("two"));
            Channel next = handle.unwrap(Channel.class);
            assertNotSame(channel, next);
            assertEquals(2, next.queueDeclarePassive(queue).getMessageCount());
        }
        assertEquals(List.of(), pool.errors());
        assertEquals(2, pool.created());
        Until.holds("the pooled ones only", SOON, () -> channels() == 2);
    }

    @Test
    void itIsClosedWhenTheContainerTakesTheHandleAway() throws Exception {
        Channel cleaned = factory.getConnection().unwrap(Channel.class);
        pool.used().get(0).cleanup();
        Until.holds("closed", SOON, () -> !cleaned.isOpen());
        Channel destroyed = factory.getConnection().unwrap(Channel.class);
        assertTrue(destroyed.isOpen());
        pool.close();
        Until.holds("closed", SOON, () -> !destroyed.isOpen());
        Until.holds("no connection is left", SOON, () -> proxy.connections() == 0);
    }

    @Test
    void oneThatIsClosedByItsUserIsReplacedAndLeavesNothing() throws Exception {
        try (MqConnection handle = factory.getConnection()) {
            for (int i = 0; i < 100; i++) { // more than a link has room for
                handle.unwrap(Channel.class).close();
            }
        }
        Until.holds("the pooled one only", SOON, () -> channels() == 1);
        try (MqConnection handle = factory.getConnection()) {
            assertTrue(handle.unwrap(Channel.class).isOpen());
        }
    }

    @Test
    void otherTypesAreRefusedWithAWord() {
        try (MqConnection handle = factory.getConnection()) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> handle.unwrap(Connection.class));
            assertTrue(e.getMessage().contains(Channel.class.getName() + " only"), e.getMessage());
        }
    }

    @Test
    void aCopyOfTheClientThatIsTheApplicationsOwnIsNamedAsSuch() throws Exception {
        Class<?> other = new OwnCopy().loadClass(Channel.class.getName());
        assertNotSame(Channel.class, other);
        try (MqConnection handle = factory.getConnection()) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> handle.unwrap(other));
            assertTrue(e.getMessage().contains("another copy of amqp-client"), e.getMessage());
            assertTrue(e.getMessage().contains("an application's own"), e.getMessage());
        }
    }

    /** Has its own copy of the client's classes, as WEB-INF/lib may. */
    private static final class OwnCopy extends ClassLoader {

        OwnCopy() {
            super(UnwrapTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("com.rabbitmq.client.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : copy(name);
        }

        private Class<?> copy(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        public String toString() {
            return "an application's own";
        }
    }

    @Test
    void withoutAConnectionThereIsNone() throws Exception {
        MqConnection handle = factory.getConnection();
        Channel channel = handle.unwrap(Channel.class);
        proxy.refuse(true);
        Until.holds("lost", SOON, () -> !channel.isOpen());
        Until.holds(
                "the loss is known",
                SOON,
                () -> {
                    try {
                        return !handle.unwrap(Channel.class).isOpen();
                    } catch (MqConnectionException | IllegalStateException e) {
                        return true;
                    }
                });
        assertFalse(channel.isOpen());
    }
}
