package io.leveret.it.contract;

import io.leveret.ra.observe.LinkMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** The links to a broker as JMX shows them, for tests that look at states and act as operator. */
final class LinkBeans {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private LinkBeans() {}

    /**
     * Gives the links whose name holds a part, in the order of their names.
     *
     * @param part such as a port, which is part of the name of each link that may go there
     */
    static List<LinkMXBean> named(String part) throws MalformedObjectNameException {
        List<ObjectName> names = new ArrayList<>();
        for (ObjectName name : SERVER.queryNames(new ObjectName("io.leveret:type=Link,*"), null)) {
            if (name.getKeyProperty("name").contains(part)) {
                names.add(name);
            }
        }
        names.sort(null);
        List<LinkMXBean> beans = new ArrayList<>();
        names.forEach(name -> beans.add(JMX.newMXBeanProxy(SERVER, name, LinkMXBean.class)));
        return beans;
    }

    /** Gives the states of the links whose name holds a part. */
    static List<String> states(String part) throws MalformedObjectNameException {
        return named(part).stream().map(LinkMXBean::getState).toList();
    }

    /** Gives the addresses of the links whose name holds a part. */
    static List<String> addresses(String part) throws MalformedObjectNameException {
        return named(part).stream().map(LinkMXBean::getAddress).toList();
    }
}
