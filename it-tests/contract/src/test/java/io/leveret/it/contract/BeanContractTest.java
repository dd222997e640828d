package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublisherOptions;
import io.leveret.it.container.FakePool;
import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.Referenceable;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ManagedConnection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Equality, serialization and configuration of the three beans. */
@Timeout(60)
class BeanContractTest {

    @Test
    void resourceAdaptersAreEqualByConfiguration() {
        MqResourceAdapter one = new MqResourceAdapter();
        MqResourceAdapter two = new MqResourceAdapter();
        assertEquals(one, two);
        one.hashCode(); // some servers ask before they configure: nothing may be cached
        one.setAddresses("h:1");
        assertNotEquals(one, two);
        two.setAddresses("h:1");
        assertEquals(one, two);
        assertEquals(one.hashCode(), two.hashCode());
        one.setDrainTimeout("7");
        assertNotEquals(one, two);
    }

    @Test
    void aStartedResourceAdapterEqualsAnIdleOneOfTheSameConfiguration() throws Exception {
        MqResourceAdapter idle = new MqResourceAdapter();
        try (Rig rig = Rig.started(1).with(a -> copy(a, idle))) {
            assertEquals(idle, rig.adapter());
            assertEquals(idle.hashCode(), rig.adapter().hashCode());
        }
    }

    @Test
    void managedConnectionFactoriesAreEqualByConfigurationAndAdapter() throws Exception {
        MqManagedConnectionFactory one = new MqManagedConnectionFactory();
        MqManagedConnectionFactory two = new MqManagedConnectionFactory();
        assertEquals(one, two);
        one.hashCode();
        one.setPublishTimeout("5");
        assertNotEquals(one, two);
        two.setPublishTimeout("5");
        assertEquals(one, two);
        assertEquals(one.hashCode(), two.hashCode());

        MqResourceAdapter here = new MqResourceAdapter();
        here.setAddresses("here:1");
        MqResourceAdapter there = new MqResourceAdapter();
        there.setAddresses("there:1");
        one.setResourceAdapter(here);
        two.setResourceAdapter(there);
        assertNotEquals(one, two);
    }

    @Test
    void activationSpecsAreEqualByIdentityOnly() {
        MqActivationSpec one = new MqActivationSpec();
        MqActivationSpec two = new MqActivationSpec();
        one.setDestination("q");
        two.setDestination("q");

        assertNotEquals(one, two);
        assertEquals(2, new HashSet<>(List.of(one, two)).size());
    }

    @Test
    void managedConnectionsAreEqualByIdentityOnly() throws Exception {
        try (Rig rig = Rig.started(Nodes.shared().port())) {
            FakePool pool = rig.pool();
            MqConnectionFactory factory = Rig.connectionFactory(pool);
            factory.getConnection();
            factory.getConnection();
            List<ManagedConnection> both = pool.used();

            assertNotEquals(both.get(0), both.get(1));
            assertEquals(2, Set.copyOf(both).size());
        }
    }

    @Test
    void aFactorySurvivesSerialization() throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setAddresses("h:1");
        factory.setUserName("u");
        factory.setPassword("p");
        factory.setConfirmWindow("9");

        MqManagedConnectionFactory copy = copy(factory);

        assertEquals(factory, copy);
        assertEquals(factory.hashCode(), copy.hashCode());
        assertEquals("h:1", copy.getAddresses());
        assertEquals("9", copy.getConfirmWindow());
    }

    @Test
    void aFactoryInUseSurvivesSerialization() throws Exception {
        try (Rig rig = Rig.started(Nodes.shared().port());
                Bare bare = new Bare(Nodes.shared().port())) {
            String queue = bare.queue("serialized");
            FakePool pool = rig.pool();
            MqManagedConnectionFactory used = (MqManagedConnectionFactory) pool.factory();
            Rig.connectionFactory(pool)
                    .createPublisher(MqPublisherOptions.defaults())
                    .publish("", queue, MqMessage.text("used"));

            MqManagedConnectionFactory copy = copy(used);
            if (copy.getResourceAdapter() == null) {
                copy.setResourceAdapter(rig.adapter());
            }

            assertEquals(used, copy);
            assertEquals(used.hashCode(), copy.hashCode());
        }
    }

    @Test
    void theConnectionFactoryCanBeBound() throws Exception {
        try (Rig rig = new Rig(1)) {
            Object factory = Rig.connectionFactory(rig.pool());
            assertInstanceOf(Serializable.class, factory);
            assertInstanceOf(Referenceable.class, factory);
        }
    }

    @Test
    void aConnectionFactoryMadeBeforeTheAdapterStartsWorksAfterwards() throws Exception {
        try (Rig rig = new Rig(Nodes.shared().port());
                Bare bare = new Bare(Nodes.shared().port())) {
            String queue = bare.queue("early");
            MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
            rig.start();

            factory.createPublisher(MqPublisherOptions.defaults())
                    .publish("", queue, MqMessage.text("m"));

            assertEquals(List.of("m"), bare.drain(queue));
        }
    }

    @Test
    void passwordsShowNowhere() {
        MqResourceAdapter adapter = new MqResourceAdapter();
        adapter.setAddresses("amqp://u:se-cret@h:1");
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setPassword("se-cret");
        MqActivationSpec spec = new MqActivationSpec();
        spec.setPassword("se-cret");

        assertFalse(adapter.toString().contains("se-cret"));
        assertFalse(adapter.getAddresses().contains("se-cret"));
        assertFalse(factory.toString().contains("se-cret"));
        assertFalse(spec.toString().contains("se-cret"));
    }

    @Test
    void aWrongSpecIsRefusedWithAllItsErrors() {
        MqActivationSpec spec = new MqActivationSpec();
        spec.setPrefetch("0");
        spec.setRetryDelay("soon");

        InvalidPropertyException e = assertThrows(InvalidPropertyException.class, spec::validate);
        String text = e.getMessage();
        assertTrue(text.contains("destination"), text);
        assertTrue(text.contains("prefetch"), text);
        assertTrue(text.contains("retryDelay"), text);
    }

    @Test
    void aWrongFactoryIsRefusedWithAllItsErrors() throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setResourceAdapter(new MqResourceAdapter());
        factory.setConfirmWindow("-1");
        factory.setTransactionMode("SOMETIMES");
        factory.setPassword("se-cret");

        Exception e = assertThrows(Exception.class, factory::createConnectionFactory);
        assertTrue(e.getMessage().contains("confirmWindow"), e.getMessage());
        assertTrue(e.getMessage().contains("transactionMode"), e.getMessage());
        assertFalse(e.getMessage().contains("se-cret"), e.getMessage());
    }

    @DeserializesOnPurpose
    private static MqManagedConnectionFactory copy(MqManagedConnectionFactory factory)
            throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(factory);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (MqManagedConnectionFactory) in.readObject();
        }
    }

    private static void copy(MqResourceAdapter from, MqResourceAdapter to) {
        to.setAddresses(from.getAddresses());
        to.setHeartbeat(from.getHeartbeat());
        to.setConnectTimeout(from.getConnectTimeout());
        to.setRpcTimeout(from.getRpcTimeout());
        to.setPublishTimeout(from.getPublishTimeout());
        to.setReconnectInterval(from.getReconnectInterval());
        to.setDrainTimeout(from.getDrainTimeout());
    }
}
