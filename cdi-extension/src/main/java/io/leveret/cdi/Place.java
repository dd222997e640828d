package io.leveret.cdi;

import io.leveret.MqEvent;
import io.leveret.MqTarget;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.AnnotatedParameter;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Member;
import java.lang.reflect.Parameter;
import java.util.Set;

/**
 * One place where a publisher is injected, or an event of the adapter is observed.
 *
 * @param name class and field, or class, method and parameter
 * @param qualifiers what selects the bean
 */
record Place(String name, Set<Annotation> qualifiers) {

    static Place of(InjectionPoint point) {
        return new Place(name(point), Set.copyOf(point.getQualifiers()));
    }

    static Place of(ProcessObserverMethod<MqEvent, ?> observer) {
        ObserverMethod<MqEvent> method = observer.getObserverMethod();
        // An observer that an extension has added has no method.
        AnnotatedMethod<?> annotated = observer.getAnnotatedMethod();
        String name = annotated == null ? "an observer" : annotated.getJavaMember().getName();
        return new Place(method.getBeanClass().getName() + "." + name, Set.of());
    }

    /** Gives the target, null when there is none. */
    MqTarget target() {
        return target(qualifiers);
    }

    /** Gives the target of an injection point, null when there is none. */
    static MqTarget target(Set<Annotation> qualifiers) {
        return qualifiers.stream()
                .filter(MqTarget.class::isInstance)
                .map(MqTarget.class::cast)
                .findFirst()
                .orElse(null);
    }

    private static String name(InjectionPoint point) {
        Member member = point.getMember();
        String type = member.getDeclaringClass().getName();
        String name = type + "." + (member instanceof Constructor<?> ? "<init>" : member.getName());
        Annotated annotated = point.getAnnotated();
        if (annotated instanceof AnnotatedParameter<?> parameter) {
            Parameter declared = parameter.getJavaParameter();
            String position = "parameter " + (parameter.getPosition() + 1);
            name += declared.isNamePresent() ? "(" + declared.getName() + ")" : ", " + position;
        }
        // A field of a base class is injected into its subclasses: say which.
        if (point.getBean() != null && !point.getBean().getBeanClass().getName().equals(type)) {
            name += " of " + point.getBean().getBeanClass().getName();
        }
        return name;
    }
}
