package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

@DisplayName("SETTINGS.md, ra.xml, the beans and the code")
final class ReferenceTest {

    private static final Path REFERENCE = Path.of("..", "SETTINGS.md");
    private static final Path README = Path.of("..", "..", "README.md");
    private static final Path DESCRIPTOR =
            Path.of("..", "archive", "src", "main", "rar", "META-INF", "ra.xml");

    /** Properties that the SPI's own interfaces bring. */
    private static final Set<String> OF_THE_SPI = Set.of("class", "resourceAdapter", "logWriter");

    private static final int MEANING = 8;

    /** The rows of the table, by name: cells without backticks, in order. */
    private static Map<String, List<String>> rows() throws Exception {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        boolean in = false;
        for (String line : Files.readAllLines(REFERENCE)) {
            if (line.startsWith("| name | environment variable |")) {
                in = true;
            } else if (in && !line.startsWith("|")) {
                break;
            } else if (in && !line.startsWith("|---")) {
                List<String> cells =
                        Arrays.stream(line.substring(1).split("\\|", -1))
                                .map(cell -> cell.replace("`", "").trim())
                                .toList();
                assertEquals(MEANING + 2, cells.size(), line);
                assertTrue(rows.put(cells.get(0), cells) == null, () -> "twice: " + line);
            }
        }
        return rows;
    }

    @Test
    @DisplayName("the table has every setting, with what the code says of it")
    void tableAgrees() throws Exception {
        Map<String, List<String>> rows = rows();
        List<List<String>> expected = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            expected.add(
                    List.of(
                            setting.property(),
                            setting.onlyOnBean() ? "" : setting.environmentVariable(),
                            setting.type().toString(),
                            setting.type().unit(),
                            range(setting),
                            setting.builtIn() == null ? "" : setting.builtIn(),
                            setting.beans().size() == Setting.Bean.values().length
                                    ? "all"
                                    : setting.beans().stream()
                                            .sorted()
                                            .map(Object::toString)
                                            .collect(Collectors.joining(", ")),
                            setting.secret() ? "yes" : ""));
        }
        List<List<String>> found = rows.values().stream().map(r -> r.subList(0, MEANING)).toList();
        assertEquals(lines(expected), lines(found));
        for (List<String> row : rows.values()) {
            assertTrue(row.get(MEANING).endsWith("."), () -> "no meaning: " + row);
        }
    }

    private static String lines(List<List<String>> rows) {
        return rows.stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    private static String range(Setting setting) {
        return switch (setting.type()) {
            case FLAG -> "true, false";
            case CHOICE -> String.join(", ", setting.choices());
            case NUMBER, TIME, SIZE -> setting.min() + " to " + setting.max();
            case TEXT, LIST, FILE -> "";
        };
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("each bean has exactly its properties, as strings that can be read back")
    void beansAgree(Setting.Bean bean) throws Exception {
        Set<String> found = new TreeSet<>();
        ConnectionBean fresh = fresh(bean);
        for (PropertyDescriptor property :
                Introspector.getBeanInfo(fresh.getClass()).getPropertyDescriptors()) {
            if (OF_THE_SPI.contains(property.getName())
                    || property.getWriteMethod() == null
                            && property.getPropertyType() != String.class) {
                continue;
            }
            assertEquals(String.class, property.getPropertyType(), property.getName());
            property.getWriteMethod().invoke(fresh, mark(property.getName()));
            assertEquals(mark(property.getName()), property.getReadMethod().invoke(fresh));
            Setting setting =
                    Arrays.stream(Setting.values())
                            .filter(s -> s.property().equals(property.getName()))
                            .findFirst()
                            .orElseThrow();
            assertEquals(mark(property.getName()), fresh.values().raw().get(setting));
            found.add(property.getName());
        }
        assertEquals(names(bean), found);
        for (Setting setting : Setting.values()) {
            boolean shown = fresh.toString().contains(mark(setting.property()));
            assertEquals(
                    setting.beans().contains(bean) && !setting.secret(), shown, setting.property());
        }
    }

    /** A value that is no part of another one's. */
    private static String mark(String property) {
        return "<" + property + ">";
    }

    private static ConnectionBean fresh(Setting.Bean bean) {
        return switch (bean) {
            case RESOURCE_ADAPTER -> new MqResourceAdapter();
            case CONNECTION_FACTORY -> new MqManagedConnectionFactory();
            case ACTIVATION -> new MqActivationSpec();
        };
    }

    private static Set<String> names(Setting.Bean bean) {
        return Arrays.stream(Setting.values())
                .filter(s -> s.beans().contains(bean))
                .map(Setting::property)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("ra.xml describes each bean's properties as the table does, secrets as such")
    void descriptorAgrees(Setting.Bean bean) throws Exception {
        int listenerTypes = 3;
        List<Element> owners = owners(bean);
        assertEquals(bean == Setting.Bean.ACTIVATION ? listenerTypes : 1, owners.size());
        for (Element owner : owners) {
            assertAgrees(bean, owner);
        }
    }

    private static void assertAgrees(Setting.Bean bean, Element owner) throws Exception {
        Map<String, List<String>> rows = rows();
        Set<String> found = new TreeSet<>();
        for (Element property : properties(owner)) {
            String name = text(property, "config-property-name");
            assertTrue(found.add(name), () -> "twice: " + name);
            List<String> row = rows.get(name);
            String value = row.get(5);
            String meaning = row.get(MEANING);
            String expected =
                    value.isEmpty()
                            ? meaning
                            : meaning + " Default " + (value + " " + row.get(3)).trim() + ".";
            assertEquals(expected, text(property, "description"), name);
            assertEquals("java.lang.String", text(property, "config-property-type"), name);
            assertEquals(
                    row.get(7).equals("yes") ? "true" : null,
                    text(property, "config-property-confidential"),
                    name);
        }
        assertEquals(names(bean), found);
    }

    private static List<Element> owners(Setting.Bean bean) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        String owner =
                switch (bean) {
                    case RESOURCE_ADAPTER -> "resourceadapter";
                    case CONNECTION_FACTORY -> "connection-definition";
                    case ACTIVATION -> "activationspec";
                };
        try (InputStream in = Files.newInputStream(DESCRIPTOR)) {
            Element root = factory.newDocumentBuilder().parse(in).getDocumentElement();
            NodeList all = root.getElementsByTagName(owner);
            List<Element> found = new ArrayList<>();
            for (int i = 0; i < all.getLength(); i++) {
                found.add((Element) all.item(i));
            }
            return found;
        }
    }

    private static List<Element> properties(Element owner) {
        List<Element> found = new ArrayList<>();
        for (Node n = owner.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getTagName().equals("config-property")) {
                found.add(e);
            }
        }
        return found;
    }

    private static String text(Element of, String child) {
        Node found = of.getElementsByTagName(child).item(0);
        return found == null ? null : found.getTextContent().trim();
    }

    @Test
    @DisplayName("the README names only settings that exist, with their defaults")
    void readmeAgrees() throws Exception {
        String readme = Files.readString(README);
        int start = readme.indexOf("\n## Settings\n");
        String chapter = readme.substring(start, readme.indexOf("\n## ", start + 1));
        int seen = 0;
        for (String line : chapter.lines().toList()) {
            if (!line.startsWith("| `")) {
                continue;
            }
            List<String> cells = Arrays.stream(line.split("\\|")).map(String::trim).toList();
            List<String> names = List.of(cells.get(1).replace("`", "").split(", "));
            List<String> defaults = List.of(cells.get(2).replace("`", "").split(", "));
            assertEquals(names.size(), defaults.size(), line);
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                Setting setting =
                        Arrays.stream(Setting.values())
                                .filter(s -> s.property().equals(name))
                                .findFirst()
                                .orElseThrow(() -> new AssertionError("no such: " + name));
                String builtIn = setting.builtIn() == null ? "none" : setting.builtIn();
                assertEquals(builtIn, defaults.get(i), name);
                seen++;
            }
        }
        assertTrue(seen >= 12, "the dozen that matter");
        assertTrue(chapter.contains("(rar/SETTINGS.md)"), "the link to the whole table");
        assertFalse(chapter.contains("LEVERET_<NAME>"), "LEVERET_USER_NAME has an underscore");
    }
}
