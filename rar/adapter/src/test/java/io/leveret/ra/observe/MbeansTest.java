package io.leveret.ra.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The registrar of MBeans")
final class MbeansTest {

    /** Something that JMX can show. */
    public interface ThingMXBean {
        /** Gives a number. */
        int getNumber();
    }

    private record Thing(int number) implements ThingMXBean {
        @Override
        public int getNumber() {
            return number;
        }
    }

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final String instance = "test-" + UUID.randomUUID();
    private final Events events = new Events(instance, task -> {}, event -> {});
    private final Mbeans mbeans = new Mbeans(instance, events);

    @AfterEach
    void clear() {
        mbeans.close();
    }

    private Set<String> shown() throws Exception {
        return server
                .queryNames(new ObjectName("io.leveret:instance=" + instance + ",*"), null)
                .stream()
                .map(name -> name.getKeyProperty("type") + " " + name.getKeyProperty("name"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @DisplayName("shows what is registered until it is closed")
    void registers() throws Exception {
        Mbeans.Registration one = mbeans.register(Mbeans.LINK, "a, \"b\" = c*?", new Thing(7));
        ObjectName name =
                new ObjectName(
                        "io.leveret:type=Link,instance="
                                + instance
                                + ",name="
                                + ObjectName.quote("a, \"b\" = c*?"));
        assertEquals(7, server.getAttribute(name, "Number"));
        assertEquals("a, \"b\" = c*?", one.name());
        assertEquals(1, mbeans.count(Mbeans.LINK));
        assertEquals(0, mbeans.count(Mbeans.ACTIVATION));
        one.close();
        one.close();
        assertEquals(Set.of(), shown());
        assertEquals(0, mbeans.count(Mbeans.LINK));
        assertEquals(List.of(), events.latest());
    }

    @Test
    @DisplayName("numbers what has the same name, also beside another instance of that name")
    void uniqueNames() throws Exception {
        Mbeans.Registration one = mbeans.register(Mbeans.ACTIVATION, "Bean", new Thing(1));
        Mbeans.Registration two = mbeans.register(Mbeans.ACTIVATION, "Bean", new Thing(2));
        try (Mbeans other = new Mbeans(instance, events)) {
            assertEquals("Bean #3", other.register(Mbeans.ACTIVATION, "Bean", new Thing(3)).name());
            assertEquals("Bean", other.register(Mbeans.LINK, "Bean", new Thing(4)).name());
            assertEquals("Bean", one.name());
            assertEquals("Bean #2", two.name());
            assertEquals(4, shown().size());
        }
        one.close();
        assertEquals(Set.of("Activation \"Bean #2\""), shown());
        assertEquals("Bean", mbeans.register(Mbeans.ACTIVATION, "Bean", new Thing(5)).name());
    }

    @Test
    @DisplayName("turns a refused registration into one event of severity DETAIL")
    void refused() throws Exception {
        Mbeans.Registration refused = mbeans.register(Mbeans.LINK, "bad", new Object());
        assertEquals("bad", refused.name());
        assertEquals(Set.of(), shown());
        refused.close();
        assertEquals(1, events.latest().size());
        MqEvent event = events.latest().get(0);
        assertEquals(MqEvent.Severity.DETAIL, event.severity());
        assertEquals("could not register the MBean of Link bad", event.text());
    }

    @Test
    @DisplayName("removes everything at its end, and what comes later at once")
    void closes() throws Exception {
        Mbeans.Registration one = mbeans.register(Mbeans.LINK, "a", new Thing(1));
        mbeans.register(Mbeans.LINK, "b", new Thing(2));
        mbeans.close();
        assertEquals(Set.of(), shown());
        mbeans.register(Mbeans.LINK, "late", new Thing(3));
        assertEquals(Set.of(), shown());
        one.close();
        assertEquals(List.of(), events.latest());
    }

    @Test
    @DisplayName("does not mind when somebody else has removed it")
    void removedByOthers() throws Exception {
        Mbeans.Registration one = mbeans.register(Mbeans.LINK, "a", new Thing(1));
        for (ObjectName name :
                server.queryNames(new ObjectName("io.leveret:instance=" + instance + ",*"), null)) {
            server.unregisterMBean(name);
        }
        one.close();
        assertTrue(events.latest().get(0).text().startsWith("could not unregister"));
    }
}
