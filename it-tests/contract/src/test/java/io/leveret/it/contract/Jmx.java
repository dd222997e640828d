package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnectionFactory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** One resource adapter as a JMX console sees it, through the platform's MBean server. */
final class Jmx {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private final String instance;

    /** The adapter behind a factory. */
    Jmx(MqConnectionFactory factory) {
        this.instance =
                factory.events().latest().stream()
                        .filter(event -> "has started".equals(event.text()))
                        .findFirst()
                        .orElseThrow()
                        .name();
    }

    String instance() {
        return instance;
    }

    /** Gives the names of all MBeans of one type, sorted. */
    Set<ObjectName> names(String type) throws JMException {
        return new TreeSet<>(
                SERVER.queryNames(
                        new ObjectName("io.leveret:type=" + type + ",instance=" + instance + ",*"),
                        null));
    }

    Set<ObjectName> all() throws JMException {
        return SERVER.queryNames(new ObjectName("io.leveret:instance=" + instance + ",*"), null);
    }

    /** Gives the one MBean of its type. */
    <T> T only(String type, Class<T> mxbean) throws JMException {
        Set<ObjectName> names = names(type);
        assertEquals(1, names.size(), names::toString);
        return proxy(names.iterator().next(), mxbean);
    }

    static <T> T proxy(ObjectName name, Class<T> mxbean) {
        return JMX.newMXBeanProxy(SERVER, name, mxbean);
    }

    /** Gives all that is to be seen: names and values of every attribute. */
    List<String> everything() throws JMException {
        List<String> lines = new ArrayList<>();
        for (ObjectName name : all()) {
            for (MBeanAttributeInfo attribute : SERVER.getMBeanInfo(name).getAttributes()) {
                Object value = SERVER.getAttribute(name, attribute.getName());
                String text =
                        value instanceof Object[] array
                                ? Arrays.toString(array)
                                : String.valueOf(value);
                lines.add(name + " " + attribute.getName() + " = " + text);
            }
        }
        return lines;
    }
}
