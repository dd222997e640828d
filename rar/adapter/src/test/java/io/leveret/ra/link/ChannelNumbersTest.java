package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Channel numbers")
class ChannelNumbersTest {

    private static final int MOST = 5;

    private final TreeSet<Integer> used = new TreeSet<>();
    private final Connection client = connection();
    private final ChannelNumbers numbers = new ChannelNumbers(MOST, 2);

    /** As the client does it: no channel for a number that is in use. */
    private Connection connection() {
        return proxy(
                Connection.class,
                arguments -> {
                    int number = (Integer) arguments[0];
                    return used.add(number) ? proxy(Channel.class, none -> number) : null;
                });
    }

    private interface Answer {
        Object to(Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (self, method, arguments) -> answer.to(arguments)));
    }

    private int open() throws IOException {
        return numbers.open(client).getChannelNumber();
    }

    @Test
    @DisplayName("go from 1 to the highest, and round again over those that are free")
    void goRound() throws IOException {
        List<Integer> opened = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            opened.add(open());
        }
        assertEquals(List.of(1, 2, 3, 4, 5), opened);
        assertNull(numbers.open(client), "more channels than numbers");

        used.remove(3);

        assertEquals(3, open());
    }

    @Test
    @DisplayName("that the broker may still have are not used again, up to a limit")
    void leaveDoubtedOnesAlone() throws IOException {
        assertEquals(1, open());
        used.clear();
        assertTrue(numbers.doubt(1));
        assertTrue(numbers.doubt(4));

        TreeSet<Integer> opened = new TreeSet<>();
        for (int i = 0; i < 3; i++) {
            opened.add(open());
        }

        assertEquals(new TreeSet<>(List.of(2, 3, 5)), opened);
        assertNull(numbers.open(client), "a number that is left alone");
        assertTrue(numbers.doubt(4), "the same one again");
        assertFalse(numbers.doubt(2), "one too many");
    }
}
