package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.it.Secrets;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.InvalidPropertyException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An activation with {@code connectionFactoryLookup} takes the broker set of that factory. The
 * adapter's own addresses lead nowhere here, so that whoever consumes has found the factory's.
 */
@Timeout(60)
class FactoryLookupTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofMillis(1500); // several attempts
    private static final int NOWHERE = 1;

    private Bare bare;
    private Rig rig;
    private String queue;
    private String name;
    private LogLines lines;

    @BeforeEach
    void setUp() throws Exception {
        FakeJndi.install();
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("lookup");
        name = "java:/" + queue;
        lines = new LogLines(name);
        rig = Rig.started(NOWHERE);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        lines.close();
        bare.close();
        rig.assertContractKept();
    }

    private MqManagedConnectionFactory factory() {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setAddresses("127.0.0.1:" + Nodes.shared().port());
        factory.setUserName("guest");
        factory.setPassword("guest");
        return factory;
    }

    private Object found() throws ResourceException {
        return Rig.connectionFactory(rig.container().pool(factory(), 1));
    }

    private MqActivationSpec spec() {
        MqActivationSpec spec = rig.spec(queue);
        spec.setConnectionFactoryLookup(name);
        return spec;
    }

    private Bean activate(MqActivationSpec spec) throws Exception {
        bare.publish(queue, "m");
        Bean bean = new Bean();
        rig.container().activate(rig.endpoints(bean), spec);
        return bean;
    }

    private void assertConsumes(Bean bean) throws Exception {
        Until.holds("the delivery", SOON, () -> bean.texts().equals(List.of("m")));
    }

    private void awaitAttempts(int atLeast) throws Exception {
        Until.holds("attempts", SOON, () -> FakeJndi.asked(name).size() >= atLeast);
    }

    @Test
    void anActivationConsumesFromTheBrokerOfTheFactoryThatItNames() throws Exception {
        FakeJndi.bind(name, found());

        assertConsumes(activate(spec()));

        assertEquals(1, FakeJndi.asked(name).size());
    }

    @Test
    void aFactoryThatIsBoundLaterIsWaitedForAndMissedOnlyOnce() throws Exception {
        Bean bean = activate(spec());
        awaitAttempts(4);
        assertEquals(
                List.of("does not find connection factory '" + name + "' yet"),
                lines.lines().stream().map(l -> l.replaceAll(".*Bean |: .*", "")).toList());
        assertEquals(0, bean.count());

        FakeJndi.bind(name, found());

        assertConsumes(bean);
        assertEquals(1, lines.count(), lines.lines()::toString);
    }

    @Test
    void theNameServiceIsAskedOnWorkerThreadsWithTheAdaptersClassLoaderOnly() throws Exception {
        MqActivationSpec spec = spec();
        spec.setResourceAdapter(rig.adapter());
        spec.validate();
        assertEquals(List.of(), FakeJndi.asked(name), "validation asks nobody");

        Thread here = Thread.currentThread();
        ClassLoader before = here.getContextClassLoader();
        try (URLClassLoader applications = new URLClassLoader(new URL[0])) {
            here.setContextClassLoader(applications);
            activate(spec);
        } finally {
            here.setContextClassLoader(before);
        }
        awaitAttempts(2);

        for (FakeJndi.Asked asked : FakeJndi.asked(name)) {
            assertTrue(asked.thread().getName().contains("-worker-"), asked.toString());
            assertEquals(MqResourceAdapter.class.getClassLoader(), asked.loader());
        }
    }

    @Test
    void somethingElseUnderTheNameIsOneErrorUntilItIsReplaced() throws Exception {
        FakeJndi.bind(name, "a string");
        Bean bean = activate(spec());
        awaitAttempts(3);
        assertEquals(1, lines.count(), lines.lines()::toString);
        String line = lines.lines().get(0);
        assertTrue(line.contains("a java.lang.String, no connection factory of Leveret"), line);

        FakeJndi.bind(name, found());

        assertConsumes(bean);
    }

    @Test
    void aFactoryOfAnotherCopyOfTheArchiveIsOneErrorUntilItIsReplaced() throws Exception {
        try (CopyOfTheArchive copy = new CopyOfTheArchive()) {
            Object theirs = copy.connectionFactory();
            assertFalse(theirs instanceof MqConnectionFactory);
            FakeJndi.bind(name, theirs);
            Bean bean = activate(spec());
            awaitAttempts(3);
            assertEquals(1, lines.count(), lines.lines()::toString);
            String line = lines.lines().get(0);
            assertTrue(line.contains("another copy of this resource adapter"), line);

            FakeJndi.bind(name, found());

            assertConsumes(bean);
        }
    }

    @Test
    void anotherBrokerSetBesideTheLookupIsOneError() throws Exception {
        String secret = Secrets.fresh("lookup");
        FakeJndi.bind(name, found());
        MqActivationSpec spec = spec();
        spec.setAddresses("127.0.0.1:" + Nodes.shared().port());
        spec.setUserName("guest");
        spec.setPassword(secret);
        Bean bean = activate(spec);
        awaitAttempts(3);
        assertEquals(1, lines.count(), lines.lines()::toString);
        String line = lines.lines().get(0);
        assertTrue(line.contains("differs from the broker set on the activation"), line);
        assertFalse(line.contains(secret), line);
        assertEquals(0, bean.count());
    }

    @Test
    void theSameBrokerSetBesideTheLookupIsNone() throws Exception {
        FakeJndi.bind(name, found());
        MqActivationSpec spec = spec();
        spec.setAddresses("amqp://guest:guest@127.0.0.1:" + Nodes.shared().port());

        assertConsumes(activate(spec));

        assertEquals(0, lines.count(), lines.lines()::toString);
    }

    @Test
    void aBrokerSetThatTheContainerCopiedFromTheAdapterIsNoOther() throws Exception {
        FakeJndi.bind(name, found());
        MqActivationSpec spec = spec();
        spec.setAddresses(rig.adapter().getAddresses());

        assertConsumes(activate(spec));
    }

    @Test
    void whatContradictsTheLookupIsRefusedByValidation() throws Exception {
        MqActivationSpec spec = spec();
        spec.setResourceAdapter(rig.adapter());
        spec.setInheritCredentials("true");
        spec.setUserName("half");

        String message = assertThrows(InvalidPropertyException.class, spec::validate).getMessage();

        assertTrue(message.contains("contradicts connectionFactoryLookup"), message);
        assertTrue(message.contains("addresses (not set)"), message);
    }

    @Test
    void anActivationThatStillLooksUpEndsAtOnceAndAsksNoMore() throws Exception {
        MqActivationSpec spec = spec();
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        awaitAttempts(2);

        long start = System.nanoTime();
        rig.container().deactivate(endpoints, spec);
        long took = System.nanoTime() - start;

        assertTrue(took < TimeUnit.SECONDS.toNanos(1), "took " + took + " ns");
        int before = FakeJndi.asked(name).size() + 1; // one may be on its way
        Until.never("another attempt", A_WHILE, () -> FakeJndi.asked(name).size() > before);
        FakeJndi.bind(name, found());
        assertEquals(0, bare.consumers(queue));

        rig.container().activate(endpoints, spec);
        Until.holds("a consumer", SOON, () -> bare.consumers(queue) == 1);
    }

    @Test
    void aNameServiceThatAnswersAfterTheEndStartsNothing() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        FakeJndi.holdUp(name, gate);
        FakeJndi.bind(name, found());
        MqActivationSpec spec = spec();
        FakeEndpoints endpoints = rig.endpoints(new Bean());
        rig.container().activate(endpoints, spec);
        awaitAttempts(1);

        rig.container().deactivate(endpoints, spec);
        gate.countDown();

        Until.never("a consumer", A_WHILE, () -> bare.consumers(queue) > 0);
    }

    @Test
    void anOperatorCanPauseAnActivationThatStillLooksUpAndLetItGoOn() throws Exception {
        MqConnectionFactory anyFactory = (MqConnectionFactory) found();
        Bean bean = activate(spec());
        awaitAttempts(2);
        ActivationMXBean seen = new Jmx(anyFactory).only("Activation", ActivationMXBean.class);
        assertEquals("LOOKING_UP", seen.getState());
        assertTrue(seen.getLastTrouble().contains(name), seen.getLastTrouble());

        seen.stop();
        assertEquals("PAUSED", seen.getState());
        int before = FakeJndi.asked(name).size() + 1; // one may be on its way
        Until.never("another attempt", A_WHILE, () -> FakeJndi.asked(name).size() > before);
        seen.start();
        assertEquals("LOOKING_UP", seen.getState());
        Until.holds("an attempt", SOON, () -> FakeJndi.asked(name).size() > before);
        FakeJndi.bind(name, found());

        assertConsumes(bean);
        assertEquals("CONSUMING", seen.getState());
    }

    @Test
    void anOperatorNeedNotWaitForTheNextAttempt() throws Exception {
        MqConnectionFactory anyFactory = (MqConnectionFactory) found();
        MqActivationSpec spec = spec();
        spec.setReconnectInterval("600000");
        spec.setReconnectMaxInterval("600000");
        Bean bean = activate(spec);
        Until.holds("the miss", SOON, () -> lines.count() == 1);
        FakeJndi.bind(name, anyFactory);

        new Jmx(anyFactory).only("Activation", ActivationMXBean.class).resume();

        assertConsumes(bean);
        assertEquals(2, FakeJndi.asked(name).size());
    }

    /** The adapter's classes once more, as a second archive on the same server has them. */
    private static final class CopyOfTheArchive extends URLClassLoader {

        CopyOfTheArchive() {
            super(
                    new URL[] {
                        MqResourceAdapter.class.getProtectionDomain().getCodeSource().getLocation(),
                        MqConnectionFactory.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                    },
                    CopyOfTheArchive.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.leveret.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : findClass(name);
            }
        }

        Object connectionFactory() throws ReflectiveOperationException {
            Class<?> type = loadClass(MqManagedConnectionFactory.class.getName());
            assertNotSame(MqManagedConnectionFactory.class, type);
            Object factory = type.getDeclaredConstructor().newInstance();
            return type.getMethod("createConnectionFactory").invoke(factory);
        }
    }
}
