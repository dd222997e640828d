package io.leveret.surface;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Renders what other code can see of classes: types with their supertypes and annotations, members
 * that are public or protected with all types in their signatures, record components, enum
 * constants in their order, defaults of annotations, values of constants. Each type begins a line,
 * each of its members an indented one. Stateless.
 */
final class ApiSurface {

    private static final int VISIBLE = Modifier.PUBLIC | Modifier.PROTECTED;
    private static final int SHOWN =
            VISIBLE | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL | Modifier.VOLATILE;
    private static final Set<String> EVERY_OBJECT_HAS = Set.of("equals", "hashCode", "toString");

    private ApiSurface() {}

    static List<String> of(Collection<Class<?>> types) {
        return types.stream()
                .filter(ApiSurface::isVisible)
                .sorted(Comparator.comparing(Class::getName))
                .flatMap(ApiSurface::lines)
                .toList();
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
            if ((at.getModifiers() & VISIBLE) == 0) {
                return false;
            }
        }
        return !type.isAnonymousClass() && !type.isSynthetic();
    }

    private static Stream<String> lines(Class<?> type) {
        List<String> all = new ArrayList<>();
        all.add(head(type));
        if (type.isRecord()) {
            for (RecordComponent each : type.getRecordComponents()) {
                all.add("component " + name(each.getGenericType()) + " " + each.getName());
            }
        }
        if (type.isEnum()) {
            Stream.of(type.getEnumConstants()).forEach(each -> all.add("constant " + each));
        }
        Stream.of(type.getDeclaredFields())
                .filter(each -> isShown(each) && !each.isEnumConstant())
                .sorted(Comparator.comparing(Field::getName))
                .forEach(each -> all.add(field(each)));
        Stream.of(type.getDeclaredConstructors())
                .filter(ApiSurface::isShown)
                .map(ApiSurface::constructor)
                .sorted()
                .forEach(all::add);
        Stream.of(type.getDeclaredMethods())
                .filter(each -> isShown(each) && !isEverywhere(type, each))
                .sorted(Comparator.comparing(Method::getName).thenComparing(ApiSurface::method))
                .forEach(each -> all.add(method(each)));
        return IntStream.range(0, all.size()).mapToObj(i -> (i == 0 ? "" : "    ") + all.get(i));
    }

    private static boolean isShown(Member member) {
        return (member.getModifiers() & VISIBLE) != 0 && !member.isSynthetic();
    }

    private static boolean isEverywhere(Class<?> type, Method method) {
        return EVERY_OBJECT_HAS.contains(method.getName())
                || type.isEnum() && Set.of("values", "valueOf").contains(method.getName());
    }

    // --- one line each ---

    private static String head(Class<?> type) {
        String kind =
                type.isAnnotation()
                        ? "@interface"
                        : type.isInterface()
                                ? "interface"
                                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        StringBuilder line = new StringBuilder(type.getName()).append(": ");
        line.append(annotations(type)).append(modifiers(type.getModifiers(), type)).append(kind);
        line.append(parameters(type.getTypeParameters()));
        Type parent = type.getGenericSuperclass();
        if (parent != null && parent != Object.class && parent != Record.class && !type.isEnum()) {
            line.append(" extends ").append(name(parent));
        }
        String interfaces = names(type.isAnnotation() ? new Type[0] : type.getGenericInterfaces());
        if (!interfaces.isEmpty()) {
            line.append(type.isInterface() ? " extends " : " implements ").append(interfaces);
        }
        return line.toString();
    }

    private static String modifiers(int all, Class<?> of) {
        int shown = all & SHOWN;
        if (of != null && (of.isInterface() || of.isEnum() || of.isRecord())) {
            shown &= VISIBLE | Modifier.STATIC; // what else there is goes without saying
        }
        String text = Modifier.toString(shown);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String field(Field field) {
        String line =
                annotations(field)
                        + modifiers(field.getModifiers(), null)
                        + name(field.getGenericType())
                        + " "
                        + field.getName();
        boolean constant =
                Modifier.isStatic(field.getModifiers())
                        && Modifier.isFinal(field.getModifiers())
                        && (field.getType().isPrimitive() || field.getType() == String.class);
        try {
            return constant ? line + " = " + value(field.get(null)) : line;
        } catch (IllegalAccessException e) {
            return line; // protected: nobody has it compiled in without inheriting it
        }
    }

    private static String constructor(Constructor<?> constructor) {
        return annotations(constructor)
                + modifiers(constructor.getModifiers(), null)
                + parameters(constructor.getTypeParameters())
                + constructor.getDeclaringClass().getSimpleName()
                + "("
                + names(constructor.getGenericParameterTypes())
                + ")"
                + thrown(constructor.getGenericExceptionTypes());
    }

    private static String method(Method method) {
        Object byDefault = method.getDefaultValue();
        String parameters = parameters(method.getTypeParameters());
        return annotations(method)
                + modifiers(method.getModifiers() & ~Modifier.VOLATILE, null)
                + (method.isDefault() ? "default " : "")
                + (parameters.isEmpty() ? "" : parameters + " ")
                + name(method.getGenericReturnType())
                + " "
                + method.getName()
                + "("
                + names(method.getGenericParameterTypes())
                + ")"
                + thrown(method.getGenericExceptionTypes())
                + (byDefault == null ? "" : " default " + value(byDefault));
    }

    private static String thrown(Type[] exceptions) {
        return exceptions.length == 0 ? "" : " throws " + names(exceptions);
    }

    // --- parts of a line ---

    private static String name(Type type) {
        return type.getTypeName();
    }

    private static String names(Type[] types) {
        return Stream.of(types).map(ApiSurface::name).collect(Collectors.joining(", "));
    }

    private static String parameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Stream.of(variables)
                        .map(ApiSurface::bounded)
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String bounded(TypeVariable<?> variable) {
        Type[] bounds = variable.getBounds();
        return bounds.length == 1 && bounds[0] == Object.class
                ? variable.getName()
                : variable.getName() + " extends " + names(bounds);
    }

    private static String annotations(AnnotatedElement element) {
        return Stream.of(element.getDeclaredAnnotations())
                .map(each -> annotation(each) + " ")
                .sorted()
                .collect(Collectors.joining());
    }

    /** By hand: their own text differs between versions of Java. */
    private static String annotation(Annotation annotation) {
        String values =
                Stream.of(annotation.annotationType().getDeclaredMethods())
                        .sorted(Comparator.comparing(Method::getName))
                        .map(each -> each.getName() + "=" + value(valueOf(annotation, each)))
                        .collect(Collectors.joining(", "));
        String name = "@" + annotation.annotationType().getName();
        return values.isEmpty() ? name : name + "(" + values + ")";
    }

    private static Object valueOf(Annotation annotation, Method member) {
        try {
            return member.invoke(annotation);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + member, e);
        }
    }

    private static String value(Object value) {
        if (value.getClass().isArray()) {
            return IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> value(Array.get(value, i)))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof Class<?> type) {
            return type.getName();
        }
        if (value instanceof Annotation inner) {
            return annotation(inner);
        }
        return value instanceof String ? "\"" + value + "\"" : value.toString();
    }

    // --- comparing ---

    /** Says in which lines two surfaces differ, each with its type; empty when they are equal. */
    static String difference(List<String> promised, List<String> found) {
        List<String> before = qualified(promised);
        List<String> now = qualified(found);
        StringBuilder text = new StringBuilder();
        before.stream().filter(line -> !now.contains(line)).forEach(l -> text.append("- " + l));
        now.stream().filter(line -> !before.contains(line)).forEach(l -> text.append("+ " + l));
        if (text.isEmpty() && !promised.equals(found)) {
            text.append("the order of components or constants\n");
        }
        return text.toString();
    }

    private static List<String> qualified(List<String> lines) {
        List<String> all = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            if (line.startsWith(" ")) {
                all.add(type + ": " + line.strip() + "\n");
            } else {
                type = line.substring(0, Math.max(0, line.indexOf(':')));
                all.add(line + "\n");
            }
        }
        return all;
    }

    /** The lines that name something that applications must not see. */
    static List<String> leaks(List<String> lines, String... packages) {
        return qualified(lines).stream()
                .filter(line -> Arrays.stream(packages).anyMatch(line::contains))
                .toList();
    }
}
