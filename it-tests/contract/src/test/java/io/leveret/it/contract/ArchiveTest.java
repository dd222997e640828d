package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqDeliveryListener;
import io.leveret.MqFailureListener;
import io.leveret.MqMessageListener;
import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jboss.jca.validator.Validation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The archive as it was built: what a server's deployer will see. */
@Timeout(60)
class ArchiveTest {

    private static final Path RAR = Path.of("target", "archive", "leveret.rar");
    private static final String NAMESPACE = "https://jakarta.ee/xml/ns/jakartaee";

    /** Properties that the SPI's own interfaces bring; they are no configuration. */
    private static final Set<String> OF_THE_SPI = Set.of("class", "resourceAdapter", "logWriter");

    private static Document descriptor;

    @BeforeAll
    static void readDescriptor() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        try (ZipFile rar = new ZipFile(RAR.toFile());
                InputStream in = rar.getInputStream(rar.getEntry("META-INF/ra.xml"))) {
            descriptor = factory.newDocumentBuilder().parse(in);
        }
    }

    @Test
    void theValidatorThatServersRunFindsNothing(@TempDir Path reports) throws Exception {
        int result = Validation.validate(RAR.toUri().toURL(), reports.toString());

        assertEquals("", contents(reports));
        assertEquals(0, result);
    }

    @Test
    void theDescriptorIsCompleteAndOfVersion21() {
        Element root = descriptor.getDocumentElement();
        assertEquals("connector", root.getLocalName());
        assertEquals(NAMESPACE, root.getNamespaceURI());
        assertEquals("2.1", root.getAttribute("version"));
        assertEquals("true", root.getAttribute("metadata-complete"));
    }

    @Test
    void theDescriptorSetsNoValue() {
        assertEquals(0, all(descriptor.getDocumentElement(), "config-property-value").size());
    }

    @Test
    void theDescriptorNamesThreeBeansWithExactlyTheirProperties() throws Exception {
        Element adapter = one(descriptor.getDocumentElement(), "resourceadapter");
        assertEquals(
                MqResourceAdapter.class.getName(), text(child(adapter, "resourceadapter-class")));
        assertEquals(beanProperties(MqResourceAdapter.class), properties(adapter));

        Element definition = one(adapter, "connection-definition");
        assertEquals(
                MqManagedConnectionFactory.class.getName(),
                text(child(definition, "managedconnectionfactory-class")));
        assertEquals(beanProperties(MqManagedConnectionFactory.class), properties(definition));

        List<String> listeners = new ArrayList<>();
        for (Element listener : all(adapter, "messagelistener")) {
            listeners.add(text(child(listener, "messagelistener-type")));
            Element spec = child(listener, "activationspec");
            assertEquals(
                    MqActivationSpec.class.getName(), text(child(spec, "activationspec-class")));
            assertEquals(beanProperties(MqActivationSpec.class), properties(spec));
        }
        assertEquals(
                List.of(
                        MqMessageListener.class.getName(),
                        MqFailureListener.class.getName(),
                        MqDeliveryListener.class.getName()),
                listeners);
    }

    @Test
    void passwordsAreConfidential() {
        for (Element property : all(descriptor.getDocumentElement(), "config-property")) {
            if (text(child(property, "config-property-name")).equals("password")) {
                assertEquals("true", text(child(property, "config-property-confidential")));
            }
        }
    }

    @Test
    void theArchiveHoldsWhatItNeedsAndNoApiOfTheServer() throws Exception {
        List<String> names = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        try (ZipInputStream rar = new ZipInputStream(Files.newInputStream(RAR))) {
            for (ZipEntry entry = rar.getNextEntry(); entry != null; entry = rar.getNextEntry()) {
                names.add(entry.getName());
                if (entry.getName().endsWith(".jar")) {
                    serverClasses(entry.getName(), new ZipInputStream(rar), foreign);
                }
            }
        }
        for (String jar :
                List.of(
                        "leveret-api-",
                        "leveret-adapter-",
                        "amqp-client-",
                        "netty-transport-",
                        "netty-handler-",
                        "gson-",
                        "slf4j-api-")) {
            assertTrue(
                    names.stream().anyMatch(n -> n.startsWith(jar) && n.endsWith(".jar")),
                    () -> jar + "*.jar is missing in " + names);
        }
        assertEquals(List.of(), foreign);
        assertTrue(names.stream().noneMatch(n -> n.endsWith(".class")), "classes belong in jars");
    }

    private static void serverClasses(String jar, ZipInputStream in, List<String> found)
            throws IOException {
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            String name = entry.getName();
            if (name.endsWith(".class")
                    && (name.startsWith("jakarta/") || name.startsWith("javax/"))) {
                found.add(jar + "!" + name);
            }
        }
    }

    private static String contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            StringBuilder all = new StringBuilder();
            files.filter(Files::isRegularFile)
                    .forEach(
                            file -> {
                                try {
                                    all.append(Files.readString(file));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            return all.toString();
        }
    }

    private static Map<String, String> beanProperties(Class<?> bean) throws IntrospectionException {
        Map<String, String> found = new TreeMap<>();
        for (PropertyDescriptor property :
                Introspector.getBeanInfo(bean).getPropertyDescriptors()) {
            if (property.getWriteMethod() != null && !OF_THE_SPI.contains(property.getName())) {
                assertEquals(
                        String.class,
                        property.getPropertyType(),
                        () -> bean.getSimpleName() + "." + property.getName());
                found.put(property.getName(), property.getPropertyType().getName());
            }
        }
        assertTrue(found.containsKey("addresses"), () -> "not a bean: " + found);
        return found;
    }

    private static Map<String, String> properties(Element of) {
        Map<String, String> found = new TreeMap<>();
        Set<String> twice = new TreeSet<>();
        for (Element property : children(of, "config-property")) {
            String name = text(child(property, "config-property-name"));
            if (found.put(name, text(child(property, "config-property-type"))) != null) {
                twice.add(name);
            }
        }
        assertEquals(Set.of(), twice);
        return found;
    }

    private static Element one(Element in, String name) {
        List<Element> found = all(in, name);
        assertEquals(1, found.size(), name);
        return found.get(0);
    }

    private static Element child(Element in, String name) {
        List<Element> found = children(in, name);
        assertEquals(1, found.size(), () -> name + " in " + in.getLocalName());
        return found.get(0);
    }

    private static List<Element> children(Element in, String name) {
        List<Element> found = new ArrayList<>();
        for (Node n = in.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getLocalName().equals(name)) {
                found.add(e);
            }
        }
        return found;
    }

    private static List<Element> all(Element in, String name) {
        NodeList nodes = in.getElementsByTagNameNS(NAMESPACE, name);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static String text(Element element) {
        return element.getTextContent().trim();
    }
}
