package io.leveret.surface;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What applications compile against does not change by accident. */
class FrozenApiTest {

    private static final String HERE = Samples.class.getName();

    @Test
    void applicationsSeeWhatWasPromised() throws Exception {
        FrozenApi.check(MqConnection.class);
    }

    @Test
    void everythingThatOthersSeeIsInTheText() {
        List<Class<?>> types = List.of(Samples.class.getDeclaredClasses());
        assertEquals(
                List.of(
                        HERE
                                + "$Mark: @java.lang.annotation.Retention(value=RUNTIME) public static"
                                + " @interface",
                        "    public abstract java.lang.String[] names() default {\"a\", \"b\"}",
                        HERE + "$Order: public static enum",
                        "    constant SECOND",
                        "    constant FIRST",
                        HERE + "$Pair: public static record",
                        "    component java.lang.String zebra",
                        "    component int apple",
                        "    public Pair(java.lang.String, int)",
                        "    public int apple()",
                        "    public java.lang.String zebra()",
                        HERE
                                + "$Sample: public abstract static class<T extends"
                                + " java.lang.Comparable<T>> implements java.util.Collection<T>",
                        "    public static final java.lang.String CONSTANT = \"c\"",
                        "    protected Sample(java.util.Map<java.lang.String, ? super T>) throws"
                                + " java.io.IOException",
                        "    protected final <X extends java.lang.Exception> T"
                                + " visible(java.util.List<X[]>) throws X"),
                ApiSurface.of(types));
    }

    @Test
    void aDifferenceNamesTheTypeOfTheMember() {
        assertEquals(
                "- A: void gone()\n+ A: void fresh()\n",
                ApiSurface.difference(
                        List.of("A: class", "    void gone()", "B: class"),
                        List.of("A: class", "    void fresh()", "B: class")));
        assertEquals(
                "the order of components or constants\n",
                ApiSurface.difference(
                        List.of("A: enum", "    constant X", "    constant Y"),
                        List.of("A: enum", "    constant Y", "    constant X")));
    }

    @Test
    void whatMustNotBeSeenIsFoundWithItsType() {
        assertEquals(
                List.of("A: com.rabbitmq.client.Channel channel()\n"),
                ApiSurface.leaks(
                        List.of(
                                "A: class",
                                "    com.rabbitmq.client.Channel channel()",
                                "B: class"),
                        "com.rabbitmq."));
    }
}
